"""Every sentence that a person can meet goes through the catalogue, and says the same in English with or without it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import Environment, nodes

from model import language
from tests.catalogue import entries, paths, read, said_to_people

ROOT = Path(__file__).parent.parent
TRANSLATED = {"gettext", "ngettext", "marked"}
# What is said to a programmer, or to no person: patterns, SQL, the command line's own help, names of files.
SILENT = {
    "ValueError", "KeyError", "TypeError", "IndexError", "RuntimeError", "compile", "render", "add_argument",
    "ArgumentParser", "add_parser", "add_argument_group", "execute", "executescript", "tqdm", "Path", "getLogger",
    "TypeVar", "set_postfix", "einsum", "csv_text", "token_csv",
}  # fmt: skip
# Columns of CSV files, formats, citations: data, the same in every language.
DATA = {
    "word vector",
    "log10 chain alone",
    "tokens read",
    "sum of",
    "gatescope notes",
    "unable to open",
    "(not named yet)",
}
CITATION = re.compile(r"\([A-Z]*\s?\d{4}\)")
STATEMENT = re.compile(r"^\s*(?:SELECT|INSERT|DELETE|CREATE|WHERE|PRIMARY|owner TEXT|category TEXT|if \(|return )")
SENTENCE = re.compile(r"(?:^|[\s(“\"'])[A-Za-z]{2,}[,:;]? [a-z]{2,}(?:[\s,.:;!?)”\"']|$)")
COVERED = (
    "views",
    "model/network",
    "model/recurrence",
    "model/attribution",
    "model/reading",
    "model/tables",
    "model/workbench",
)


NAMES_OF_KEYS = {"Home", "End", "Enter", "Escape", "Tab"}
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL)
PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
SELECTOR = re.compile(r":is\(|[\[#]|(?:^|\s)\.\w")
QUOTED = re.compile(r"""(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)


def callee(node: ast.AST | None) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def marked_names() -> set[str]:
    """What is marked somewhere, and translated where it is shown: it may stand elsewhere as a key."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "model").rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if callee(node) == "marked"]
    return {
        node.args[0].value for node in calls if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant)
    }


def untranslated(path: Path, names: set[str]) -> Iterator[str]:
    """Line and text of each string in a module that reads like a sentence and is given to no catalogue."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }

    def visit(node: ast.AST, silent: bool) -> Iterator[str]:
        silent = silent or callee(node) in TRANSLATED | SILENT
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented and not silent:
            for line in node.value.splitlines():
                passed = line.strip() in DATA | names or CITATION.search(line) or STATEMENT.search(line)
                if SENTENCE.search(line) and not passed:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {line.strip()[:80]}"
        for child in ast.iter_child_nodes(node):
            yield from visit(child, silent)

    yield from visit(tree, False)


