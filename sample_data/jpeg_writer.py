"""A baseline JPEG encoder in integers (ITU-T T.81: A.3.3 DCT, F.1.2 Huffman coding, Annex K tables).

Slow and small. No floating point, so that the bytes are the same everywhere.
"""

import struct

__all__ = ["encode_jpeg", "segment", "split_planes"]

# cos(k * pi / 16) * 2**13
_COS = (8192, 8035, 7568, 6811, 5793, 4551, 3135, 1598, 0)

_LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 "
    "62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 "
    "100 103 99"
)
_CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 "
    + "99 " * 32
)

_DC = (
    (bytes.fromhex("00010501010101010100000000000000"), bytes(range(12))),
    (bytes.fromhex("00030101010101010101010000000000"), bytes(range(12))),
)
_AC = (
    (
        bytes.fromhex("0002010303020403050504040000017d"),
        bytes.fromhex(
            "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
            "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
            "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
            "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
        ),
    ),
    (
        bytes.fromhex("00020102040403040705040400010277"),
        bytes.fromhex(
            "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
            "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687"
            "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
            "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
        ),
    ),
)


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment: FF, `marker`, length, `payload`."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def encode_jpeg(
    rgb: bytes, width: int, height: int, *, quality: int, sampling: int = 2, before: bytes = b""
) -> bytes:
    """`rgb` as a baseline JPEG, with the marker segments `before` after SOI.

    `width` and `height` are multiples of ``8 * sampling``; chroma is halved where `sampling` is 2.
    """
    planes = split_planes(rgb, width, height, sampling)
    tables = [_quantization(text, quality) for text in (_LUMA, _CHROMA)]
    order = _zigzag()
    out = b"\xff\xd8" + before
    for number, table in enumerate(tables):
        out += segment(0xDB, bytes((number, *(table[i] for i in order))))
    shape = b"".join(bytes((i + 1, sampling * 17 if i == 0 else 17, min(i, 1))) for i in range(3))
    out += segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + shape)
    for class_, pair in ((0, _DC), (16, _AC)):
        for number, (counts, symbols) in enumerate(pair):
            out += segment(0xC4, bytes((class_ + number,)) + counts + symbols)
    out += segment(0xDA, bytes.fromhex("03 01 00 02 11 03 11 00 3f 00"))
    return out + _scan(planes, width, height, sampling, tables, order) + b"\xff\xd9"


