"""What exiftool lists of a photo beside its structure."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import digits
from typing import Any

from bme_med.verify.tools import tool

__all__ = ["STRUCTURE", "odd_properties"]

STRUCTURE = {
    "ExifTool": {"ExifToolVersion", "Warning"},
    "System": {"FileName", "Directory", "FileSize", "FilePermissions", "FileModifyDate", "FileAccessDate"}
    | {"FileInodeChangeDate"},
    "File": {"FileType", "FileTypeExtension", "MIMEType", "ImageWidth", "ImageHeight", "ExifByteOrder"}
    | {"EncodingProcess", "BitsPerSample", "ColorComponents", "YCbCrSubSampling"}
    | {"BMPVersion", "Planes", "BitDepth", "Compression", "ImageLength", "NumColors"}
    | {"PixelsPerMeterX", "PixelsPerMeterY", "NumImportantColors", "RedMask", "GreenMask", "BlueMask"}
    | {"AlphaMask", "ColorSpace", "RedEndpoint", "GreenEndpoint", "BlueEndpoint", "GammaRed", "GammaGreen"}
    | {"GammaBlue", "RenderingIntent", "ProfileDataOffset", "ProfileSize"},
    "JFIF": {"JFIFVersion", "ResolutionUnit", "XResolution", "YResolution"},
    "Adobe": {"DCTEncodeVersion", "APP14Flags0", "APP14Flags1", "ColorTransform"},
    "IFD": {"Orientation", "BitsPerSample", "ColorMap", "Compression", "ExtraSamples", "ImageHeight"}
    | {"ImageWidth", "JPEGTables", "PhotometricInterpretation", "PlanarConfiguration", "Predictor"}
    | {"PreviewImage", "PreviewImageLength", "PreviewImageStart", "ReferenceBlackWhite", "ResolutionUnit"}
    | {"RowsPerStrip", "SampleFormat", "SamplesPerPixel", "StripByteCounts", "StripOffsets", "SubfileType"}
    | {"T4Options", "T6Options", "TileByteCounts", "TileLength", "TileOffsets", "TileWidth", "XResolution"}
    | {"YCbCrCoefficients", "YCbCrPositioning", "YCbCrSubSampling", "YResolution", "FillOrder", "InkSet"}
    | {"NumberOfInks", "DotRange", "WhitePoint", "PrimaryChromaticities"}
    | {"JPEGProc", "JPEGRestartInterval", "JPEGQTables", "JPEGDCTables", "JPEGACTables"},
    "PNG": {"ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace"}
    | {"SRGBRendering", "Gamma", "WhitePointX", "WhitePointY", "RedX", "RedY", "GreenX", "GreenY", "BlueX"}
    | {"BlueY", "ProfileName", "Palette", "Transparency", "BackgroundColor", "SignificantBits"}
    | {"AnimationFrames", "AnimationPlays"},
    "RIFF": {"ImageWidth", "ImageHeight", "HorizontalScale", "VerticalScale", "VP8Version", "WebP_Flags"}
    | {"AlphaIsUsed", "AlphaPreprocessing", "AlphaFiltering", "AlphaCompression", "BackgroundColor"}
    | {"AnimationLoopCount", "FrameCount", "Duration"},
    "GIF": {"GIFVersion", "ImageWidth", "ImageHeight", "HasColorMap", "ColorResolutionDepth", "BitsPerPixel"}
    | {"BackgroundColor", "PixelAspectRatio", "AnimationIterations", "FrameCount", "Duration"}
    | {"TransparentColor"},
    "PNG-pHYs": {"PixelsPerUnitX", "PixelsPerUnitY", "PixelUnits"},
    "Meta": {"PrimaryItemReference"},
    "QuickTime": {"MajorBrand", "MinorVersion", "CompatibleBrands", "HandlerType", "ImageSpatialExtent"}
    | {"ImagePixelDepth", "PixelAspectRatio", "CleanAperture", "Rotation", "Unknown_imir", "Unknown_clli"}
    | {
        "ColorProfiles",
        "ColorPrimaries",
        "TransferCharacteristics",
        "MatrixCoefficients",
        "AuxiliaryImageType",
    }
    | {"VideoFullRangeFlag", "MediaData", "MediaDataOffset", "MediaDataSize", "HEVCConfigurationVersion"}
    | {"GeneralProfileSpace", "GeneralTierFlag", "GeneralProfileIDC", "GenProfileCompatibilityFlags"}
    | {"ConstraintIndicatorFlags", "GeneralLevelIDC", "MinSpatialSegmentationIDC", "ParallelismType"}
    | {"ChromaFormat", "BitDepthLuma", "BitDepthChroma", "AverageFrameRate", "ConstantFrameRate"}
    | {"NumTemporalLayers", "TemporalIDNested", "AV1ConfigurationVersion", "SeqProfile", "SeqLevelIdx0"}
    | {"SeqTier0", "HighBitDepth", "TwelveBit", "ChromaSamplePosition", "InitialDelaySamples"},
    "XMP-photoshop": {"DateCreated"},
    "XMP-tiff": {"Orientation"},
    "Composite": {"ImageSize", "Megapixels"},
}
"""What exiftool may list of a cleaned photo, by group; ICC groups are judged by their texts."""

_PROFILE_TEXTS = {
    "ProfileDescription": "Colour profile",
    "ProfileCopyright": "Removed",
    "ProfileDateTime": "0000:00:00 00:00:00",
    "ProfileName": "icc",
    "DeviceManufacturer": "",
    "DeviceModel": "",
    "ProfileCreator": "",
    "ProfileCMMType": "",
}


_OLD_STREAM = frozenset(
    (
        "ThumbnailImage",
        "ThumbnailOffset",
        "ThumbnailLength",
        "OtherImage",
        "OtherImageStart",
        "OtherImageLength",
    )
)
"""Names that exiftool has for JPEGInterchangeFormat and its length (TIFF 6.0, section 22)."""


def odd_properties(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """By photo, what no picture needs, as ``group:name=value``; photos without any are left out."""
    command = [tool("exiftool") or "exiftool", "-a", "-G1", "-s", "-ee", "-u", "-j", "-@", "-"]
    names = "\n".join(str(path.absolute()) for path in paths)
    done = subprocess.run(  # noqa: S603 - a path that we found
        command, input=names.encode("utf-8", "surrogateescape"), capture_output=True, check=False
    )
    listed: list[dict[str, Any]] = json.loads(done.stdout or b"[]")
    return {
        Path(photo["SourceFile"]): odd
        for photo in listed
        if (
            odd := [
                f"{key}={value}"
                for key, value in photo.items()
                if not (_is_structure(key, value) or _is_old_jpeg(key, photo))
            ]
        )
    }


def _is_structure(key: str, value: Any) -> bool:
    group, _, name = key.rpartition(":")
    if name == "DateCreated" and not re.fullmatch(r"20\d\d", str(value)):
        return False
    if name in _PROFILE_TEXTS:
        return str(value) == _PROFILE_TEXTS[name]
    return group.startswith("ICC") or key == "SourceFile" or name in STRUCTURE.get(group.rstrip(digits), ())


def _is_old_jpeg(key: str, photo: Mapping[str, Any]) -> bool:
    """Whether it is the picture itself of a page of a TIFF, in the compression of before 1995."""
    group, _, name = key.rpartition(":")
    is_picture = f"{group}:ImageWidth" in photo and str(photo.get(f"{group}:Compression")).startswith(
        "JPEG (old"
    )
    return name in _OLD_STREAM and is_picture and str(photo.get("File:FileType")).endswith("TIFF")
