"""HTML of the Errors tab: what was read, how the network does on it, its slices, the rows one by one, and words.

What can be chosen is a button that carries its value (`data-send`, see errors.js). Everything that comes from a
person is escaped here. Right and wrong are told by words and signs, never by colour alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

import numpy as np

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL, mark_of
from model.tables.table import ReviewTable
from model.workbench.filters import Page
from model.workbench.neighbours import Neighbours
from model.workbench.notebook import Note
from model.workbench.overview import HITS, MISTAKES, KnownMetrics, Outcome, Overview
from model.workbench.scoring import Scores
from model.workbench.slices import LEVEL, SliceFinding
from model.workbench.word_contrast import WordContrast, WordOdds, WordScores
from model.workbench.workbench import Workbench
from views.drawing.numbers import signed

PICK, NAME = "gs-errors-pick", "gs-errors-name"  # the hidden boxes that hear what was chosen, and how a row is named
LABELS = {1: "positive", 0: "negative", NO_LABEL: "–"}
SNIPPET = 90  # characters of a review in a list
SHOWN_BAD = 200  # skipped rows that are listed
LONGEST_NAME = 40  # characters of a column's name; a longer one may be a review
KEYS = 9  # categories that have a key of their own

_MARKS = {**dict.fromkeys(HITS, "✓"), **dict.fromkeys(MISTAKES, "✗"), Outcome.UNLABELLED: "·"}


def pick_button(kind: str, value: object, inside: str, classes: str = "", label: str = "", box: str = PICK) -> str:
    """A button that tells a hidden box `{kind: value}`; `inside` is HTML, `label` says more to a screen reader."""
    said = f' aria-label="{escape(label)}"' if label else ""
    sent = escape(json.dumps({kind: value}))
    sending = f'data-send="{box}" data-value="{sent}"{said}'
    return f'<button type="button" class="gs-pick {classes}" {sending}>{inside}</button>'


def snippet(text: str, length: int = SNIPPET) -> str:
    """The beginning of a review on one line, as text."""
    line = " ".join(text[: 4 * length].replace("<br />", " ").split())
    return line if len(line) <= length and len(text) <= 4 * length else line[: length - 1] + "…"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


# Loading and scoring


def columns_sentence(name: str, columns: Columns) -> str:
    """What was found in a file, and a warning where its first row may be a review and no names."""
    looks = len(columns.names) > 1 and any(
        len(each) > LONGEST_NAME or mark_of(each) is not None for each in columns.names
    )
    warning = (
        " The first row is taken for the names of the columns, but looks like a review: put a row of names above it."
        if looks
        else ""
    )
    return f"{name} has {_counted(len(columns.names), 'column')}. Check them, then press Score the file.{warning}"


def loaded_card(table: ReviewTable, scores: Scores, seconds: float, lasting: bool) -> str:
    """What was read and scored, how exactly, what was skipped, and whether notes last."""
    labelled = int((table.labels != NO_LABEL).sum())
    rate = f", {len(table.texts) / seconds:,.0f} reviews/s" if seconds >= 0.05 else ""
    columns = [f"text: {table.columns.text}"]
    columns += [f"label: {table.columns.label}"] if table.columns.label else []
    columns += [f"stars: {table.columns.rating}"] if table.columns.rating else []
    exact = "The upper layers were read in bfloat16: logits are within 0.02 or so. " if scores.half else ""
    kept = (
        "Notes are kept in this server's notes folder, for this browser, file and checkpoint."
        if lasting
        else "This server keeps no notes: they end with your visit. Take away saves them and brings them back."
    )
    return f"""<section class="gs-card gs-loaded" aria-label="What was read">
<p class="gs-label"><strong>{len(table.texts):,}</strong> <span>reviews of <bdi>{escape(table.name)}</bdi>, \
{labelled:,} with a label, read by {escape(scores.checkpoint)} in {seconds:,.1f} s{rate}</span></p>
<p class="gs-note">Columns: <bdi>{escape("; ".join(columns))}</bdi>. {exact}{kept}</p>{_skipped(table)}</section>"""


def _skipped(table: ReviewTable) -> str:
    if not table.bad_count:
        return ""
    rows = "".join(f"<li>line {bad.line:,}: {escape(bad.reason)}</li>" for bad in table.bad[:SHOWN_BAD])
    if any(bad.reason.startswith("not UTF-8") for bad in table.bad):
        rows += "<li>Save the file as UTF-8, and these rows can be read.</li>"
    more = table.bad_count - min(len(table.bad), SHOWN_BAD)
    rest = f"<li>and {more:,} more</li>" if more else ""
    word = "row" if table.bad_count == 1 else "rows"
    return (
        f'<details class="gs-skipped"><summary>⚠ {table.bad_count:,} {word} skipped</summary>'
        f"<ul>{rows}{rest}</ul></details>"
    )


def progress_card(what: str, share: float, remark: str = "") -> str:
    """A bar and what is going on; `share` in [0, 1]."""
    percent = f"{100 * share:.0f}"
    return f"""<section class="gs-card gs-progress" aria-label="Progress" aria-live="polite">
