"""The sentences that the page may say, and the catalogues that hold them in other languages.

    python -m tests.catalogue

brings assets/locale/*/LC_MESSAGES/gatescope.po up to date: what is new is there without a translation, what is said no
more is taken away. tests/test_language.py fails until each sentence has one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from model.language import CATALOGUES

ROOT = Path(__file__).parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true"}}  # as views/drawing/template.py has it: % is doubled
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "marked": None, "_": None}
COMMANDS = ("training", "evaluation", "command_line.py", "options.py", "__main__.py")  # of model/: English alone, but
SHOWN = ("evaluation/card.py", "evaluation/slow_points_note.py")  # whose notes stand on the page

HEADER = """# Gatescope in {language}. `python -m tests.catalogue` brings it up to date with the code.
msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
Id = str | tuple[str, ...]  # of a sentence: itself, or both of its forms


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that the page may say, and the file in which it stands."""

    id: Id
    file: str


def said_to_people() -> Iterator[Sentence]:
    """All that is given to a catalogue, as Babel finds it: not what stands within an f-string."""
    for folder in ("model", "views"):
        for file, _, id_, _, _ in extract_from_dir(str(ROOT / folder), METHODS, OPTIONS, keywords=KEYWORDS):
            if folder == "views" or file in SHOWN or not file.startswith(COMMANDS):
                yield Sentence(id_, f"{folder}/{file}")


def paths() -> list[Path]:
    """The catalogues."""
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/gatescope.po"))


def read(path: Path) -> Catalog:
    """A catalogue, of the language that its folder names."""
    with path.open("rb") as file:
        return pofile.read_po(file, locale=path.parent.parent.name)


def entries(catalogue: Catalog) -> dict[Id, tuple[str, ...]]:
    """What each sentence is in the language: one string, or one for each form of a plural."""
    return {each.id: each.string if isinstance(each.string, tuple) else (each.string,) for each in catalogue if each.id}


def main() -> int:
    """Bring all catalogues up to date, and print what each lacks."""
    sentences = list(said_to_people())
    for path in paths():
        before = read(path)
        after = Catalog(locale=before.locale)
        for each in sentences:
            known = before.get(each.id)
            after.add(each.id, known.string if known else "", locations=[(each.file, None)])
        header = HEADER.format(
            language=before.locale.english_name, code=before.locale_identifier, plural=before.plural_forms
        )
        with path.open("wb") as file:
            file.write(header.encode())
            pofile.write_po(file, after, width=120, sort_by_file=True, omit_header=True)
        lacking = [id_ for id_, strings in entries(after).items() if not all(strings)]
        print(
            f"{path.relative_to(ROOT)}: {len(after)} sentences, {len(lacking)} without a translation",
            *lacking,
            sep="\n",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
