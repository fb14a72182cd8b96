"""GIF: which blocks stay (GIF89a, sections 17 to 27; Netscape's looping extension).

Header, screen, images and the graphic control of each stay, and how often an animation repeats. Image data
ends where the picture is full, colour table entries that no pixel uses are zeroed, reserved bits are zero.
Everything else goes, and nothing follows the trailer.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import CUT_OFF, MORE_IMAGES, NOT_LOOKED_FOR, TRAILER_DROPPED
from bme_med.photo.gif_blocks import Block, read_data, walk
from bme_med.photo.lzw import Measured, end_codes, measure_codes
from bme_med.photo.palette import blank_unused
from bme_med.photo.spliced import known

__all__ = ["describe", "plan"]

_TABLE, _INTERLACED, _TABLE_SORT_AND_SIZE = 0x80, 0x40, 0x27
_HAS_TRANSPARENCY, _CONTROL_FLAGS = 1, 0x1F
_SUB_BLOCK_BYTES = 255
_MAX_SAMPLE_BITS = 11
_MAX_SIDE = 0xFFFF
_MAX_TEXT_BYTES = 1 << 14

_ENLARGED = (
    "the first image was larger than the screen, and some programs hid what lay outside; the screen was "
    "enlarged, so that all show what browsers showed"
)
_KEPT = Code.K, "needed to show the picture"
_DROPPED = Code.X, "not needed to show the picture"


def describe(source: Source) -> Iterator[Part]:
    """Yield every part of a GIF, in file order."""
    for block in walk(source):
        value = f"{block.end - block.start:,} bytes"
        if block.kind in ("screen", "image"):
            at = 6 if block.kind == "screen" else block.start + 5
            width, height = _read_size(source[at : at + 4])
            value = f"{width:,} x {height:,} pixels"
        elif block.kind in ("comment", "plain text"):
            value = read_data(source, block)[:_MAX_TEXT_BYTES].decode("utf-8", "replace")
        yield Part(block.where, value)


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a GIF; no profile changes it.

    Raises
    ------
    FileError
        If the file breaks the grammar, or its image data is not exactly the picture.
    """
    del policy
    planner = _Planner(source, list(walk(source)))
    return planner.plan()


def _read_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:2], "little"), int.from_bytes(data[2:], "little")


class _Frame(NamedTuple):
    """An image with the control that precedes it, and what its data holds."""

    image: Block
    control: Block | None
    transparent: int | None
    sample_bits: int
    measured: Measured

    @property
    def colors(self) -> frozenset[int]:
        """The entries of its table that it needs."""
        own = frozenset() if self.transparent is None else frozenset((self.transparent,))
        return self.measured.samples | own


