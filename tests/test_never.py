"""What must never happen, and the tests that fail where it does.

The points are those of the design; a test here looks whether every test that is named exists.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

NEVER = {
    "User text reaches HTML unescaped": (
        "tests/views/drawing/test_token_axis.py::test_text_of_a_person_never_becomes_markup",
        "tests/views/gates/test_table.py::test_text_of_a_person_never_becomes_markup",
        "tests/views/stage/test_reading.py::test_text_of_a_person_never_becomes_markup",
        "tests/browser/test_page.py::test_markup_in_a_review_stays_text",
        "tests/browser/test_page.py::test_markup_that_slipped_in_would_run_no_script",
        "tests/views/api/test_headers.py::test_policy_lets_no_script_run_that_stands_in_markup",
    ),
    "A limit that only the browser keeps": (
        "tests/model/test_text.py::test_unreadable_text_is_refused_at_once_with_a_sentence",
        "tests/views/api/test_wiring.py::test_bad_input_gets_a_sentence",
        "tests/browser/test_api.py::test_bad_input_gets_a_sentence_at_once_and_the_next_request_is_served",
        "tests/views/stage/test_tab.py::test_a_text_that_cannot_be_read_is_refused_beside_its_box",
        "tests/views/api/test_uploads.py::"
        "test_upload_that_does_not_say_how_large_it_is_is_read_no_further_than_it_may_be",
        "tests/model/workbench/test_patterns.py::test_a_pattern_that_blows_up_elsewhere_is_matched_in_linear_time",
    ),
    "A row of a person's file that vanishes, or a label that is turned round, without a word": (
        "tests/model/tables/test_conservation.py::test_any_text_comes_back_with_its_label",
        "tests/model/tables/test_conservation.py::test_damage_loses_no_row_in_silence",
        "tests/model/tables/test_labels.py::test_order_and_one_stray_value_never_turn_another_rows_label_round",
        "tests/model/tables/test_labels.py::test_what_is_unclear_is_asked_and_an_answer_settles_it",
    ),
    "One visitor's text, uploads or notes shown to another": (
        "tests/browser/test_page.py::test_two_visitors_do_not_see_each_other",
        "tests/browser/test_errors.py::test_two_visitors_do_not_see_each_others_rows",
        "tests/model/workbench/test_notebook.py::test_two_visitors_never_see_each_others_rows",
        "tests/views/api/test_strangers.py::test_nobody_stops_or_hears_what_another_asked",
        "tests/views/api/test_strangers.py::test_page_of_another_origin_may_read_nothing",
        "tests/load/test_crowd.py::test_visitors_at_once_are_each_answered_as_if_alone",
    ),
    "A traceback or a path shown to anybody": (
        "tests/fuzz/test_callbacks.py::test_any_values_of_any_event_of_the_page",
        "tests/fuzz/test_callbacks.py::test_any_fields_of_any_endpoint",
        "tests/views/api/test_strangers.py::test_no_file_of_the_server_is_read_for_anybody",
        "tests/views/api/test_strangers.py::test_no_address_leads_to_a_file_of_the_server",
        "tests/views/api/test_faults.py::test_what_gradio_prints_says_where_and_of_what_kind",
        "tests/views/api/test_calls.py::test_of_a_fault_its_kind_and_place_are_logged_and_nothing_is_shown_of_it",
    ),
    "A failing request that needs a restart": (
        "tests/model/test_worker.py::test_another_thread_takes_the_place_of_one_that_died",
        "tests/fuzz/test_callbacks.py::test_any_body_of_any_address_that_takes_one",
        "tests/fuzz/test_described.py::test_any_request_that_is_described",
    ),
    "Dataframe or Label given a bare string of a user's": (
        "tests/test_never.py::test_no_component_that_takes_a_string_for_a_path_is_on_the_page",
    ),
    "A CSV export in which a cell starts a formula": (
        "tests/model/tables/test_csv_cells.py::test_what_could_start_a_formula_gets_an_apostrophe",
        "tests/model/workbench/test_export.py::"
        "test_no_cell_of_the_csv_starts_a_formula_and_negative_numbers_stay_numbers",
    ),
    "A request to any outside host that the user did not ask for": (
        "tests/test_offline.py::test_it_answers_and_writes_nothing_outside_of_the_temporary_folder",
        "tests/views/api/test_strangers.py::test_server_fetches_no_address_for_anybody",
        "tests/views/api/test_doors.py::test_all_else_is_not_there",
    ),
}
TAKE_PATHS = {"Dataframe", "DataFrame", "Label", "Image", "Gallery", "Audio", "Video", "Model3D", "AnnotatedImage"}


@pytest.mark.parametrize("point", NEVER)
def test_every_point_has_tests_that_are_there(point):
    for name in NEVER[point]:
        path, _, test = name.partition("::")
        assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_no_component_that_takes_a_string_for_a_path_is_on_the_page():
    for path in (ROOT / "views").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr in TAKE_PATHS), f"{path.name}:{node.lineno}"
