"""The tags of TIFF: those that decoding needs, and names for those that go (TIFF 6.0, appendix A)."""

from enum import IntEnum
from typing import NamedTuple

__all__ = ["KEPT", "Kind", "Rule", "Tag", "tag_name"]


class Tag(IntEnum):
    """Tags that are read here."""

    NewSubfileType = 254
    SubfileType = 255
    ImageWidth = 256
    ImageLength = 257
    BitsPerSample = 258
    Compression = 259
    PhotometricInterpretation = 262
    FillOrder = 266
    ImageDescription = 270
    StripOffsets = 273
    Orientation = 274
    SamplesPerPixel = 277
    RowsPerStrip = 278
    StripByteCounts = 279
    XResolution = 282
    YResolution = 283
    PlanarConfiguration = 284
    T4Options = 292
    T6Options = 293
    ResolutionUnit = 296
    Predictor = 317
    WhitePoint = 318
    PrimaryChromaticities = 319
    ColorMap = 320
    TileWidth = 322
    TileLength = 323
    TileOffsets = 324
    TileByteCounts = 325
    SubIFDs = 330
    InkSet = 332
    NumberOfInks = 334
    DotRange = 336
    ExtraSamples = 338
    SampleFormat = 339
    JPEGTables = 347
    JPEGProc = 512
    JPEGInterchangeFormat = 513
    JPEGInterchangeFormatLength = 514
    JPEGRestartInterval = 515
    JPEGQTables = 519
    JPEGDCTables = 520
    JPEGACTables = 521
    YCbCrCoefficients = 529
    YCbCrSubSampling = 530
    YCbCrPositioning = 531
    ReferenceBlackWhite = 532
    XMP = 700
    ImageDepth = 32997
    ICCProfile = 34675
    LercParameters = 50674
    DNGVersion = 50706


class Kind(IntEnum):
    """How a value that stays is written."""

    NUMBER = 0
    """Plain numbers, as they stand."""
    FRACTION = 1
    """Rational numbers, each reduced to one that says the same with few digits."""


class Rule(NamedTuple):
    """What a tag that stays may hold.

    Attributes
    ----------
    members
        How many members; 0 for one a sample, or one for all; -1 for up to one a sample.
    highest
        The highest number that is legal.
    is_needed
        Whether the picture is another without it: the file is refused where it is not legal, else it goes.
    """

    kind: Kind
    members: int
    highest: int
    is_needed: bool = True


_ANY = (1 << 32) - 1

KEPT: dict[Tag, Rule] = {
    Tag.NewSubfileType: Rule(Kind.NUMBER, 1, 7, is_needed=False),
    Tag.ImageWidth: Rule(Kind.NUMBER, 1, _ANY),
    Tag.ImageLength: Rule(Kind.NUMBER, 1, _ANY),
    Tag.BitsPerSample: Rule(Kind.NUMBER, 0, 64),
    Tag.Compression: Rule(Kind.NUMBER, 1, 0xFFFF),
    Tag.PhotometricInterpretation: Rule(Kind.NUMBER, 1, 0xFFFF),
    Tag.FillOrder: Rule(Kind.NUMBER, 1, 2),
    Tag.Orientation: Rule(Kind.NUMBER, 1, 8, is_needed=False),
    Tag.SamplesPerPixel: Rule(Kind.NUMBER, 1, 0xFFFF),
    Tag.RowsPerStrip: Rule(Kind.NUMBER, 1, _ANY),
    Tag.XResolution: Rule(Kind.FRACTION, 1, 1_000_000, is_needed=False),
    Tag.YResolution: Rule(Kind.FRACTION, 1, 1_000_000, is_needed=False),
    Tag.PlanarConfiguration: Rule(Kind.NUMBER, 1, 2),
    Tag.T4Options: Rule(Kind.NUMBER, 1, 7),
    Tag.T6Options: Rule(Kind.NUMBER, 1, 2),
    Tag.ResolutionUnit: Rule(Kind.NUMBER, 1, 3, is_needed=False),
    Tag.Predictor: Rule(Kind.NUMBER, 1, 3),
    Tag.WhitePoint: Rule(Kind.FRACTION, 2, 1, is_needed=False),
    Tag.PrimaryChromaticities: Rule(Kind.FRACTION, 6, 1, is_needed=False),
    Tag.TileWidth: Rule(Kind.NUMBER, 1, _ANY),
    Tag.TileLength: Rule(Kind.NUMBER, 1, _ANY),
    Tag.InkSet: Rule(Kind.NUMBER, 1, 2, is_needed=False),
    Tag.NumberOfInks: Rule(Kind.NUMBER, 1, 0xFFFF, is_needed=False),
    Tag.DotRange: Rule(Kind.NUMBER, 2, 0xFFFF, is_needed=False),
    Tag.ExtraSamples: Rule(Kind.NUMBER, -1, 2),
    Tag.SampleFormat: Rule(Kind.NUMBER, 0, 6),
    Tag.JPEGProc: Rule(Kind.NUMBER, 1, 14, is_needed=False),
    Tag.YCbCrCoefficients: Rule(Kind.FRACTION, 3, 1),
    Tag.YCbCrSubSampling: Rule(Kind.NUMBER, 2, 4),
    Tag.YCbCrPositioning: Rule(Kind.NUMBER, 1, 2, is_needed=False),
    Tag.ReferenceBlackWhite: Rule(Kind.FRACTION, 6, 0xFFFF),
    Tag.LercParameters: Rule(Kind.NUMBER, 2, _ANY),
}
"""The tags that stay by a rule alone; strips, tiles, colour map, tables and profile are written apart."""

_OTHER_NAMES = {
    263: "Threshholding",
    264: "CellWidth",
    265: "CellLength",
    269: "DocumentName",
    271: "Make",
    272: "Model",
    280: "MinSampleValue",
    281: "MaxSampleValue",
    285: "PageName",
    290: "GrayResponseUnit",
    291: "GrayResponseCurve",
    297: "PageNumber",
    301: "TransferFunction",
    305: "Software",
    306: "DateTime",
    315: "Artist",
    316: "HostComputer",
    321: "HalftoneHints",
    333: "InkNames",
    340: "SMinSampleValue",
    341: "SMaxSampleValue",
    700: "XMP",
    33432: "Copyright",
    33550: "GeoTIFF/ModelPixelScale",
    33723: "IPTC",
    33922: "GeoTIFF/ModelTiepoint",
    34264: "GeoTIFF/ModelTransformation",
    34377: "Photoshop",
    34665: "Exif",
    34675: "ICC",
    34735: "GeoTIFF/GeoKeyDirectory",
    34736: "GeoTIFF/GeoDoubleParams",
    34737: "GeoTIFF/GeoAsciiParams",
    34853: "Exif/GPS",
    37724: "Photoshop/ImageSourceData",
    40965: "Exif/Interoperability",
    52545: "C2PA",
}


def tag_name(tag: int) -> str:
    """The name of a tag; private and unknown ones have a number.

    >>> tag_name(259), tag_name(34665), tag_name(65000)
    ('Compression', 'Exif', 'tag 65000')
    """
    if tag in _OTHER_NAMES:
        return _OTHER_NAMES[tag]
    return Tag(tag).name if tag in Tag._value2member_map_ else f"tag {tag}"
