"""The whole page: its tabs, once in each language, its endpoints, its look."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.components.navbar import Navbar
from gradio.utils import get_upload_folder
from markupsafe import Markup
from starlette.middleware import Middleware

from model.language import gettext, speaking
from model.reading.explainer import Explainer
from model.reading.fitting import Replacement
from model.tables.files import MAX_BYTES
from views.api import endpoints
from views.api.closing import Connections, Endable
from views.api.doors import Doors, answers_for_this_page_alone
from views.api.headers import Headers
from views.api.health import health_route
from views.api.rates import Rates
from views.api.requests import Guard
from views.api.sent import Looked
from views.api.stream import OpenStream
from views.api.uploads import Room, Uploads
from views.compare.tab import CompareTab
from views.drawing.cards import sentence_card
from views.drawing.colours import style_variables
from views.drawing.fonts import FONTS
from views.drawing.template import VIEWS, render
from views.errors.tab import ErrorsTab
from views.lesson.header import Header
from views.locale.languages import LANGUAGES
from views.locale.spoken import Spoken
from views.network import tab as network_tab
from views.panel import QUIET
from views.scripts import attached, modules_route
from views.stage.tab import ExplainTab

MAX_UPLOAD = MAX_BYTES + 5 * 1024**2  # a little more than can be read, so that the page can say so
CACHE = (600, 3_600)  # seconds: how often uploads and prepared files are looked at, and how old they may grow
FOLDERS = (  # of two rules of equal weight the later one counts, so what all features are made of comes first
    "drawing",
    ".",
    "stage",
    "gates",
    "units",
    "whole",
    "cell",
    "memory",
    "gradients",
    "what_if",
    "network",
    "compare",
    "errors",
    "lesson",
)
MEDIA = {"screen": VIEWS / "drawing/dark.css", "print": VIEWS / "print.css", "all": VIEWS / "drawing/messages.css"}


def build_page(
    explainer: Explainer,
    notes: Path | None = None,
    imdb: Path | None = None,
    replacement: Replacement | None = None,
) -> gr.Blocks:
    """The page in each language, ready to be launched with `look()`; `notes` and `imdb` as in `ErrorsTab`. All who
    visit are told of a `replacement`.
    """
    page = gr.Blocks(title="Gatescope", analytics_enabled=False, fill_width=True, delete_cache=CACHE)
    for language in LANGUAGES:
        if language.page:
            page.route(language.name, language.page, show_in_navbar=False)
        with speaking(language.code), page:
            _fill(page, explainer, notes, imdb, replacement)
            if not language.page:
                endpoints.add_endpoints(explainer)  # once, for programs
    return page


def _fill(
    page: gr.Blocks, explainer: Explainer, notes: Path | None, imdb: Path | None, replacement: Replacement | None
) -> None:
    """All that stands on the page of a language, in the language that is spoken."""
    Navbar(visible="hidden")  # type: ignore[arg-type]  # the way to the other language stands in the page's own head
    gr.HTML("", html_template="", visible="hidden", js_on_load=attached("drawing/without_storage.js"))
    header = Header(explainer)
    if replacement:
        gr.HTML(sentence_card(replacement.sentence))
    outer = gr.State("explain")
    with gr.Tabs(overflow_behavior="wrap") as tabs:
        with gr.Tab(gettext("Explain"), id="explain") as explain:
            explained = ExplainTab(explainer)
        with gr.Tab(gettext("Compare"), id="compare") as compare:
            compared = CompareTab(explainer)
        with gr.Tab(gettext("Errors"), id="errors") as errors:
            wrong = ErrorsTab(explainer, notes, imdb)
        with gr.Tab(gettext("Network"), id="network") as network:
            network_tab.build(explainer, explained)
    for tab in (explain, compare, errors, network):
        tab.select(lambda name=tab.id: name, None, outer, **QUIET)
    explained.to_compare.click(
        lambda text, checkpoint: compared.take(text, checkpoint) | {tabs: gr.Tabs(selected="compare")},
        [explained.review, explained.checkpoint],
        [*compared.asked, tabs],
        **QUIET,
    )
    wrong.listen_to_explain(explained, tabs)
    compare.select(compared.begin, [compared.text, compared.other, explained.question], compared.asked, **QUIET)
    header.listen(page, tabs, outer, explained, compared)


def style_sheets() -> list[Path]:
    """The style sheets of the page and its features, in the order of `FOLDERS`."""
    sheets = [path for folder in FOLDERS for path in sorted((VIEWS / folder).glob("*.css"))]
    return [path for path in sheets if path not in MEDIA.values()]


def media_sheets() -> str:
    """Those for the head of the page: Gradio would rewrite the selectors of an @media rule, and hold back all others
    from what stands outside of its container.
    """
    return render("media.html", sheets={medium: Markup(path.read_text("utf-8")) for medium, path in MEDIA.items()})  # noqa: S704


def _theme() -> gr.themes.Base:
    """Ink on paper: blue and orange belong to the verdict, so no button or tab wears them."""
    ink, surface, muted, field = (f"var(--gs-{name})" for name in ("ink", "surface", "muted", "field"))
    plain = gr.themes.Default(
        primary_hue="slate",
        secondary_hue="slate",
        neutral_hue="slate",
        font=list(FONTS),
        font_mono=["ui-monospace", "monospace"],
    )
    both = {
        "body_background_fill": "var(--gs-ground)",
        "body_text_color": ink,
        "border_color_primary": "var(--gs-line)",
        "button_primary_background_fill": ink,
        "button_primary_background_fill_hover": muted,
        "button_primary_border_color": ink,
        "button_primary_text_color": surface,
        "button_secondary_background_fill": field,
        "button_secondary_background_fill_hover": "var(--gs-line)",
        "button_secondary_border_color": "var(--gs-line)",
        "button_secondary_text_color": ink,
        "checkbox_label_background_fill": surface,
        "checkbox_label_background_fill_hover": field,
        "input_background_fill": surface,
        "block_background_fill": surface,
        "block_title_text_color": muted,
        "block_label_text_color": muted,
        "block_label_background_fill": surface,
        "link_text_color": ink,
        "link_text_color_hover": ink,
        "link_text_color_active": ink,
        "link_text_color_visited": ink,
        "input_border_color_focus": ink,
        "input_placeholder_color": muted,
    }
    return plain.set(**both, **{f"{name}_dark": value for name, value in both.items()})


def look(explainer: Explainer, connections: Connections) -> dict[str, object]:
    """Theme, style sheets, scripts, routes, headers and what stands before the server, as arguments of `launch`."""
    uploads = Path(get_upload_folder())
    return {
        "theme": _theme(),
        "css": style_variables(),
        "css_paths": style_sheets(),
        "head": media_sheets(),
        "app_kwargs": {
            "routes": [health_route(explainer), modules_route()],
            "lifespan": answers_for_this_page_alone,
            "middleware": [
                Middleware(Endable, connections=connections),
                Middleware(Spoken),
                Middleware(Headers),
                Middleware(Doors),
                Middleware(Uploads, folder=uploads, room=Room(request=MAX_UPLOAD, seconds=CACHE[1])),
                Middleware(Looked, uploads=uploads),
                Middleware(Rates),
                Middleware(OpenStream),
                Middleware(Guard, endpoints=endpoints.endpoint_fields(explainer)),
            ],
            "openapi_url": None,  # it lists what Gradio answers beside the endpoints of this page
        },
    }