<p><strong>{escape(what)}</strong> <span>{escape(remark)}</span></p>
<div role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">\
<i style="width:{percent}%"></i></div>
</section>"""


def scoring_card(done: int, total: int, seconds: float) -> str:
    """How far scoring has come, its rate, and the time left."""
    rate = done / seconds if seconds else 0.0
    left = (total - done) / rate if rate else 0.0
    remark = f"{rate:,.0f} reviews/s, {_duration(left)} left" if done else "counting tokens"
    return progress_card(f"{done:,} of {total:,} reviews", done / total if total else 1.0, remark)


def _duration(seconds: float) -> str:
    seconds = round(seconds)
    return f"{seconds} s" if seconds < 100 else f"{seconds // 60} min {seconds % 60} s"


def sentence_card(sentence: str) -> str:
    """A plain sentence in place of a picture."""
    return f'<section class="gs-card gs-empty">{escape(sentence)}</section>'


# Overview


def overview_card(found: Overview) -> str:
    """Measures and the confusion matrix, whose cells show their reviews."""
    return f"""<section class="gs-card gs-overview" aria-label="Overview">
<header><h2>How well it does</h2></header>
<dl class="gs-measures">{"".join(_measures(found.metrics))}</dl>
{f'<p class="gs-note">⚠ {escape(found.missing)}</p>' if found.missing else ""}
{_confusion(found.confusion) if found.labelled else ""}</section>"""


def _measures(metrics: KnownMetrics) -> Iterator[str]:
    for name, value, unit in (
        ("accuracy", metrics.accuracy, "%"),
        ("F1 (positive)", metrics.f1, ""),
        ("ROC AUC", metrics.roc_auc, ""),
        ("log loss", metrics.log_loss, "nats"),
        ("calibration error (ECE)", metrics.ece, "%"),
    ):
        number = "–" if value is None else f"{100 * value:.2f}" if unit == "%" else f"{value:.4f}"
        small = f" <small>{unit}</small>" if unit and value is not None else ""
        yield f"<div><dt>{name}</dt><dd>{number}{small}</dd></div>"


def _confusion(counts: np.ndarray) -> str:
    """Counts (2, 2) by label (row) and verdict (column) as buttons."""
    total = max(int(counts.sum()), 1)

    def cell(label: int, verdict: int, outcome: Outcome) -> str:
        count = int(counts[label, verdict])
        share = f"{100 * count / total:.1f} %"
        right = outcome in HITS
        inside = f"<b>{count:,}</b><small>{_MARKS[outcome]} {outcome.words}, {share}</small>"
        weight = f'style="--w:{count / total:.3f}"'
        button = pick_button("outcomes", [int(outcome)], inside, label=f"{count} {outcome.words}: show them")
        return f'<td class="{"gs-right" if right else "gs-wrong"}" {weight}>{button}</td>'

    rows = (
        ("labelled positive", cell(1, 1, Outcome.TRUE_POSITIVE), cell(1, 0, Outcome.FALSE_NEGATIVE)),
        ("labelled negative", cell(0, 1, Outcome.FALSE_POSITIVE), cell(0, 0, Outcome.TRUE_NEGATIVE)),
    )
    body = "".join(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>' for name, *cells in rows)
    mistakes = pick_button("outcomes", [int(each) for each in MISTAKES], "Go through all mistakes", "gs-button")
    return f"""<table class="gs-confusion"><caption>Confusion matrix: press a cell to see its reviews</caption>
<thead><tr><td></td><th scope="col">taken for positive</th><th scope="col">taken for negative</th></tr></thead>
<tbody>{body}</tbody></table><p>{mistakes}</p>"""


def slices_card(findings: Sequence[SliceFinding]) -> str:
    """Each slice with its error rate, interval and how it compares with the rest; those that stand out first."""
    if not findings:
        return sentence_card("There are no slices to compare: all reviews are alike in what is looked at.")
    ends = [each.high for each in findings if each.high is not None]
    end = max(ends, default=1.0) or 1.0
    rows = "".join(_slice(each, end) for each in findings)
    out = sum(each.stands_out for each in findings)
    said = (
        f"{out} of {len(findings)} slices stand out"
        if ends
        else "No row has a label, so there are counts but no error rates"
    )
    return f"""<section class="gs-card gs-table gs-slices" aria-label="Slices">
