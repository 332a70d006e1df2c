"""The Large Movie Review Dataset (Maas et al., ACL 2011) as its authors hand it out: a folder, or the archive of it.

Each review is a file of its own, `train/pos/123_8.txt`, which names the split, the label, a number and the stars.
Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from model.errors import DataError
from model.language import gettext

FOLDERS = ("train/pos", "train/neg", "train/unsup", "test/pos", "test/neg")
RATING_UNKNOWN = 0
MAX_REVIEW = 1_000_000  # bytes of one file; the dataset's longest has 14,000


@dataclass(frozen=True, slots=True)
class RawReview:
    """A review as the dataset holds it: `name` as in "train/pos/123_8.txt"."""

    name: str
    text: str


def read_source(
    source: Path, folders: Sequence[str] = FOLDERS, progress: Callable[[float], None] | None = None
) -> Iterator[RawReview]:
    """The reviews of the dataset's folder or archive (.tar.gz) that lie in `folders`, sorted by folder and number.

    `progress` is told the share that was read, in [0, 1]; without it a bar is drawn on standard error. Raises
    `DataError` where there is nothing to read, or where the archive would write outside its folder.
    """
    if source.is_dir():
        return iter(_read_folder(source, folders, progress))
    if source.is_file():
        return iter(_read_archive(source, folders, progress))
    sentence = gettext("There is no dataset at '{name}': give the folder or archive of the Large Movie Review Dataset.")
    raise DataError(sentence.format(name=source.name))


def label_of(name: str) -> int:
    """The label in a review's name: 1 positive, 0 negative, -1 unlabelled."""
    return {"pos": 1, "neg": 0}.get(name.split("/")[1], -1)


def rating_of(name: str) -> int:
    """The stars in a review's name, 1 to 10, or `RATING_UNKNOWN`."""
    stars = name.rpartition("_")[2].removesuffix(".txt")
    return int(stars) if stars.isdecimal() and int(stars) <= 10 else RATING_UNKNOWN


def _read_folder(
    folder: Path, folders: Sequence[str], progress: Callable[[float], None] | None = None
) -> list[RawReview]:
    root = next((path for path in (folder, folder / "aclImdb") if (path / "train").is_dir()), None)
    if root is None:
        sentence = gettext("'{name}' holds no folder 'train': it is not the Large Movie Review Dataset.")
        raise DataError(sentence.format(name=folder.resolve().name))
    files = [path for name in folders for path in (root / name).glob("*.txt")]
    reviews = []
    bar = tqdm(files, desc="read", unit=" reviews", mininterval=1, disable=progress is not None)
    for number, path in enumerate(bar):
        if progress and number % 500 == 0:
            progress(number / len(files))
        try:
            review = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            sentence = gettext("'{name}' is no readable review; fetch the dataset again.")
            raise DataError(sentence.format(name=path.name)) from error
        reviews.append(RawReview(path.relative_to(root).as_posix(), review))
    return _in_order(reviews)


def _read_archive(
    path: Path, folders: Sequence[str], progress: Callable[[float], None] | None = None
) -> list[RawReview]:
    reviews = []
    try:
        size = path.stat().st_size
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
            members = tqdm(archive, desc="read", unit=" files", mininterval=1, disable=progress is not None)
            for number, member in enumerate(members):
                if progress and number % 500 == 0:
                    progress(file.tell() / size)
                name = _safe_name(member)
                if member.isfile() and name.endswith(".txt") and name.rpartition("/")[0] in folders:
                    _check_size(member)
                    content = archive.extractfile(member)
                    reviews.append(RawReview(name, content.read().decode("utf-8") if content else ""))
    except (tarfile.TarError, EOFError, OSError, UnicodeDecodeError) as error:
        sentence = gettext("'{name}' is not a readable archive of the dataset; fetch it again.")
        raise DataError(sentence.format(name=path.name)) from error
    return _in_order(reviews)


def _safe_name(member: tarfile.TarInfo) -> str:
    """The member's path below the archive's first folder; nothing is ever unpacked to disk."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        sentence = gettext("The archive is refused: its member '{name}' could write outside its folder.")
        raise DataError(sentence.format(name=member.name))
    return "/".join(path.parts[1:])


def _check_size(member: tarfile.TarInfo) -> None:
    if member.size > MAX_REVIEW:
        sentence = gettext("The archive is refused: its member '{name}' has {size:,} bytes, no review has.")
        raise DataError(sentence.format(name=member.name, size=member.size))


def _in_order(reviews: list[RawReview]) -> list[RawReview]:
    if not reviews:
        raise DataError(
            gettext("The dataset holds no reviews: it should have train/pos, train/neg, test/pos and test/neg.")
        )

    def key(review: RawReview) -> tuple[int, int]:
        folder, _, file = review.name.rpartition("/")
        number = file.partition("_")[0]
        if not number.isdecimal():
            sentence = gettext("'{name}' is no name of the dataset's: a review's is like 'test/pos/123_8.txt'.")
            raise DataError(sentence.format(name=review.name))
        return FOLDERS.index(folder), int(number)

    return sorted(reviews, key=key)