def split_planes(rgb: bytes, width: int, height: int, sampling: int) -> list[list[int]]:
    """Y, Cb and Cr around 0 (JFIF's matrix in 16 bits of fraction), chroma averaged over `sampling`."""
    luma, blue, red = [], [], []
    for i in range(0, len(rgb), 3):
        r, g, b = rgb[i : i + 3]
        luma.append((19595 * r + 38470 * g + 7471 * b + 32768 >> 16) - 128)
        blue.append(-11059 * r - 21709 * g + 32768 * b >> 16)
        red.append(32768 * r - 27439 * g - 5329 * b >> 16)
    chroma = []
    for plane in (blue, red):
        small = []
        for y in range(0, height, sampling):
            for x in range(0, width, sampling):
                cells = [plane[(y + v) * width + x + u] for v in range(sampling) for u in range(sampling)]
                small.append(sum(cells) // len(cells))
        chroma.append(small)
    return [luma, *chroma]


def _quantization(text: str, quality: int) -> list[int]:
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return [min(255, max(1, (int(q) * scale + 50) // 100)) for q in text.split()]


def _zigzag() -> list[int]:
    """Natural index of each coefficient in zigzag order (T.81, figure A.6)."""
    cells = [(y, x) for y in range(8) for x in range(8)]
    cells.sort(key=lambda c: (c[0] + c[1], c[0] if (c[0] + c[1]) % 2 else c[1]))
    return [y * 8 + x for y, x in cells]


def _cosines() -> list[list[int]]:
    """Row k holds cos((2n + 1) k pi / 16) * 2**13 for n = 0 to 7."""
    rows = []
    for k in range(8):
        angles = [(2 * n + 1) * k % 32 for n in range(8)]
        folded = [min(a, 32 - a) for a in angles]
        rows.append([_COS[a] if a <= 8 else -_COS[16 - a] for a in folded])
    rows[0] = [5793] * 8
    return rows


def _transform(block: list[int], cosines: list[list[int]], table: list[int]) -> list[int]:
    """Quantized coefficients of 64 samples, in natural order."""
    rows = [
        [sum(c * s for c, s in zip(cos, block[y : y + 8], strict=True)) for cos in cosines]
        for y in range(0, 64, 8)
    ]
    columns = list(zip(*rows, strict=True))
    out = []
    for v in range(8):
        for u in range(8):
            total = sum(c * s for c, s in zip(cosines[v], columns[u], strict=True))
            step = table[v * 8 + u] << 28
            out.append((total + step // 2) // step if total >= 0 else -((-total + step // 2) // step))
    return out


def _codes(counts: bytes, symbols: bytes) -> dict[int, tuple[int, int]]:
    """Symbol to (code, length), as T.81, C.2 derives them."""
    codes, code, taken = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for symbol in symbols[taken : taken + count]:
            codes[symbol] = (code, length)
            code += 1
        taken += count
        code <<= 1
    return codes


def _scan(
    planes: list[list[int]], width: int, height: int, sampling: int, tables: list[list[int]], order: list[int]
) -> bytes:
    """The entropy-coded segment: interleaved MCUs, padded with ones, FF stuffed."""
    cosines = _cosines()
    dc, ac = [_codes(*t) for t in _DC], [_codes(*t) for t in _AC]
    bits: list[tuple[int, int]] = []
    last = [0, 0, 0]
    for my in range(height // (8 * sampling)):
        for mx in range(width // (8 * sampling)):
            for index, plane in enumerate(planes):
                blocks = sampling if index == 0 else 1
                stride = width if index == 0 else width // sampling
                kind = min(index, 1)
                for part in range(blocks * blocks):
                    y, x = (my * blocks + part // blocks) * 8, (mx * blocks + part % blocks) * 8
                    block = [plane[(y + v) * stride + x + u] for v in range(8) for u in range(8)]
                    levels = _transform(block, cosines, tables[kind])
                    _code_block(bits, [levels[i] for i in order], last[index], dc[kind], ac[kind])
                    last[index] = levels[0]
    return _pack(bits)


def _code_block(
    bits: list[tuple[int, int]],
    levels: list[int],
    predicted: int,
    dc: dict[int, tuple[int, int]],
    ac: dict[int, tuple[int, int]],
) -> None:
    """Append the Huffman codes of one block in zigzag order (T.81, F.1.2.1 and F.1.2.2)."""
    difference = levels[0] - predicted
    bits.append(dc[abs(difference).bit_length()])
    _append_value(bits, difference)
    run = 0
    for level in levels[1:]:
        if level == 0:
            run += 1
            continue
        bits.extend([ac[0xF0]] * (run // 16))
        bits.append(ac[run % 16 << 4 | abs(level).bit_length()])
        _append_value(bits, level)
        run = 0
    if run:
        bits.append(ac[0])


def _append_value(bits: list[tuple[int, int]], value: int) -> None:
    size = abs(value).bit_length()
    if size:
        bits.append((value if value > 0 else value + (1 << size) - 1, size))


def _pack(bits: list[tuple[int, int]]) -> bytes:
    out, store, filled = bytearray(), 0, 0
    for code, length in [*bits, (0x7F, 7)]:
        store = store << length | code
        filled += length
        while filled >= 8:
            filled -= 8
            byte = store >> filled & 0xFF
            out += b"\xff\0" if byte == 0xFF else bytes((byte,))
        store &= (1 << filled) - 1
    return bytes(out)
