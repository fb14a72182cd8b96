"""The one XMP packet that a photo of the output may hold (ISO 16684-1, 7)."""

import re

__all__ = ["is_packet"]

_PACKET = re.compile(
    rb'<\?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"\?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    rb'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""(?!/)'
    rb"""(?: xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation=(["'])[2-8]\1)?"""
    rb'(?: xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated="(?:199\d|20\d\d)")?'
    rb'/></rdf:RDF></x:xmpmeta><\?xpacket end="r"\?>'
)


def is_packet(xmp: bytes) -> bool:
    """Whether it says how to turn the picture, the year it was taken, or both, and nothing else."""
    return _PACKET.fullmatch(xmp) is not None
