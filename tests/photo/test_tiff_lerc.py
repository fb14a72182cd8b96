"""LERC inside TIFF: the blob stays, what follows it goes."""

import struct
import zlib

import pytest

from bme_med.core import FileError, splice
from bme_med.photo import tiff as engine
from bme_med.photo.tiff_ifd import walk
from tests.photo.judging import clean, residue
from tests.photo.making import TiffValue, policy, tiff_of, token

POLICY = policy()
TOKEN = token(1)
BLOB = bytes.fromhex(
    "4c6572633220040000004e99901506000000080000000100000030000000080000006f00000001000000000000000000e03f"
    "00000000000008400000000000804b4000000000033700010400000000010000010000000a000000820921000200000088ef"
    "dfbf3f00fcfbf79f5a7f00"
)
"""A gray picture of 8 x 6 pixels, which Esri's own library made."""
ZSTD = b"\x28\xb5\x2f\xfd\0\x58" + (len(BLOB) << 3 | 1).to_bytes(3, "little") + BLOB


def lerc(data: bytes, more: int = 0, version: int = 4, **entries: TiffValue) -> bytes:
    """A TIFF of one strip."""
    page: dict[int, TiffValue] = {
        256: (3, (8,)),
        257: (3, (6,)),
        258: (3, (8,)),
        259: (3, (34887,)),
        262: (3, (1,)),
        278: (3, (6,)),
        50674: (4, (version, more)),
    }
    return tiff_of(({**page, **{int(tag[1:]): value for tag, value in entries.items()}}, [data]))


@pytest.mark.parametrize(("more", "data"), [(0, BLOB), (1, zlib.compress(BLOB)), (2, ZSTD)])
def test_bytes_behind_the_blob_go(more: int, data: bytes) -> None:
    output = clean(engine, lerc(data + TOKEN, more, t270=(2, TOKEN)), POLICY)
    assert output == clean(engine, lerc(data, more), POLICY)
    assert data in output
    assert not residue(output, [TOKEN])
    (parameters,) = (entry for page in walk(output) for entry in page.entries if entry.tag == 50674)
    assert struct.unpack("<II", parameters.read(output)) == (4, more)


def test_parameters_of_another_compression_go() -> None:
    page = lerc(bytes(48), t259=(3, (1,)))
    output = splice(engine.plan(page, POLICY).pieces, page)
    assert not [entry for part in walk(output) for entry in part.entries if entry.tag == 50674]


REFUSED = {
    "no parameters": lerc(BLOB, t50674=(4, ())),
    "parameters with a text": lerc(BLOB, version=0x5A51),
    "another compression": lerc(BLOB, 3),
    "another magic": lerc(b"ZQ" + BLOB[2:]),
    "an old kind": lerc(b"CntZImage " + BLOB[10:]),
    "a newer version": lerc(BLOB[:6] + b"\x06" + BLOB[7:]),
    "a head that is cut off": lerc(BLOB[:40]),
    "a blob that is cut off": lerc(BLOB[:-1]),
    "a negative length": lerc(BLOB[:34] + b"\xff" * 4 + BLOB[38:]),
    "another width": lerc(BLOB, t256=(3, (9,))),
    "bytes inside what is deflated": lerc(zlib.compress(BLOB + TOKEN), 1),
    "deflated data that is none": lerc(TOKEN, 1),
    "deflated data that is cut off": lerc(zlib.compress(BLOB)[:-5], 1),
    "a bomb": lerc(zlib.compress(bytes(1 << 20)), 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_blob_of_the_picture_is_refused(name: str) -> None:
    with pytest.raises(FileError) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)
