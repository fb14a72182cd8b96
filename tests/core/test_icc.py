"""ICC profiles: the colours stay, what identifies goes."""

import io
import string
import struct
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bme_med.core import icc
from tests.oracles.runs import CORPUS
from tests.photo.making import icc_profile, token

MODES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK", b"Lab ": "LAB"}
"""Pillow's modes of profiles' colour spaces."""


def element(type_: bytes, *parts: bytes) -> bytes:
    """A tag's element, from its type on."""
    return type_ + bytes(4) + b"".join(parts)


def xyz(x: float, y: float, z: float) -> bytes:
    """An XYZType."""
    return element(b"XYZ ", struct.pack(">3i", *(round(65536 * number) for number in (x, y, z))))


def profile_of(
    tags: dict[bytes, bytes], *, version: int = 2, space: bytes = b"RGB ", pcs: bytes = b"XYZ "
) -> bytes:
    """A profile of elements, without padding between them."""
    start = 132 + 12 * len(tags)
    table, body = b"", b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sB3x4s4s4s", start + len(body), b"lcms", version, b"mntr", space, pcs)
    header += (
        struct.pack(">6H4s4s", 2024, 7, 18, 10, 4, 5, b"acsp", b"APPL") + b"\x80\0\0\1MAKRMODL" + b"\xff" * 8
    )
    header += struct.pack(">I", 1) + bytes.fromhex("0000f6d6000100000000d32d") + b"CREA" + b"\x11" * 44
    return header + struct.pack(">I", len(tags)) + table + body


CURVE = element(b"curv", b"\0\0\0\1\2\x33")
PARAMETRIC = element(b"para", b"\0\3\0\0", struct.pack(">5i", 157286, 62119, 3417, 5072, 2651))
PRIMARIES = {
    b"rXYZ": xyz(0.436, 0.222, 0.014),
    b"gXYZ": xyz(0.385, 0.717, 0.097),
    b"bXYZ": xyz(0.143, 0.061, 0.714),
}
MATRIX = {b"wtpt": xyz(0.9642, 1, 0.8249), **PRIMARIES, b"rTRC": CURVE, b"gTRC": CURVE, b"bTRC": PARAMETRIC}
IDENTITY = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
RAMP8, RAMP16 = bytes(range(256)), struct.pack(">2H", 0, 65535)
CORNERS = list(product((0, 255), repeat=3))


def lut8() -> bytes:
    """A lut8Type of a grid of two points, turning RGB into Lab."""
    return element(
        b"mft1", b"\3\3\2\0", IDENTITY, 3 * RAMP8, b"".join(bytes(corner) for corner in CORNERS), 3 * RAMP8
    )


def lut16(matrix: bytes = IDENTITY) -> bytes:
    """The same as a lut16Type."""
    grid = b"".join(struct.pack(">3H", *(257 * number for number in corner)) for corner in CORNERS)
    return element(b"mft2", b"\3\3\2\0", matrix, struct.pack(">2H", 2, 2), 3 * RAMP16, grid, 3 * RAMP16)


def lut_ab(gap: bytes = b"", type_: bytes = b"mAB ", curve: bytes = CURVE + b"\0\0") -> bytes:
    """The same as a lutAToBType with all five parts, `gap` between them."""
    curves = 3 * curve
    matrix = IDENTITY + bytes(12)
    grid = b"\2\2\2" + bytes(13) + b"\1\0\0\0" + b"".join(bytes(corner) for corner in CORNERS)
    offsets, body = [], b""
    for part in (curves, matrix, curves, grid, curves):
        body += gap
        offsets.append(32 + len(body))
        body += part
    return element(type_, b"\3\3\0\0", struct.pack(">5I", *offsets), body)