<header><h2>Slices: where it errs more, or less, than elsewhere</h2></header>
<p>{said}: their error rate differs from that of all other reviews beyond chance (Fisher's exact test,
Benjamini-Hochberg over all slices, q &lt; {LEVEL:g}). Whiskers: 95 % Wilson interval.
Press a slice to see its reviews.</p>
<div class="gs-table-scroll" tabindex="0" aria-label="Slices, scrolls"><table>
<thead><tr><th scope="col">reviews with</th><th scope="col">slice</th><th scope="col">reviews</th>
<th scope="col">wrong</th><th scope="col">error rate, interval</th>
<th scope="col" class="gs-whisker">0 to {100 * end:.0f} %</th><th scope="col">to the rest</th><th scope="col">q</th>
</tr></thead>
<tbody>{rows}</tbody></table></div></section>"""


def _slice(each: SliceFinding, end: float) -> str:
    name = pick_button("slice", [each.dimension, each.name], escape(each.name), label=f"{each.name}: show its reviews")
    kind = ' class="gs-stands-out"' if each.stands_out else ""
    rate, whisker, rest, q = "–", "", "–", "–"
    if each.rate is not None:
        rate = f"{100 * each.rate:.1f} % <small>{100 * each.low:.1f} to {100 * each.high:.1f}</small>"
        low, width = 100 * each.low / end, 100 * (each.high - each.low) / end
        whisker = (
            f'<span class="gs-interval"><i style="left:{low:.1f}%;width:{width:.1f}%"></i>'
            f'<b style="left:{100 * each.rate / end:.1f}%"></b></span>'
        )
    if each.difference is not None:
        rest = f"{signed(100 * each.difference, 1)}"
    if each.q is not None:
        mark = " ★" if each.stands_out else ""
        q = ("&lt; 0.001" if each.q < 0.001 else f"{each.q:.3f}") + mark
    return (
        f'<tr{kind}><td>{escape(each.dimension)}</td><th scope="row">{name}</th><td>{each.rows:,}</td>'
        f'<td>{each.errors:,} of {each.labelled:,}</td><td>{rate}</td><td class="gs-whisker">{whisker}</td>'
        f"<td>{rest}</td><td>{q}</td></tr>"
    )


# Rows


def review_list(bench: Workbench, page: Page, chosen: int) -> str:
    """One page of the table; the chosen row is marked."""
    if not page.total:
        return sentence_card("No review passes these filters: take one of them back.")
    body = "".join(_row(bench, row, row == chosen) for row in page.rows.tolist())
    return f"""<section class="gs-card gs-table gs-review-list" aria-label="Reviews">
<header><p>{page.first + 1:,} to {page.first + len(page.rows):,} of {page.total:,} reviews</p></header>
<div class="gs-table-scroll" tabindex="0" aria-label="Reviews, scrolls"><table>
<thead><tr><th scope="col">line</th><th scope="col">review</th><th scope="col">label</th>
<th scope="col">P(positive)</th></tr></thead><tbody>{body}</tbody></table></div></section>"""


def _row(bench: Workbench, row: int, chosen: bool) -> str:
    table = bench.table
    outcome = Outcome(int(bench.outcomes[row]))
    note = bench.notes.get(row)
    line = int(table.lines[row])
    button = pick_button(
        "row",
        row,
        f"<bdi>{escape(snippet(table.texts[row]))}</bdi>",
        label=f"Line {line}, {outcome.words}: {snippet(table.texts[row], 60)}",
    )
    remark = f"<small>{_remark(note)}</small>" if note else ""
    current = ' aria-current="true"' if chosen else ""
    return (
        f'<tr{current}><td>{line:,}</td><th scope="row">{button}{remark}</th><td>{LABELS[int(table.labels[row])]}</td>'
        f'<td title="{outcome.words}">{_MARKS[outcome]} {float(bench.scores.probabilities[row]):.3f}</td></tr>'
    )


def _remark(note: Note) -> str:
    """Category, a pen for a note, the corrected label: what there is of them."""
    said = [f"<bdi>{escape(note.category)}</bdi>"] if note.category else []
    said += ["✎"] if note.text else []
    said += [f"→ {LABELS[note.label]}"] if note.label != NO_LABEL else []
    return " ".join(said)


def row_heading(bench: Workbench, row: int, place: int | None, total: int) -> str:
    """Which review is explained: where it stands in the list, if it does, its label and its verdict."""
    table, scores = bench.table, bench.scores
    outcome = Outcome(int(bench.outcomes[row]))
    where = "not in the list now" if place is None else f"{place + 1:,} of {total:,} in the list"
    label, stars = LABELS[int(table.labels[row])], float(table.ratings[row])
    facts = [f"line {int(table.lines[row]):,}", _counted(int(scores.tokens[row]), "token")]
    facts += [] if np.isnan(stars) else [f"{stars:g} star{'' if stars == 1 else 's'}"]
    if not np.isnan(scores.forget[row]):
        facts.append(f"forget gates {float(scores.forget[row]):.2f} on average")
    return f"""<section class="gs-card gs-row-head" aria-label="The chosen review">
