"""The Errors tab on the running app: go through reviews, name them by keyboard, take away what was said."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyarrow.parquet as parquet
from playwright.sync_api import Browser, expect

from tests.browser.errors import ROWS, go_through_mistakes, inner, listed, name_one, score_file, write_csv
from tests.browser.person import WAIT, choose, page_of, visit


def test_reviews_are_gone_through_and_named_by_keyboard(page):
    go_through_mistakes(page)
    head = page.get_by_role("region", name="The chosen review")
    for place, key in enumerate("121", start=1):
        page.locator("body").press("j")
        expect(head).to_contain_text(re.compile(rf"(^|\D){place} of "), timeout=WAIT)
        page.locator("body").press(key)
        expect(page.locator(f'#gs-errors-detail [data-key="{key}"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-key="1"]')).to_contain_text("negation 2")
    expect(page.get_by_text("3 of 180 reviews have a note")).to_be_visible()
    page.locator("body").press("k")
    expect(head).to_contain_text("2 of ", timeout=WAIT)
    expect(page.locator('[data-key="2"]')).to_have_attribute("aria-pressed", "true")
    page.locator("body").press("0")
    expect(page.get_by_text("2 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    page.get_by_label("A category of your own").fill("double plot")
    page.get_by_label("A category of your own").press("Enter")
    expect(page.get_by_role("group", name="Category", exact=True)).to_contain_text("double plot 1", timeout=WAIT)


def test_keys_that_come_faster_than_reviews_name_the_right_ones(page):
    go_through_mistakes(page)
    for key in "j1j2j3k9":
        page.keyboard.press(key)
    expect(page.get_by_text("3 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    names = listed(page).locator("tbody tr")
    expect(names.nth(0)).to_contain_text("negation", timeout=WAIT)
    expect(names.nth(1)).to_contain_text("not a review", timeout=WAIT)
    expect(names.nth(2)).to_contain_text("contrast", timeout=WAIT)


def test_rows_are_taken_away_with_their_names(page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    name_one(page, "8", re.compile("1 is the score"))
    expect(page.get_by_role("region", name="The chosen review")).to_contain_text("line 3", timeout=WAIT)
    page.get_by_label("Note", exact=True).fill("=HYPERLINK(1)")
    page.get_by_label("Note", exact=True).blur()
    expect(listed(page)).to_contain_text("✎", timeout=WAIT)
    inner(page, "Take away")
    page.get_by_label("with the words that did most").check()
    for kind in ("CSV", "JSON lines", "Parquet"):
        choose(page, kind)
        with page.expect_download(timeout=WAIT) as started:
            page.get_by_role("button", name="Prepare the file").click()
        rows = read_back(kind, started.value.path())
        assert len(rows) == 4
        row = next(each for each in rows if "is the score" in each["text"])
        safe = "'" if kind == "CSV" else ""
        assert row["text"] == safe + ROWS[2][0]
        assert (row["label"], row["category"], row["note"]) == ("negative", "wrong label", f"{safe}=HYPERLINK(1)")
        assert row["top_tokens"]


def read_back(kind: str, path: Path) -> list[dict]:
    if kind == "CSV":
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    if kind == "JSON lines":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return parquet.read_table(path).to_pylist()


def test_report_and_notes_are_taken_away_and_notes_come_back(page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    name_one(page, "3")
    inner(page, "Take away")
    files = {}
    for name in ("Report to print (HTML)", "Notes alone (to load here again)"):
        choose(page, name)
        with page.expect_download(timeout=WAIT) as started:
            page.get_by_role("button", name="Prepare the file").click()
        files[name[:5]] = tmp_path / started.value.suggested_filename
        started.value.save_as(files[name[:5]])
    assert "contrast" in files["Repor"].read_text(encoding="utf-8")
    page.reload()
    score_file(page, tmp_path / "mine.csv")
    inner(page, "Take away")
    page.get_by_role("button", name=re.compile("Bring notes back")).click()
    page.locator("#gs-errors-notes input[type=file]").set_input_files(files["Notes"])
    expect(page.get_by_text("1 note is back")).to_be_visible(timeout=WAIT)
    inner(page, "Go through them")
    expect(listed(page)).to_contain_text("contrast", timeout=WAIT)


def test_note_is_kept_while_it_is_written_and_label_corrected_by_key(page):
    go_through_mistakes(page)
    page.locator("body").press("j")
    head = page.get_by_role("region", name="The chosen review")
    expect(head).to_contain_text("1 of ", timeout=WAIT)
    page.locator("body").press("n")
    page.keyboard.type("a quick note", delay=20)
    expect(page.get_by_text("1 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(head).to_contain_text("2 of ", timeout=WAIT)
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    chosen = listed(page).locator("tr[aria-current]")
    label = chosen.get_by_role("cell").nth(1).inner_text().strip()
    key, corrected = ("-", "negative") if label == "positive" else ("+", "positive")
    page.keyboard.press(key)
    expect(chosen).to_contain_text(f"→ {corrected}", timeout=WAIT)
    page.keyboard.press("k")
    expect(head).to_contain_text("1 of ", timeout=WAIT)
    expect(page.get_by_label("Note", exact=True)).to_have_value("a quick note")


def test_notes_belong_to_one_browser_and_come_back_to_it(browser: Browser, served, tmp_path):
    with visit(browser, served) as page:
        score_file(page, write_csv(tmp_path / "mine.csv"))
        name_one(page, "2")
        with page_of(browser) as stranger:
            for each, named in ((page, 1), (stranger, 0)):
                each.goto(served)
                score_file(each, tmp_path / "mine.csv")
                inner(each, "Go through them")
                expect(listed(each)).to_be_visible(timeout=WAIT)
                assert listed(each).get_by_text("irony").count() == named