LAB = {"version": 4, "pcs": b"Lab "}
FROM_XYZ = struct.pack(
    ">9i", *(round(65536 * each) for each in (3.13, -1.62, -0.49, -0.98, 1.92, 0.03, 0.07, -0.23, 1.41))
)
NEARLY = struct.pack(">9i", 65537, -1, 0, 0, 65535, 0, 1, 0, 65536)
HINTS = {
    b"bkpt": xyz(0.01, 0.01, 0.01),
    b"lumi": xyz(0, 3.5, 0),
    b"chrm": element(b"chrm", b"\0\3\0\1", struct.pack(">6I", 41943, 21627, 19661, 39322, 9830, 3932)),
    b"gamt": element(b"mft1", b"\3\1\2\0", IDENTITY, 3 * RAMP8, bytes(8), RAMP8),
}
"""What tells of colours once more, and no transform takes."""
PROFILES: dict[str, bytes] = {
    "matrix, version 2": profile_of(MATRIX),
    "matrix, version 4": profile_of({**MATRIX, b"chad": element(b"sf32", IDENTITY)}, version=4),
    "gray": profile_of({b"wtpt": MATRIX[b"wtpt"], b"kTRC": CURVE}, space=b"GRAY"),
    "lut8": profile_of({b"wtpt": MATRIX[b"wtpt"], b"A2B0": lut8(), b"B2A0": lut8()}, pcs=b"Lab "),
    "lut16": profile_of({b"wtpt": MATRIX[b"wtpt"], b"A2B0": lut16(), b"B2A0": lut16()}, pcs=b"Lab "),
    "lutAToB": profile_of(
        {b"wtpt": MATRIX[b"wtpt"], b"A2B0": lut_ab(), b"B2A0": lut_ab(type_=b"mBA ")}, version=4, pcs=b"Lab "
    ),
    "lut16 from XYZ": profile_of(
        {b"wtpt": MATRIX[b"wtpt"], b"A2B0": lut16(), b"B2A0": lut16(FROM_XYZ)}, pcs=b"XYZ "
    ),
    "lut16, nearly the identity": profile_of(
        {b"wtpt": MATRIX[b"wtpt"], b"A2B0": lut16(NEARLY), b"B2A0": lut16(NEARLY)}, pcs=b"Lab "
    ),
    "hints": profile_of({**MATRIX, **HINTS}),
    "sRGB of LittleCMS": icc_profile(),
}


def corpus_profiles() -> set[bytes]:
    """The different profiles of the corpus."""
    found: set[bytes] = set()
    for path in sorted((CORPUS / "photos").rglob("*")):
        if path.suffix in (".jpg", ".png", ".webp"):
            with Image.open(path) as image:
                found.add(image.info.get("icc_profile") or b"")
    return found - {b""}


def transformed(profile: bytes, *, inverse: bool, intent: ImageCms.Intent, flags: ImageCms.Flags) -> bytes:
    """Colours that spread over the space, through `profile` to sRGB or back."""
    mode = MODES[profile[16:20]]
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    ends = ((srgb, opened), ("RGB", mode)) if inverse else ((opened, srgb), (mode, "RGB"))
    (source, target), modes = ends
    transform = ImageCms.buildTransform(source, target, *modes, intent, flags)
    samples = bytes(
        position * 73 % 256 for position in range(48 * 48 * len(Image.new(modes[0], (1, 1)).getbands()))
    )
    return transform.apply(Image.frombytes(modes[0], (48, 48), samples)).tobytes()


def assert_same_colours(profile: bytes) -> None:
    cleaned = icc.sanitize(profile)
    assert cleaned
    flags = (ImageCms.Flags.NONE, ImageCms.Flags.BLACKPOINTCOMPENSATION)
    for inverse, intent, flag in product((False, True), ImageCms.Intent, flags):
        before, after = (
            transformed(each, inverse=inverse, intent=intent, flags=flag) for each in (profile, cleaned)
        )
        assert before == after


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_colour_transform_stays_equal(profile: bytes) -> None:
    assert_same_colours(profile)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_the_colour_transform_of_every_profile_in_the_corpus_stays_equal() -> None:
    profiles = corpus_profiles()
    assert profiles
    for profile in profiles:
        assert_same_colours(profile)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_sanitising_again_changes_nothing(profile: bytes) -> None:
    cleaned = icc.sanitize(profile)
    assert cleaned
    assert icc.sanitize(cleaned) == cleaned
    assert int.from_bytes(cleaned[:4], "big") == len(cleaned)


