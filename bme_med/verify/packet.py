"""The one Exif and the one XMP packet that a photo of the output may hold (Exif 3.0, 4.6; ISO 16684-1, 7)."""

import re

__all__ = ["is_orientation", "is_packet"]

_ORIENTATION = re.compile(
    rb"(?:Exif\0\0)?(?:MM\0\*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0[\x01-\x08]\0\0"
    rb"|II\*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0[\x01-\x08]\0\0\0)\0\0\0\0"
)
_PACKET = re.compile(
    rb'<\?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"\?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    rb'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""(?!/)'
    rb"""(?: xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation=(["'])[2-8]\1)?"""
    rb'(?: xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated="(?:199\d|20\d\d)")?'
    rb'/></rdf:RDF></x:xmpmeta><\?xpacket end="r"\?>'
)


def is_orientation(exif: bytes) -> bool:
    """Whether it says Orientation and nothing else."""
    return _ORIENTATION.fullmatch(exif) is not None


def is_packet(xmp: bytes) -> bool:
    """Whether it says how to turn the picture, the year it was taken, or both, and nothing else."""
    return _PACKET.fullmatch(xmp) is not None
