"""Digests that are made while something else is done with the source."""

import hashlib
import threading
from pathlib import Path

import pytest

from bme_med.run.hashing import sha256_beside
from bme_med.run.opening import open_source

DATA = bytes(range(256)) * 20_000


@pytest.mark.parametrize("mapped_from", [1, len(DATA) + 1])
def test_the_digest_is_that_of_all_bytes(tmp_path: Path, mapped_from: int) -> None:
    (tmp_path / "file").write_bytes(DATA)
    with open_source(str(tmp_path / "file"), mapped_from) as source, sha256_beside(source) as digest:
        assert source[0:3] == DATA[:3]
        assert digest() == digest() == hashlib.sha256(DATA).hexdigest()


def give_up(path: str) -> None:
    with open_source(path, 1) as source, sha256_beside(source):
        raise ZeroDivisionError


def test_nobody_hashes_any_more_when_the_source_closes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(DATA)
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        give_up(str(tmp_path / "file"))
    assert threading.active_count() == before