<p class="gs-label"><strong>{_MARKS[outcome]} {outcome.words.capitalize()}</strong> <span>label {label},
P(positive) = {float(scores.probabilities[row]):.3f}</span></p>
<p class="gs-note">{where} · {" · ".join(facts)}</p></section>"""


def neighbours_card(bench: Workbench, found: Neighbours) -> str:
    """The rows that the network holds for most alike, with their labels."""
    rows = "".join(
        f"<li><small>{float(similarity):.3f}</small> {_MARKS[Outcome(int(bench.outcomes[row]))]} "
        f"<small>{LABELS[int(bench.table.labels[row])]}</small> "
        f"{pick_button('row', row, f'<bdi>{escape(snippet(bench.table.texts[row], 90))}</bdi>')}</li>"
        for row, similarity in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
    )
    return f"""<section class="gs-card gs-neighbours" aria-label="Nearest reviews">
<header><h2>What the network holds for alike</h2></header>
<p class="gs-note">By the cosine of its final states; ✓ right, ✗ wrong, then the label.</p>
<ol>{rows or "<li>There is no other review.</li>"}</ol></section>"""


def category_buttons(counts: Mapping[str, int], chosen: str, row: int) -> str:
    """The categories with their keys and how many rows each has; that of `row` is pressed, which takes it back.

    Each button names its row: what is pressed is meant for the review that is seen.
    """
    buttons = "".join(
        _category(name, count, place if place <= KEYS else None, name == chosen, row)
        for place, (name, count) in enumerate(counts.items(), start=1)
    )
    return f'<div class="gs-categories" role="group" aria-label="Category">{buttons}</div>'


def _category(name: str, count: int, key: int | None, pressed: bool, row: int) -> str:
    number = f"<kbd>{key}</kbd> " if key else ""
    inside = f"{number}<bdi>{escape(name)}</bdi> <small>{count:,}</small>"
    button = pick_button("category", [row, "" if pressed else name], inside, "gs-button", box=NAME)
    extra = f' aria-pressed="{"true" if pressed else "false"}"' + (f' data-key="{key}"' if key else "")
    return button.replace("<button", f"<button{extra}", 1)


# Words


def words_card(found: WordContrast, attributed: WordScores | None) -> str:
    """Words by which mistakes differ from hits, both ends, with the attribution of each where it was summed."""
    if found.missing:
        return sentence_card(found.missing)
    summed = (
        f" Attribution: input × gradient, summed over {attributed.rows:,} of {attributed.chosen:,} mistakes, in logits."
        if attributed
        else ""
    )
    return f"""<section class="gs-card gs-table gs-words" aria-label="Words">
<header><h2>Words by which mistakes differ from hits</h2></header>
<p>Log-odds with an informative Dirichlet prior (Monroe et al. 2008), in standard errors (z), of
{_counted(found.mistake_rows, "mistake")} and {_counted(found.hit_rows, "hit")}. What is commoner in mistakes need not
cause them.{summed}
Press a word to see the reviews that hold it.</p>
<div class="gs-words-sides">{_words("Commoner in mistakes", found.mistakes, attributed)}
{_words("Commoner in hits", found.hits, attributed)}</div></section>"""


def _words(title: str, odds: WordOdds, attributed: WordScores | None) -> str:
    head = ["word", "z", "in mistakes", "in hits"] + (["attribution", "each"] if attributed else [])
    columns = "".join(f'<th scope="col">{name}</th>' for name in head)
    return (
        f'<div class="gs-table-scroll" tabindex="0" aria-label="{title}, scrolls"><table><caption>{title}</caption>'
        f"<thead><tr>{columns}</tr></thead><tbody>{''.join(_word_rows(odds, attributed))}</tbody></table></div>"
    )


def _word_rows(odds: WordOdds, attributed: WordScores | None) -> Iterable[str]:
    columns = (odds.words, odds.ids.tolist(), odds.mistakes.tolist(), odds.hits.tolist(), odds.z.tolist())
    for word, id_, mistakes, hits, z in zip(*columns, strict=True):
        cells = f"<td>{signed(z, 1)}</td><td>{mistakes:,}</td><td>{hits:,}</td>"
        if attributed:
            count = int(attributed.counts[id_])
            total = float(attributed.totals[id_])
            cells += f"<td>{signed(total)}</td><td>{signed(total / count, 3)}</td>" if count else "<td>–</td><td>–</td>"
        yield f'<tr><th scope="row">{pick_button("word", word, f"<bdi>{escape(word)}</bdi>")}</th>{cells}</tr>'


def saved_sentence(count: int, of: int) -> str:
    """How many rows have been named or noted."""
    return f'<p class="gs-note" aria-live="polite">{count:,} of {of:,} reviews have a note.</p>'
