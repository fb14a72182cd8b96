"""Bits of compressed samples that hold no value by the attributes, and what may hide in them (PS3.5, 8.2).

A codestream whose header says that its samples are no longer than Bits Stored has no room for anything else.
Longer ones, and those of RLE, which are whole bytes, are decoded and looked at like native samples.
"""

from collections.abc import Callable
from dataclasses import replace

from bme_med.core import Range, Source, UnsupportedFileError
from bme_med.dicom.frames import Frame, read_frame
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixel_form import form_of
from bme_med.dicom.stored_bits import StoredBits, padding_of, stored_bits
from bme_med.dicom.walker import Element
from bme_med.pixels import PixelForm, declared_bits, native_bytes
from bme_med.pixels.syntaxes import RLE

__all__ = ["Look", "look_at_bits"]

Look = Callable[[list[Range]], None]
"""Raises where the frame in these fragments holds what it must not."""

_HELP = (
    "decompress the file with another tool, then run again, or "
    'set pixels.unused-bits = "keep" where Bits Stored is known to be wrong'
)


def look_at_bits(data: Source, pixel_data: Element, described: Instance, policy: str) -> Look:
    """A look at each frame of encapsulated `pixel_data`; `policy` is ``pixels.unused-bits`` of the profile.

    The look raises UnsupportedFileError where unused bits hold what no attribute explains: they cannot be
    cleared without coding the picture again. What nothing here can decode is refused as well.
    """
    bits = stored_bits(described)
    if bits is None or policy == "keep":
        return lambda _: None
    return _Looking(data, form_of(described, pixel_data), bits, padding_of(described))


class _Looking:
    """Looks at one frame after the other; all of a file leave unused bits zero, or all repeat the sign."""

    def __init__(self, data: Source, form: PixelForm, bits: StoredBits, padding: int | None) -> None:
        self._data = data
        self._form = form
        self._room = 0 if bits.low or form.transfer_syntax == RLE else bits.high + 1
        self._padding = padding
        self._candidates = [*dict.fromkeys((bits, replace(bits, is_signed=False)))]

    def __call__(self, fragments: list[Range]) -> None:
        codestream = read_frame(self._data, Frame(fragments, []))
        if self._room and declared_bits(codestream, self._form) <= self._room:
            return
        try:
            self._candidates = [bits for bits in self._candidates if self._is_clear(codestream, bits)]
        except ImportError:
            raise UnsupportedFileError(
                f"nothing here can look into unused bits of its pixels: {_HELP}"
            ) from None
        if not self._candidates:
            raise UnsupportedFileError(
                "unused bits of compressed Pixel Data hold what no attribute explains, such as an overlay, "
                f"and cannot be cleared: {_HELP}"
            )

    def _is_clear(self, codestream: bytes, bits: StoredBits) -> bool:
        samples = native_bytes(codestream, self._form, is_signed=bits.is_signed)
        return bits.is_clear(samples, self._padding)