class _Planner:
    """Measures every image, then writes what stays."""

    def __init__(self, source: Source, blocks: list[Block]) -> None:
        self.source = source
        self.blocks = blocks
        self.measured: dict[tuple[str, int], tuple[int, Any]] = {}
        self.declared = _read_size(source[6:10])
        self.screen: tuple[int, int] | None = None
        self.frames = {frame.image.where: frame for frame in self._read_frames()}
        self.controls = {frame.control.where: frame for frame in self.frames.values() if frame.control}
        self.out = Pieces()
        self.has_loop = False
        self.findings = {NOT_LOOKED_FOR: None}

    def plan(self) -> Plan:
        """The plan: every block is decided once, in file order."""
        if not self.frames:
            raise DamagedPhotoError("the file holds no picture")
        if len(self.frames) > 1:
            self.findings[MORE_IMAGES] = None
        actions = tuple(Action(block.where, *self._decide(block)) for block in self.blocks)
        if all(block.kind != "trailer" for block in self.blocks):
            self.findings[CUT_OFF] = None
            self.out.literal(b"\x3b")
        findings = tuple(self.findings)
        return Plan(Format.GIF, self.out.done(), actions, ".gif", findings, measured=self.measured)

    def _read_frames(self) -> Iterator[_Frame]:
        control = None
        for block in self.blocks:
            if block.kind == "graphic control" and [end - start for start, end in block.data] == [4]:
                control = block
            elif block.kind == "plain text":
                control = None
            elif block.kind == "image":
                yield self._read_frame(block, control)
                control = None

    def _read_frame(self, image: Block, control: Block | None) -> _Frame:
        size = self._check_place(image)
        sample_bits = self.source[image.table.end : image.table.end + 1][0]
        if not (1 <= sample_bits <= _MAX_SAMPLE_BITS and size[0] and size[1]):
            raise DamagedPhotoError("the head of an image is impossible", where=image.where)
        measured = self._measure(image, size[0] * size[1], sample_bits)
        content = read_data(self.source, control) if control else b"\0\0\0\0"
        return _Frame(
            image, control, content[3] if content[0] & _HAS_TRANSPARENCY else None, sample_bits, measured
        )

    def _check_place(self, image: Block) -> tuple[int, int]:
        """The size of an image, which lies in the screen; the first one enlarges it, as in browsers."""
        offset, size = (_read_size(self.source[at : at + 4]) for at in (image.start + 1, image.start + 5))
        reached = (offset[0] + size[0], offset[1] + size[1])
        self.screen = self.screen or (max(reached[0], self.declared[0]), max(reached[1], self.declared[1]))
        if reached[0] > self.screen[0] or reached[1] > self.screen[1]:
            raise DamagedPhotoError("an image reaches outside the picture", where=image.where)
        return size

    def _measure(self, image: Block, pixels: int, sample_bits: int) -> Measured:
        """The codes of an image, told by its code size and sub-blocks."""
        kind, start = f"GIF of {pixels} pixels", image.table.end
        found = known(self.source, kind, start)
        measured: Measured = (
            found[1]
            if found and found[0] == image.end
            else measure_codes(
                read_data(self.source, image),
                pixels,
                sample_bits=sample_bits,
                is_msb_first=False,
                early=0,
                where=image.where,
            )
        )
        self.measured[kind, start] = image.end, measured
        return measured

    def _decide(self, block: Block) -> tuple[Code, str]:
        """Write what stays of `block`, and say what was done."""
        match block.kind:
            case "screen":
                return self._write_screen(block)
            case "image":
                return self._write_image(self.frames[block.where])
            case "graphic control" if block.where in self.controls:
                return self._write_control(block)
            case "loop" if not self.has_loop and len(block.data) > 1:
                return self._write_loop(block)
            case "trailer":
                self.out.keep(block.start, block.end)
                return Code.K, "end of the image"
            case "":
                self.findings[TRAILER_DROPPED] = None
                return Code.X, "after the end of the image"
        return _DROPPED

    def _write(self, block: Block, content: bytes) -> tuple[Code, str]:
        """Write `content` in the place of `block`."""
        if self.source[block.start : block.end] == content:
            self.out.keep(block.start, block.end)
            return _KEPT
        self.out.literal(content)
        return Code.C, "rebuilt from what shows the picture"

    def _write_screen(self, block: Block) -> tuple[Code, str]:
        """Header, screen and global table, of which the background is a colour too."""
        width, height = self.screen or self.declared
        if max(width, height) > _MAX_SIDE:
            raise DamagedPhotoError("an image reaches outside the picture", where=block.where)
        if (width, height) != self.declared:
            self.findings[_ENLARGED] = None
        head = self.source[0:6] + struct.pack("<HH", width, height) + self.source[10 : block.table.start]
        used = {head[11]}.union(
            *(frame.colors for frame in self.frames.values() if not _has_table(frame.image))
        )
        return self._write(block, head + blank_unused(self.source[block.table.start : block.table.end], used))

    def _write_control(self, block: Block) -> tuple[Code, str]:
        flags, *delay, transparent = read_data(self.source, block)
        if not flags & _HAS_TRANSPARENCY:
            transparent = 0
        return self._write(block, bytes((0x21, 0xF9, 4, flags & _CONTROL_FLAGS, *delay, transparent, 0)))

    def _write_loop(self, block: Block) -> tuple[Code, str]:
        """How often the animation repeats: sub-block 1 of the first such extension."""
        start, end = block.data[1]
        content = self.source[start:end]
        if len(content) != 3 or content[0] != 1:
            return _DROPPED
        self.has_loop = True
        return self._write(block, self.source[block.start : start - 1] + b"\3" + content + b"\0")

    def _write_image(self, frame: _Frame) -> tuple[Code, str]:
        """Descriptor, local table and data of one image."""
        image = frame.image
        head = bytearray(self.source[image.start : image.table.start])
        head[9] &= _INTERLACED | (_TABLE | _TABLE_SORT_AND_SIZE if _has_table(image) else 0)
        table = self.source[image.table.start : image.table.end]
        blanked = blank_unused(table, frame.colors)
        is_plain = head == self.source[image.start : image.table.start] and blanked == table
        if is_plain:
            self.out.keep(image.start, image.table.end)
        else:
            self.out.literal(bytes(head) + blanked)
        self.out.keep(image.table.end, image.table.end + 1)
        is_whole = self._write_data(frame)
        return (Code.K, "the picture") if is_plain and is_whole else (Code.C, "cut to the picture")

    def _write_data(self, frame: _Frame) -> bool:
        """Write the codes that fill the picture and one that ends them; whether that changes nothing."""
        image, measured = frame.image, frame.measured
        data = read_data(self.source, image)
        kept, tail = end_codes(data, measured, sample_bits=frame.sample_bits, is_msb_first=False)
        if data[:kept] + tail == data:
            self.out.keep(image.table.end + 1, image.end)
            return True
        for start, end in image.data:
            if end - start > kept:
                tail = self.source[start : start + kept] + tail
                break
            self.out.keep(start - 1, end)
            kept -= end - start
        for at in range(0, len(tail), _SUB_BLOCK_BYTES):
            block = tail[at : at + _SUB_BLOCK_BYTES]
            self.out.literal(bytes((len(block),)) + block)
        self.out.literal(b"\0")
        return False


def _has_table(image: Block) -> bool:
    return image.table.end > image.table.start
