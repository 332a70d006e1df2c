"""Files are there whole or as they were before."""

from __future__ import annotations

import json

import numpy as np
import pytest

from model import files


def test_what_is_written_is_there_and_nothing_beside_it(tmp_path):
    files.write_json(tmp_path / "new" / "a.json", {"é": 1})
    files.write_bytes(tmp_path / "new" / "b.bin", b"\0")
    assert json.loads((tmp_path / "new" / "a.json").read_text(encoding="utf-8")) == {"é": 1}
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a.json", "b.bin"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_writing_that_fails_leaves_the_older_file_and_no_partial_one(tmp_path, error):
    path = tmp_path / "a.txt"
    files.write_text(path, "older")

    def fail():
        with files.whole(path) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_writer_that_wants_an_open_file_gets_one(tmp_path):
    with files.whole(tmp_path / "a.npz") as partial, partial.open("wb") as file:
        np.savez_compressed(file, a=np.arange(3))
    assert np.load(tmp_path / "a.npz")["a"].tolist() == [0, 1, 2]


def test_file_in_the_place_of_a_folder_is_an_error_of_the_disk(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        files.write_text(tmp_path / "taken" / "a.txt", "text")
    assert (tmp_path / "taken").is_file()
