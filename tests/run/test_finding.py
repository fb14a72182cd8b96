import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.run.finding import Found, find, is_inside


def by_name(*inputs: Path) -> dict[str, Found]:
    return {item.name: item for item in find(inputs)}


def test_every_file_to_full_depth_is_found_in_sorted_order(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghijklmnop")
    deep.mkdir(parents=True)
    for path in (deep / "leaf", tmp_path / "z", tmp_path / "a.dcm", tmp_path / ".hidden"):
        path.write_bytes(b"12")
    found = find([tmp_path])
    assert [item.name for item in found] == [".hidden", "a.dcm", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/leaf", "z"]
    assert all(item.size == 2 and not item.refused and not item.skipped for item in found)


def test_a_file_is_an_input_too(tmp_path: Path) -> None:
    (tmp_path / "one.dcm").touch()
    (tmp_path / "two.dcm").touch()
    assert list(by_name(tmp_path / "one.dcm")) == ["one.dcm"]


def test_names_of_several_inputs_start_where_these_part(tmp_path: Path) -> None:
    for name in ("a/x/1", "b/x/1"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch()
    assert list(by_name(tmp_path / "a", tmp_path / "b")) == ["a/x/1", "b/x/1"]


def test_what_two_inputs_share_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "file").touch()
    assert len(find([tmp_path / "in", tmp_path / "in" / "sub"])) == 1


def test_a_link_that_leaves_the_input_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "in-not"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").touch()
    (inside / "file").symlink_to(outside / "secret")
    (inside / "folder").symlink_to(outside)
    (inside / "up").symlink_to("..")
    found = by_name(inside)
    assert set(found) == {"file", "folder", "up"}
    assert all("leaves the input" in item.refused for item in found.values())


def test_a_link_within_the_input_is_passed_over_because_its_target_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "again").symlink_to(tmp_path / "file")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    found = by_name(tmp_path)
    assert set(found) == {"file", "sub/again", "sub/loop"}
    assert found["sub/again"].skipped
    assert found["sub/loop"].skipped


def test_a_link_that_leads_nowhere_or_in_circles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert all("leads nowhere" in item.refused for item in find([tmp_path]))


def test_an_input_that_is_a_link_is_followed_because_the_user_chose_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert not by_name(tmp_path / "link")["file"].refused


def test_pipes_and_sockets_are_refused_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert all("not a file" in item.refused for item in find([tmp_path]))


def test_a_folder_that_cannot_be_read_is_refused_with_the_rest_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "file").touch()
    scandir = os.scandir

    def refuse(path: str) -> "os._ScandirIterator[str]":
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = by_name(tmp_path)
    assert set(found) == {"closed/", "file"}
    assert "Permission denied" in found["closed/"].refused


@given(names=st.sets(st.binary(min_size=1, max_size=20).filter(lambda b: not {0, 47} & set(b)), max_size=8))
def test_names_may_be_any_bytes(tmp_path_factory: pytest.TempPathFactory, names: set[bytes]) -> None:
    names -= {b".", b".."}
    folder = os.fsencode(tmp_path_factory.mktemp("bytes"))
    for name in names:
        with open(folder + b"/" + name, "wb"):
            pass
    found = find([Path(os.fsdecode(folder))])
    assert {os.fsencode(item.name) for item in found} == names
    assert [item.name for item in found] == sorted(item.name for item in found)


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("/a", "/a", True),
        ("/a/b", "/a", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/a", "/", True),
    ],
)
def test_inside_means_below_and_not_a_longer_name(path: str, folder: str, *, expected: bool) -> None:
    assert is_inside(path, folder) is expected
