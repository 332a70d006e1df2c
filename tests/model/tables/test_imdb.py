"""Reading the dataset as its authors hand it out, on a few reviews written by hand."""

from __future__ import annotations

import io
import tarfile

import pytest

from model.errors import DataError
from model.tables import imdb

REVIEWS = {
    "train/pos/0_9.txt": "A good film.<br /><br />Great!",
    "train/pos/10_8.txt": "good good unique",
    "train/pos/2_10.txt": "Seen in test",
    "train/neg/0_2.txt": "Bad. Not good.",
    "train/neg/1_1.txt": "kept for validation",
    "train/unsup/0_0.txt": "no label, newword",
    "train/unsup/1_0.txt": "kept for   validation".replace("   ", " "),
    "train/unsup/2_0.txt": "bad in test too",
    "test/pos/0_7.txt": "Seen in test",
    "test/neg/0_3.txt": "bad in test too",
}


def write_folder(path):
    """The dataset's folder, below `path`."""
    for name, text in REVIEWS.items():
        file = path / "aclImdb" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return path


def archive(path, members):
    with tarfile.open(path, "w:gz") as file:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            file.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path)


def test_folder_and_archive_give_the_same_reviews_in_order(folder, tmp_path):
    path = archive(tmp_path / "a.tar.gz", {f"aclImdb/{name}": text for name, text in reversed(REVIEWS.items())})
    from_folder, from_archive = list(imdb.read_source(folder)), list(imdb.read_source(path))
    assert from_folder == from_archive
    assert [review.name for review in from_folder][:3] == [
        "train/pos/0_9.txt",
        "train/pos/2_10.txt",
        "train/pos/10_8.txt",
    ]


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "aclImdb/../../evil.txt"])
def test_archive_that_would_write_outside_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="refused"):
        list(imdb.read_source(archive(tmp_path / "a.tar.gz", {name: "x"})))


def test_archive_with_a_link_is_refused(tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        member = tarfile.TarInfo("aclImdb/train/pos/0_9.txt")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(member)
    with pytest.raises(DataError, match="refused"):
        list(imdb.read_source(tmp_path / "a.tar.gz"))


def test_broken_archive_empty_folder_and_nothing_are_refused(tmp_path):
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    for source in (tmp_path / "broken.tar.gz", tmp_path, tmp_path / "missing"):
        with pytest.raises(DataError):
            list(imdb.read_source(source))


def test_only_the_wanted_folders_are_read(folder, tmp_path):
    path = archive(tmp_path / "a.tar.gz", {f"aclImdb/{name}": text for name, text in REVIEWS.items()})
    for source in (folder, path):
        names = [review.name for review in imdb.read_source(source, ("test/pos", "test/neg"))]
        assert names == ["test/pos/0_7.txt", "test/neg/0_3.txt"]


def test_progress_is_told_instead_of_drawn(folder, tmp_path, capsys):
    path = archive(tmp_path / "a.tar.gz", {f"aclImdb/{name}": text for name, text in REVIEWS.items()})
    for source in (folder, path):
        shares = []
        list(imdb.read_source(source, progress=shares.append))
        assert shares
        assert all(0 <= share <= 1 for share in shares)
    assert capsys.readouterr().err == ""


def test_names_tell_label_and_stars():
    assert [imdb.label_of(f"train/{folder}/0_1.txt") for folder in ("pos", "neg", "unsup")] == [1, 0, -1]
    assert [imdb.rating_of(f"test/pos/3_{end}.txt") for end in ("10", "7", "0", "11", "x")] == [10, 7, 0, 0, 0]


def test_review_of_a_size_that_none_has_and_a_name_that_none_has_are_refused(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.tar.gz", {"aclImdb/train/pos/readme.txt": "not a review"})
    with pytest.raises(DataError, match=r"train/pos/readme\.txt"):
        list(imdb.read_source(path))
    monkeypatch.setattr(imdb, "MAX_REVIEW", 5)
    with pytest.raises(DataError, match="12 bytes"):
        list(imdb.read_source(path))


def test_review_in_another_encoding_is_refused_in_folder_and_archive(tmp_path):
    path = tmp_path / "aclImdb" / "train" / "pos" / "0_9.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"caf\xe9")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        file.add(tmp_path / "aclImdb", "aclImdb")
    for source in (tmp_path, tmp_path / "a.tar.gz"):
        with pytest.raises(DataError, match="fetch"):
            list(imdb.read_source(source))