def test_texts_are_fixed_and_of_the_version_s_type() -> None:
    for version, type_ in ((2, b"desc"), (4, b"mluc")):
        cleaned = icc.sanitize(profile_of(MATRIX, version=version))
        assert cleaned
        opened = ImageCms.ImageCmsProfile(io.BytesIO(cleaned)).profile
        assert opened.profile_description == "Colour profile"
        assert opened.copyright == "Removed"
        (start,) = struct.unpack_from(">I", cleaned, 136)
        assert cleaned[132:136] == b"desc"
        assert cleaned[start : start + 4] == type_


def test_the_header_names_no_device_maker_or_time() -> None:
    cleaned = icc.sanitize(profile_of(MATRIX))
    assert cleaned
    assert cleaned[:4] + bytes(4) + b"\2\0\0\0mntrRGB XYZ " + bytes(12) == cleaned[:36]
    assert cleaned[36:44] == b"acsp" + bytes(4)
    assert cleaned[44:64] == b"\0\0\0\1" + bytes(12) + b"\0\0\0\x0f"
    assert cleaned[80:128] == bytes(48)


TOKEN = token(1)


def _with(name: bytes, data: bytes) -> bytes:
    return profile_of({**MATRIX, name: data})


@pytest.mark.parametrize(
    "profile",
    [
        icc_profile(1),
        _with(b"mmod", TOKEN),
        _with(b"vcgt", TOKEN),
        _with(b"targ", element(b"text", TOKEN)),
        _with(b"zqQZ", TOKEN),
        *(_with(name, data + TOKEN) for name, data in MATRIX.items()),
        _with(b"rTRC", b"curv" + TOKEN[:4] + CURVE[8:]),
        _with(b"chad", element(b"sf32", IDENTITY, TOKEN)),
        _with(b"lumi", xyz(0, 100, 0) + TOKEN),
        _with(b"chrm", element(b"chrm", b"\0\3\0\1", bytes(24), TOKEN)),
        _with(b"chrm", element(b"chrm", b"\xff\xff\0\1", TOKEN)),
        _with(b"bkpt", TOKEN),
        _with(b"cicp", element(b"cicp", b"\1\x0d\0\1", TOKEN)),
        _with(b"A2B0", lut8() + TOKEN),
        _with(b"A2B0", lut16() + TOKEN),
        _with(b"gamt", element(b"mft1", TOKEN)),
        profile_of({b"A2B0": lut_ab(gap=TOKEN + b".") + TOKEN}, version=4, pcs=b"Lab "),
        profile_of(MATRIX) + TOKEN,
        profile_of(MATRIX) + icc_profile(1),
    ],
)
def test_nothing_planted_survives(profile: bytes) -> None:
    cleaned = icc.sanitize(profile)
    assert cleaned
    assert not any(token(number)[:4] in cleaned for number in range(1, 8))
    assert not any(token(number).decode().encode("utf-16-be") in cleaned for number in range(1, 8))


