"""The whole page: its tabs, its endpoints, its look."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware

from model.explain import Explainer
from views import api, network_tab
from views.explain_tab import ExplainTab
from views.guard import Guard

ASSETS = Path(__file__).parent.parent / "assets"
_SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif"]  # nothing is fetched


def build_page(explainer: Explainer) -> gr.Blocks:
    """The page, ready to be launched with `look()`."""
    with gr.Blocks(title="Gatescope", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            '<div class="gs-brand"><h1>Gatescope</h1><p>Watch a BiLSTM read: the verdict, the words behind it, '
            "and every gate on the way.</p></div>"
        )
        with gr.Tabs():
            with gr.Tab("Explain"):
                explained = ExplainTab(explainer, page)
            with gr.Tab("The network"):
                network_tab.build(explainer, explained)
        api.add_endpoints(explainer)
    return page


def look(explainer: Explainer) -> dict[str, object]:
    """Theme, style sheet, script and the guard of the endpoints, as arguments of `launch`."""
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.js")))
    return {
        "theme": gr.themes.Default(font=_SYSTEM_FONTS, font_mono=["ui-monospace", "monospace"]),
        "css_paths": sorted(ASSETS.glob("*.css"), key=lambda path: path.name != "style.css"),
        "head": f"<script>{scripts}</script>",
        "app_kwargs": {"middleware": [Middleware(Guard, endpoints=api.endpoint_defaults(explainer))]},
    }
