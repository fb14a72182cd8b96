"""The blocks of a GIF, in file order (GIF89a, sections 15 to 27)."""

from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Block", "read_data", "walk"]

_HEADER_BYTES, _SCREEN_BYTES, _DESCRIPTOR_BYTES = 6, 7, 10
_MAX_BLOCKS = 20_000
_MAX_SUB_BLOCKS = 1_000_000
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _PLAIN_TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_APPLICATIONS = {
    b"NETSCAPE2.0": "loop",
    b"ANIMEXTS1.0": "loop",
    b"XMP DataXMP": "XMP",
    b"ICCRGBG1012": "ICC",
    b"C2PA_GIF\x01\0\0": "C2PA",
}
_EXTENSIONS = {_CONTROL: "graphic control", _COMMENT: "comment", _PLAIN_TEXT: "plain text"}


class Block(NamedTuple):
    """One block.

    Attributes
    ----------
    where
        Number, counted from 0, and kind: ``3/image``.
    kind
        ``screen`` is header, logical screen descriptor and global table.
    table
        Of a screen or an image, where its colour table lies.
    data
        Where each sub-block's content lies, for images and extensions.
    """

    where: str
    kind: str
    start: int
    end: int
    table: Range = Range(0, 0)
    data: tuple[Range, ...] = ()


def walk(source: Source) -> Iterator[Block]:
    """Yield every block, and what follows the trailer; a trailer may be missing.

    Raises
    ------
    FileError
        If bytes stand where a block should start, or a block reaches past the end of the file.
    """
    head = source[0 : _HEADER_BYTES + _SCREEN_BYTES]
    if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < _HEADER_BYTES + _SCREEN_BYTES:
        raise DamagedPhotoError("the file does not start with a GIF header")
    position = _HEADER_BYTES + _SCREEN_BYTES
    end = _table_end(source, position, head[10])
    yield Block("0/screen", "screen", 0, end, Range(position, end))
    number = 1
    while end < len(source):
        if number == _MAX_BLOCKS:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_BLOCKS:,} blocks: save the picture anew"
            )
        block = _block_at(source, end)
        yield block._replace(where=f"{number}/{block.kind}")
        number, end = number + 1, block.end
        if block.kind == "trailer":
            break
    if end < len(source):
        yield Block("after the trailer", "", end, len(source))


def _block_at(source: Source, start: int) -> Block:
    head = source[start : start + _DESCRIPTOR_BYTES]
    match head[0]:
        case 0x3B:
            return Block("", "trailer", start, start + 1)
        case 0x2C if len(head) == _DESCRIPTOR_BYTES:
            table = Range(start + _DESCRIPTOR_BYTES, _table_end(source, start + _DESCRIPTOR_BYTES, head[9]))
            data = _sub_blocks(source, table.end + 1)
            return Block("", "image", start, data[-1].end, table, data[:-1])
        case 0x21 if len(head) > 1:
            data = _sub_blocks(source, start + 2)
            return Block("", _extension_kind(source, head[1], data), start, data[-1].end, data=data[:-1])
    raise DamagedPhotoError("neither an image nor an extension nor the end of the file", offset=start)


def _extension_kind(source: Source, label: int, data: tuple[Range, ...]) -> str:
    if label == _APPLICATION:
        name = source[data[0].start : data[0].end] if data[0].end - data[0].start == 11 else b""
        return _APPLICATIONS.get(name, "application")
    return _EXTENSIONS.get(label, "extension")


def _table_end(source: Source, start: int, flags: int) -> int:
    """Where the colour table that `flags` announce at `start` ends."""
    end = start + (3 * (2 << (flags & 7)) if flags & 0x80 else 0)
    if end > len(source):
        raise DamagedPhotoError("a colour table is cut off", offset=start)
    return end


def _sub_blocks(source: Source, position: int) -> tuple[Range, ...]:
    """The content of each sub-block from `position` on, and of the one of no length that ends them."""
    blocks = []
    while True:
        size = source[position : position + 1]
        if not size or position + 1 + size[0] > len(source):
            raise DamagedPhotoError("the file is cut off", offset=position)
        blocks.append(Range(position + 1, position + 1 + size[0]))
        if not size[0]:
            return tuple(blocks)
        if len(blocks) > _MAX_SUB_BLOCKS:
            raise UnsupportedFileError("an image in too many parts: save the picture anew")
        position = blocks[-1].end


def read_data(source: Source, block: Block) -> bytes:
    """The content of all sub-blocks, joined."""
    return b"".join(source[part.start : part.end] for part in block.data)