@pytest.mark.parametrize(
    "profile",
    [
        b"",
        TOKEN,
        profile_of(MATRIX)[:131],
        profile_of(MATRIX, version=5),
        profile_of(MATRIX, space=b"9CLR"),
        profile_of(MATRIX, pcs=b"RGB "),
        profile_of(MATRIX).replace(b"mntr", b"link"),
        profile_of(MATRIX).replace(b"acsp", b"ACSP"),
        profile_of(MATRIX)[:-20],
        profile_of({b"wtpt": MATRIX[b"wtpt"]}),
        profile_of({**MATRIX, b"rTRC": TOKEN}),
        profile_of({**MATRIX, b"rTRC": element(b"para", b"\0\5\0\0", bytes(28))}),
        profile_of({**MATRIX, b"rTRC": element(b"curv", b"\xff\xff\xff\xff")}),
        profile_of({b"A2B0": lut8()[:-1]}),
        profile_of({b"A2B0": lut_ab()[:-40]}),
        profile_of({b"A2B0": element(b"mAB ", b"\xff\xff\0\0", bytes(20))}),
        profile_of({**MATRIX, b"rTRC": element(b"curv", struct.pack(">I", 4097), bytes(2 * 4097))}),
        profile_of({**MATRIX, b"wtpt": xyz(0.96, 4, 0.82)}),
        profile_of({**MATRIX, b"rTRC": element(b"para", b"\0\0\0\0", struct.pack(">i", -32 << 16))}),
        profile_of({b"A2B0": lut16(FROM_XYZ)}, pcs=b"Lab "),
        profile_of({b"A2B0": lut16()}, space=b"CMYK", pcs=b"Lab "),
        profile_of({b"A2B0": lut_ab()}, space=b"GRAY", version=4, pcs=b"Lab "),
        profile_of({b"A2B0": element(b"mft1", b"\3\3\x50\0", IDENTITY, bytes(1536 + 3 * 80**3))}),
        profile_of(MATRIX).replace(b"gTRC", b"rTRC"),
        profile_of(MATRIX)[:128] + b"\xff\xff\xff\xff" + profile_of(MATRIX)[132:],
        profile_of(MATRIX) + bytes(icc.MAX_PROFILE_BYTES),
    ],
)
def test_what_cannot_be_read_is_none(profile: bytes) -> None:
    assert icc.sanitize(profile) is None


def test_elements_that_overlap_do_not_make_a_small_profile_large() -> None:
    long = element(b"curv", struct.pack(">I", 4000))
    tags = {**MATRIX, b"gTRC": long, b"bTRC": long[:-2] + b"\x0f\x90", b"rTRC": long[:-2] + b"\x0f\x80"}
    apart = profile_of({name: data + bytes(8000) for name, data in tags.items()})
    overlapping = profile_of(tags) + bytes(8000)
    for at in range(len(tags)):
        start = 140 + 12 * at
        overlapping = overlapping[:start] + struct.pack(">I", 8020) + overlapping[start + 4 :]
    assert icc.sanitize(apart)
    assert icc.sanitize(overlapping) is None


@given(
    st.sampled_from(list(PROFILES.values())), st.integers(0, 400), st.binary(max_size=8), st.integers(0, 20)
)
def test_damage_gives_none_or_a_profile_that_stays(profile: bytes, at: int, value: bytes, cut: int) -> None:
    cleaned = icc.sanitize(profile[:at] + value + profile[at + cut :])
    assert cleaned is None or icc.sanitize(cleaned) == cleaned


def test_what_no_transform_takes_is_dropped() -> None:
    assert icc.sanitize(profile_of({**MATRIX, **HINTS})) == icc.sanitize(profile_of(MATRIX))


