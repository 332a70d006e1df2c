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
    for path in (ROOT / "model").glob("*.py"):
        outside = {name.split(".")[0] for name in imports(path)}
        assert not outside & {"gradio", "plotly", "views", "app"}, path.name


def test_no_module_depends_on_itself_in_a_circle():
    names = {f"{folder}.{path.stem}": path for folder in ("model", "views") for path in (ROOT / folder).glob("*.py")}
    graph = {name: imports(path) & names.keys() for name, path in names.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(names)


def test_app_does_not_load_training_code():
    check = (
        "import sys, app\n"
        "loaded = {'model.train', 'model.vectors', 'model.evaluate', 'model.publish', 'model.curves', 'model.data',"
        " 'model.pretrain', 'model.language_model', 'model.objective', 'model.labels', 'model.ngrams', 'model.run',"
        " 'gensim', 'sklearn'} & sys.modules.keys()\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


def test_training_machine_needs_torch_numpy_safetensors_and_torchtext_only():
    missing = ("spacy", "captum", "gensim", "sklearn", "scipy", "matplotlib", "pandas", "gradio", "plotly")
    check = (
        f"import sys; sys.modules.update(dict.fromkeys({missing})); import model.train, model.pretrain, model.labels"
    )
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


def test_rendering_knows_no_torch_and_no_gradio():
    pure = ("cell", "charts", "colours", "comparison", "downloads", "figures", "gradients", "lessons", "links")
    for name in (*pure, "errors", "markup", "measured", "memory", "report", "sheet", "what_if"):
        assert not {each.split(".")[0] for each in imports(ROOT / "views" / f"{name}.py")} & {"torch", "gradio"}
