"""The rules of the house: what may import what."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, "model.text" for `from model import text`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_model_knows_no_browser():
    for path in (ROOT / "model").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(path)}
        assert not outside & {"gradio", "plotly", "views", "app"}, path.name


def test_no_module_depends_on_itself_in_a_circle():
    paths = [path for folder in ("model", "views") for path in (ROOT / folder).rglob("*.py")]
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    graph = {name: imports(path) & names.keys() for name, path in names.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(names)


def test_app_does_not_load_training_code():
    check = (
        "import sys, app\n"
        "loaded = {name for name in sys.modules if name.startswith(('model.training.', 'model.evaluation.evaluate'))}\n"
        "loaded |= {'gensim', 'sklearn', 'transformers'} & sys.modules.keys()\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


def test_training_machine_needs_torch_numpy_safetensors_and_torchtext_only():
    missing = ("spacy", "ftfy", "captum", "gensim", "sklearn", "scipy", "matplotlib", "pandas", "gradio", "plotly")
    check = (
        f"import sys; sys.modules.update(dict.fromkeys({missing}))\n"
        "from model.command_line import main\n"
        "from model.training import trainer\n"
        "for name in ('train', 'pretrain', 'labels'):\n"
        "    try:\n"
        "        sys.exit(main([name, '--help']))\n"
        "    except SystemExit as end:\n"
        "        assert end.code == 0, name"
    )
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


def test_rendering_knows_no_torch_and_no_gradio():
    wiring = {"tab.py", "header.py", "panel.py", "page.py", "endpoints.py", "calls.py", "closing.py", "stubs.py"}
    for path in (ROOT / "views").rglob("*.py"):
        if path.name not in wiring and not path.stem.endswith("_tab"):
            assert not {each.split(".")[0] for each in imports(path)} & {"torch", "gradio"}, path