@pytest.mark.parametrize("name", [b"chrm", b"lumi", b"bkpt", b"gamt", b"zqQZ"])
def test_a_picture_in_an_element_is_dropped(name: bytes) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    hidden = out.getvalue() + bytes(-len(out.getvalue()) % 8)
    cleaned = icc.sanitize(_with(name, element(b"chrm", struct.pack(">2H", len(hidden) // 8, 1), hidden)))
    assert cleaned == icc.sanitize(profile_of(MATRIX))


@pytest.mark.parametrize(
    ("points", "stays"),
    [
        ((9, 16, 0, 1), True),
        ((12, 18, 0, 1), True),
        ((1, 13, 1, 0), True),
        ((0, 13, 0, 1), False),
        ((13, 13, 0, 1), False),
        ((9, 3, 0, 1), False),
        ((9, 19, 0, 1), False),
        ((9, 16, 3, 1), False),
        ((9, 16, 18, 1), False),
        ((9, 16, 0, 2), False),
    ],
)
def test_code_points_stay_where_h_273_defines_them(points: tuple[int, ...], stays: bool) -> None:
    cleaned = icc.sanitize(_with(b"cicp", element(b"cicp", bytes(points))))
    assert cleaned
    assert (element(b"cicp", bytes(points)) in cleaned) is stays


def test_a_matrix_that_is_applied_to_xyz_alone_is_the_identity_elsewhere() -> None:
    cleaned = icc.sanitize(PROFILES["lut16, nearly the identity"])
    assert cleaned
    assert IDENTITY in cleaned
    assert NEARLY not in cleaned
    gray = element(b"mft1", b"\1\3\2\0", FROM_XYZ, RAMP8, bytes(6), 3 * RAMP8)
    cleaned = icc.sanitize(profile_of({b"A2B0": gray}, space=b"GRAY", pcs=b"Lab "))
    assert cleaned
    assert FROM_XYZ not in cleaned


FREE = ((b"curv", 12), (b"mft1", 48), (b"mft2", 52))
"""Types whose elements hold curves and tables from a place on."""
NUMBERS = profile_of(
    {
        **MATRIX,
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), PARAMETRIC),
        **HINTS,
        b"chad": element(b"sf32", IDENTITY),
        b"cicp": element(b"cicp", b"\1\x0d\0\1"),
    },
    version=4,
)
PARAMETRIC_LUT = profile_of({b"A2B0": lut_ab(curve=PARAMETRIC)}, **LAB)  # type: ignore[arg-type]
HOSTS = {**PROFILES, "numbers": NUMBERS, "lutAToB of parametric curves": PARAMETRIC_LUT}


def free_places(profile: bytes) -> set[int]:
    """Where `profile` holds entries of curves and samples of tables."""

    def spans() -> Iterator[range]:
        for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
            start, size = struct.unpack_from(">2I", profile, at + 4)
            for type_, first in FREE:
                if profile[start : start + 4] == type_:
                    yield range(start + first, start + size)
            if profile[start : start + 4] in {b"mAB ", b"mBA "}:
                grid = start + int.from_bytes(profile[start + 24 : start + 28], "big")
                yield range(grid + 20, grid + 44)
                curve = profile.find(b"curv", start, start + size)
                while curve >= 0:
                    yield range(curve + 12, curve + 14)
                    curve = profile.find(b"curv", curve + 4, start + size)

    return {place for span in spans() for place in span}


@pytest.mark.parametrize("profile", HOSTS.values(), ids=HOSTS)
def test_nothing_planted_at_any_place_but_curves_and_tables_survives(profile: bytes) -> None:
    free = free_places(profile)
    assert icc.sanitize(profile)
    for at in range(len(profile) - 8):
        if free.isdisjoint(range(at, at + 8)):
            cleaned = icc.sanitize(profile[:at] + b"QuilFeat" + profile[at + 8 :]) or b""
            assert not any(part in cleaned for part in (b"Qui", b"uil", b"ilF", b"lFe", b"Fea", b"eat")), at


@given(st.sampled_from(list(HOSTS.values())), st.data())
def test_no_word_survives_wherever_it_stands(profile: bytes, data: st.DataObject) -> None:
    """Of four characters or more: three are the fraction of a number like any other."""
    word = data.draw(st.text(string.ascii_letters + string.digits, min_size=4, max_size=24)).encode()
    at = data.draw(st.integers(0, len(profile) - len(word)))
    cleaned = icc.sanitize(profile[:at] + word + profile[at + len(word) :]) or b""
    if free_places(profile).isdisjoint(range(at, at + len(word))):
        assert cleaned.count(word) <= (icc.sanitize(profile) or b"").count(word)