def outside_of_blocks(path: Path) -> Iterator[str]:
    """The text of a template that stands in no {% trans %}, without its tags."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    source = re.sub(r"\{%-?\s*trans.*?endtrans\s*-?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for data in environment.parse(source).find_all(nodes.TemplateData):
        for attribute in re.findall(r'(?:aria-label|title|alt|placeholder)="([^"{]*)"', data.data):
            if SENTENCE.search(attribute):
                yield f"{path.relative_to(ROOT)}: {attribute[:80]}"
        words = re.sub(r"<[^>]*>|<[^>]*$|^[^<]*>", " ", data.data)
        for line in words.splitlines():
            if SENTENCE.search(line):
                yield f"{path.relative_to(ROOT)}: {line.strip()[:80]}"


def words_in_a_script(source: str) -> Iterator[str]:
    """Strings of a script that a person would read: a sentence, a capitalised word, letters beside a sign."""
    for _, text in QUOTED.findall(COMMENT.sub("", source)):
        said = PLACEHOLDER.sub("it", text) if re.search(r"[A-Za-z]", PLACEHOLDER.sub("", text)) else ""
        sign = not said.isascii() and re.search(r"[A-Za-z]", said)
        word = re.fullmatch(r"\W*[A-Z][a-z]+\W*", said) and said not in NAMES_OF_KEYS
        if (SENTENCE.search(said) and not SELECTOR.search(said)) or sign or word:
            yield text[:80]


def words_in_a_style_sheet(source: str) -> Iterator[str]:
    """Letters that a style sheet itself puts on the page."""
    for value in re.findall(r"content:\s*([^;}]+)", COMMENT.sub("", source)):
        yield from (text for _, text in QUOTED.findall(value) if re.search(r"[^\W\d_]", text))


def test_scripts_hold_no_sentence():
    scripts = [*(ROOT / "views").rglob("*.js")]
    assert [(path, each) for path in scripts for each in words_in_a_script(path.read_text())] == []


def test_style_sheets_hold_no_sentence():
    sheets = [*(ROOT / "views").rglob("*.css")]
    assert [(path, each) for path in sheets for each in words_in_a_style_sheet(path.read_text())] == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('button.textContent = playing ? "❚❚ Halt" : "Go";', ["❚❚ Halt", "Go"]),
        ("title.append(`Word ${place} of ${count} there`);", ["Word ${place} of ${count} there"]),
        (
            '// "a comment about this"\n/* "and one more" */ find(\'.gs-text .gs-token[data-x="1"]\', "ArrowLeft");',
            [],
        ),
    ],
)
def test_a_sentence_in_a_script_is_found(script, found):
    assert list(words_in_a_script(script)) == found


def test_a_sentence_in_a_style_sheet_is_found():
    sheet = '.a::before { content: "Gone"; } .b { content: attr(data-tip); } .c::after { content: "· 1"; }'
    assert list(words_in_a_style_sheet(sheet)) == ["Gone"]


@pytest.mark.parametrize("folder", COVERED)
def test_sentence_goes_through_the_catalogue(folder):
    names = marked_names()
    assert [each for path in (ROOT / folder).rglob("*.py") for each in untranslated(path, names)] == []


def test_text_of_a_template_goes_through_the_catalogue():
    assert [each for path in (ROOT / "views").rglob("*.html") for each in outside_of_blocks(path)] == []


def test_language_without_a_catalogue_is_english():
    with language.speaking("tlh"):
        assert language.gettext("There is nothing to read yet.") == "There is nothing to read yet."
        assert language.ngettext("one", "many", 2) == "many"


def test_nothing_is_nothing_in_any_language():
    with language.speaking("zh"):
        assert (language.gettext(""), language.joined([])) == ("", "")


def test_catalogue_is_that_of_the_running_context(tmp_path, monkeypatch):
    folder = tmp_path / "xx" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "gatescope.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n'
        'Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Words"\nmsgstr "Wörter"\n\nmsgid "{n} token"\nmsgid_plural "{n} tokens"\n'
        'msgstr[0] "{n} Stück"\nmsgstr[1] "{n} Stücke"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language._catalogue.cache_clear()
    try:
        with language.speaking("xx"):
            assert language.gettext("Words") == "Wörter"
            assert [language.ngettext("{n} token", "{n} tokens", n).format(n=n) for n in (1, 3)] == [
                "1 Stück",
                "3 Stücke",
            ]
        assert language.gettext("Words") == "Words"
    finally:
        language._catalogue.cache_clear()


PLACE = re.compile(r"%\(\w+\)s|%%|\{\{|\}\}|\{\w*(?:![rs])?(?::[^{}]*)?\}")  # where something is put in
SIGN = re.compile(r"[→←↑↓▶◀✓✗⚠×±≠∅⊙]|(?<!\*)\*[A-Za-z0-9ₜ₋₁]{1,4}\*(?!\*)")
HAN = re.compile(r"[\u4e00-\u9fff]")
NARROW = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;?!][\u4e00-\u9fff]")
SAME = re.compile(  # names, and an example of a file, which Chinese writes as they are
    r"logits?|LSTM|F1|ROC|AUC|AOPC|tau|CSV|JSON|[Ll]ines|PNG|Parquet|What a wonderful film!.*", re.DOTALL
)


def given_to_a_catalogue() -> Iterator[str]:
    """The constants that calls of `gettext` and its like are given, those in f-strings too, which Babel misses."""
    for folder in COVERED:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and callee(node) in TRANSLATED:
                    yield from (each.value for each in node.args if isinstance(each, ast.Constant))


@pytest.fixture(scope="module", params=paths(), ids=lambda path: path.parent.parent.name)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(request.param)


def test_each_sentence_stands_in_the_catalogue_and_no_other_does(catalogue):
    translated, said = entries(catalogue), {each.id for each in said_to_people()}
    assert said - set(translated) == set()
    assert set(translated) - said == set()
    assert [id_ for id_, strings in translated.items() if not all(strings)] == []
    assert not any(each.fuzzy for each in catalogue)


def test_what_stands_in_an_f_string_is_in_the_catalogue_too(catalogue):
    known = {part for id_ in entries(catalogue) for part in (id_ if isinstance(id_, tuple) else (id_,))}
    assert set(given_to_a_catalogue()) - known == set()


def test_translation_puts_in_what_the_sentence_puts_in(catalogue):
    wrong = []
    for id_, strings in entries(catalogue).items():
        source = id_[-1] if isinstance(id_, tuple) else id_
        for string in strings:
            for pattern in (PLACE, SIGN):
                if sorted(pattern.findall(source)) != sorted(pattern.findall(string)):
                    wrong.append((source, string))
            ends = [(each[:1].isspace(), each[-1:].isspace()) for each in (source, string)]
            if re.search(r"[A-Za-z]", source) and ends[0] != ends[1] and string[0] not in "（，":  # wide by themselves
                wrong.append((source, string))
    assert wrong == []


def test_chinese_is_chinese_with_its_own_marks():
    translated = entries(read(language.CATALOGUES / "zh" / "LC_MESSAGES" / "gatescope.po"))
    words = {id_: strings[0] for id_, strings in translated.items()}
    bare = {id_: SAME.sub("", PLACE.sub("", string)) for id_, string in words.items()}
    assert [id_ for id_, string in bare.items() if re.search(r"[A-Za-z]{3}", string) and not HAN.search(string)] == []
    assert [string for string in words.values() if NARROW.search(PLACE.sub("", string))] == []
