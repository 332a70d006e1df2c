"""Starts Gatescope.

    python app.py [--checkpoints FOLDER] [--device cpu|cuda] [--notes FOLDER] [--imdb FOLDER_OR_ARCHIVE]
                  [--log off|text|json]

GRADIO_SERVER_NAME and GRADIO_SERVER_PORT say where it listens; GATESCOPE_NOTES names the folder of notes, too, and
GRADIO_TEMP_DIR one for uploaded files, in which what is older than an hour is deleted.
SIGTERM ends it: what is computed is finished, what waits is refused.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

from model.cores import usable_cores
from views.stubs import import_gradio

if __name__ == "__main__":
    gc.disable()  # what is imported and built stays: to look through it for cycles takes a sixth of the start
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["OMP_NUM_THREADS"] = str(usable_cores(os.environ))  # before torch, numpy and Arrow begin threads
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# Captum loads matplotlib, which would write a list of fonts into the home.
os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "gatescope-matplotlib"))

import_gradio()

import torch
from gradio.utils import is_zero_gpu_space

from model.assets import CHECKPOINTS
from model.errors import GatescopeError
from model.memory import give_back_now_and_then, keep_memory
from model.reading.explainer import Explainer
from model.reading.fitting import load_what_fits
from views.api.calls import Calls
from views.api.closing import Connections, close, end_when_told, exit_when_told, wait_until_told
from views.api.faults import print_no_words
from views.api.log import KINDS, write_log
from views.page import MAX_UPLOAD, build_page, look

VISITS = 500  # pages whose values the server remembers, some 5 MB each; Gradio lets go of none before there are more
MAX_WAITING = 2_000  # requests in the queue: a class of 200, whose pages ask seven things each; more are refused


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The flags, those of the command line if none are given. On ZeroGPU the network stays on the processor: a GPU is
    lent there for a call, and to get hold of it takes longer than to read a review.
    """
    devices = ("cpu",) if is_zero_gpu_space() else ("cpu", "cuda")
    default = "cuda" if "cuda" in devices and torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(prog="app.py", description="Gatescope: see inside a recurrent network")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of checkpoints")
    parser.add_argument("--device", default=default, choices=devices)
    parser.add_argument(
        "--notes", type=Path, default=os.environ.get("GATESCOPE_NOTES"), help="folder that keeps notes on reviews"
    )
    parser.add_argument("--imdb", type=Path, help="the Large Movie Review Dataset: its folder or archive")
    parser.add_argument("--log", choices=KINDS, default="off", help="a line for each call: counts and times, no texts")
    return parser.parse_args(arguments)


def ask_for_no_gpu() -> None:
    """ZeroGPU ends a Space in which nothing asks for a GPU: this is what could ask, and never does."""
    if is_zero_gpu_space():
        import spaces

        spaces.GPU(ask_for_no_gpu)


def keep_files_apart() -> None:
    """Uploads and prepared files go into a folder that nobody else uses, so that what is old there may be deleted; it
    ends with the app. Where GRADIO_TEMP_DIR names one, all of it is taken to be Gatescope's.
    """
    if not os.environ.get("GRADIO_TEMP_DIR"):
        os.environ["GRADIO_TEMP_DIR"] = folder = tempfile.mkdtemp(prefix="gatescope-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def main() -> int:
    """Read the flags, load the checkpoint, open the page, and close it when that is asked for."""
    options = options_of()
    keep_memory()
    exit_when_told()
    ask_for_no_gpu()
    write_log(options.log)
    print_no_words()
    keep_files_apart()
    try:
        explainer = Explainer(options.checkpoints, options.device)
        replacement = load_what_fits(explainer, options.checkpoints)
        if replacement:
            print(replacement.sentence, file=sys.stderr)
        page = build_page(explainer, options.notes and Path(options.notes), options.imdb, replacement)
    except GatescopeError as error:
        print(error, file=sys.stderr)
        return 1
    give_back_now_and_then()
    calls, connections = Calls(), Connections()
    calls.watch(page)
    told = end_when_told()  # the server answers before launch returns: from now on somebody may be served
    page.queue(max_size=MAX_WAITING, default_concurrency_limit=2, api_open=False).launch(  # nobody skips the queue
        max_file_size=MAX_UPLOAD,
        state_session_capacity=VISITS,
        ssr_mode=False,
        footer_links=["api", "settings"],
        enable_monitoring=False,  # it shows to anybody who asked for what
        run_history=False,  # it would store what visitors typed
        prevent_thread_lock=True,
        **look(explainer, connections),
    )
    gc.freeze()  # nor is it looked through later
    gc.enable()
    try:
        wait_until_told(told)
        finished = close(page, calls, connections)
    except KeyboardInterrupt:  # a person does not wait for others
        finished = close(page, calls, connections, patience=0)
    if not finished:
        os._exit(0)  # what still computes would be waited for
    return 0


if __name__ == "__main__":
    sys.exit(main())
