"""The command line, `python -m model COMMAND`: which commands there are, and one sentence for whatever ends one.

A command is a module with three names: `Options`, a dataclass; `add_arguments(parser)`, which says how its fields are
given; `work(options)`, which does it. Only the module of the chosen command is imported, so that none needs what
another one needs. Options that several have are those of `model.options`.
"""

from __future__ import annotations

import importlib
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model.errors import GatescopeError, OutOfTime
from model.language import gettext, marked

PROGRAM = "python -m model"
EXTRAS = {  # what `pip install 'gatescope[EXTRA]'` brings, by the name that is imported
    "gensim": "train",
    "matplotlib": "train",
    "sklearn": "train",
    "transformers": "teacher",
    "ray": "ray",
}


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command's code is, what it does in a few words, and the rest of a line that runs it."""

    module: str
    about: str
    example: str


GROUPS: dict[str, dict[str, Command]] = {
    marked("Use a checkpoint"): {
        "classify": Command(
            "model.network.classify", marked("say how likely a review is positive"), '"A wonderful film."'
        ),
        "explain": Command(
            "model.reading.explain", marked("say what each word of a review did to the verdict"), '"A wonderful film."'
        ),
        "score": Command("model.workbench.job", marked("classify every review of a file"), "reviews.csv scored.csv"),
    },
    marked("Train one (in this order; the simplest way is prepare, train, publish)"): {
        "prepare": Command(
            "model.training.prepare",
            marked("tokenize the Large Movie Review Dataset once for all"),
            "--source aclImdb_v1.tar.gz --validation validation.txt",
        ),
        "vectors": Command("model.training.vectors", marked("learn word vectors on the reviews"), "--words 30000"),
        "pretrain": Command(
            "model.training.pretrain",
            marked("train language models that start a network's first layer"),
            "bilstm --vectors data/vectors.txt",
        ),
        "ngrams": Command(
            "model.training.ngrams", marked("fit a linear model on n-grams, as a yardstick and a teacher"), ""
        ),
        "encoder": Command(
            "model.training.encoder", marked("fine-tune a pretrained encoder as a teacher"), "--from FOLDER_OR_HUB_NAME"
        ),
        "labels": Command(
            "model.training.soft_labels",
            marked("merge what teachers say of the reviews into soft labels"),
            "runs/teacher/best data/ngrams.npz",
        ),
        "train": Command("model.training.train", marked("train a network"), "recipe --vectors glove"),
        "publish": Command(
            "model.evaluation.publish",
            marked("take the best of some runs among the checkpoints"),
            "bilstm-recipe runs/recipe",
        ),
    },
    marked("Measure one"): {
        "evaluate": Command(
            "model.evaluation.evaluate",
            marked("measure a checkpoint, calibrate it, write its card"),
            "bilstm-recipe --data data/imdb.npz",
        ),
        "atlas": Command(
            "model.evaluation.atlas",
            marked("find where over many reviews each unit is highest and lowest"),
            "bilstm",
        ),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name, or those of the process; gives back the exit status."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        sys.stdout.write(overview())
        return 0
    if name not in COMMANDS:
        refused = gettext("There is no command '{name}'; there are: {names}.")
        sys.stderr.write(refused.format(name=name, names=", ".join(COMMANDS)) + "\n")
        return 2
    return exit_code(lambda: _run(name, rest))


def _run(name: str, arguments: Sequence[str]) -> None:
    command = COMMANDS[name]
    module = importlib.import_module(command.module)
    import torch  # not at the top: the list of commands needs none

    parser = ArgumentParser(
        prog=f"{PROGRAM} {name}",
        description=_sentence(gettext(command.about)),
        epilog=gettext("Example:") + f"\n  {PROGRAM} {name} {command.example}".rstrip(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    torch.set_flush_denormal(True)
    module.work(module.Options(**vars(parser.parse_args(arguments))))


def overview() -> str:
    """All commands, by what they are for, each with an example."""
    usage = gettext("usage: {program} COMMAND …").format(program=PROGRAM)
    lines = [usage, "", gettext("See inside a recurrent network while it reads a review.")]
    for title, commands in GROUPS.items():
        lines += ["", f"{gettext(title)}:"]
        for name, command in commands.items():
            lines.append(f"  {name:<10}{gettext(command.about)}")
            lines.append(f"  {'':<12}{PROGRAM} {name} {command.example}".rstrip())
    more = gettext("'{program} COMMAND --help' tells a command's options; 'python -m app' opens the page.")
    return "\n".join([*lines, "", more.format(program=PROGRAM), ""])


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def exit_code(work: Callable[[], None]) -> int:
    """Do a command's work, with one clear sentence for whatever ends it."""
    try:
        work()
    except OutOfTime as over:
        sys.stdout.write(f"{over}\n")
        return 0
    except KeyboardInterrupt:
        message = gettext("Stopped.")
    except GatescopeError as error:
        message = str(error)
    except ModuleNotFoundError as error:
        message = _missing(error)
    except OSError as error:
        message = _of_the_disk(error)
    except RuntimeError as error:
        message = _of_the_device(error)
    else:
        return 0
    sys.stderr.write(f"{message}\n")
    return 1


def _missing(error: ModuleNotFoundError) -> str:
    """The sentence for an optional library that is missing; any other is a fault of the installation, and raised."""
    library = (error.name or "").partition(".")[0]
    if library not in EXTRAS:
        raise error
    said = gettext("This needs {library}, which is not installed: pip install 'gatescope[{extra}]'.")
    return said.format(library=library, extra=EXTRAS[library])


def _of_the_disk(error: OSError) -> str:
    reason = error.strerror or str(error)
    if not error.filename:
        said = gettext("The file cannot be read or written: {reason}. What was there before is kept.")
        return said.format(reason=reason)
    said = gettext("The file '{name}' cannot be read or written: {reason}. What was there before is kept.")
    return said.format(name=error.filename, reason=reason)


def _of_the_device(error: RuntimeError) -> str:
    """The sentence for memory that is not enough; any other error is raised."""
    import torch

    if not isinstance(error, torch.OutOfMemoryError):
        raise error
    return gettext("The device is out of memory: use --device cpu, or a smaller batch. The last good state is kept.")
