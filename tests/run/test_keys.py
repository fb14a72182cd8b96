import stat
from pathlib import Path

import pytest

from bme_med.core import KeyFileError
from bme_med.run.keys import create_key, erase_key, new_key, read_key
from tests.run.making import KEY


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    key = new_key()
    create_key(tmp_path / "k", key)
    assert read_key(tmp_path / "k") == key
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600


def test_two_keys_differ() -> None:
    assert new_key() != new_key()


def test_the_file_is_one_line_of_text(tmp_path: Path) -> None:
    create_key(tmp_path / "k", bytes(range(32)))
    assert (tmp_path / "k").read_text() == KEY


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_key(tmp_path / "k", bytes(32))
    with pytest.raises(KeyFileError, match="never overwritten"):
        create_key(tmp_path / "k", new_key())
    assert read_key(tmp_path / "k") == bytes(32)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o777])
def test_a_key_that_others_may_touch_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k"
    create_key(path, bytes(32))
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        read_key(path)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "bme-med-key-v1", KEY[:-3], KEY.replace("v1", "v2"), KEY.replace("A", "!"), KEY + KEY, "\xff"],
)
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "k"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(KeyFileError, match="no key of bme-med") as caught:
        read_key(path)
    assert "AAECAw" not in str(caught.value)


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="bme-med key new"):
        read_key(tmp_path / "gone")


def test_an_erased_key_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    create_key(tmp_path / "k", new_key())
    (tmp_path / "same bytes").hardlink_to(tmp_path / "k")
    erase_key(tmp_path / "k")
    assert not (tmp_path / "k").exists()
    assert set((tmp_path / "same bytes").read_bytes()) == {0}
