"""Damage that can be repeated: edits of bytes, wherever they fall in a file."""

from hypothesis import strategies as st

__all__ = ["EDITS", "Edit", "edited", "edits_with"]

Edit = tuple[str, float, bytes]
"""What is done, at which fraction of the length, with which bytes."""


def edits_with(*words: bytes) -> st.SearchStrategy[list[Edit]]:
    """Edits that use, beside any bytes, the `words` of a format."""
    return st.lists(
        st.tuples(
            st.sampled_from(["set", "insert", "delete", "repeat"]),
            st.floats(0, 1, exclude_max=True),
            st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from(words)),
        ),
        min_size=1,
        max_size=6,
    )


EDITS = edits_with(b"\xff\xd9", b"\xff\xda", b"\xff\xc4\0")
"""Edits of a JPEG."""


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """`data` after each edit, at a fraction of its length."""
    for kind, fraction, value in edits:
        at = int(fraction * len(data))
        match kind:
            case "set":
                data = data[:at] + value + data[at + len(value) :]
            case "insert":
                data = data[:at] + value + data[at:]
            case "delete":
                data = data[:at] + data[at + 16 * len(value) :]
            case _:
                data = data[:at] + data[at : at + 64 * len(value)] + data[at:]
    return data
