"""The one XMP packet that an output may hold (ISO 16684-1, 7; properties of XMP part 2, 2.2 and 2.3).

It says how to turn the picture, the year in which it was taken, or both, and is otherwise the same in every
photo.
"""

import re

from bme_med.photo.orientation import Turn

__all__ = ["MAX_PACKET_BYTES", "YEAR", "encode_packet", "read_year"]

YEAR = rb"(?:199\d|20\d\d)"
"""Years in which a camera can have taken a picture. Before, its clock was not set, or it is a scan."""

_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
).encode()
_ORIENTATION = b' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation='
_CREATED = b' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated='
_TAIL = b'/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
_PACKET = re.compile(
    re.escape(_HEAD)
    + b"(?:" + re.escape(_ORIENTATION) + rb"""(["'])[2-8]\1)?"""
    + re.escape(_CREATED) + b'"(?P<year>' + YEAR + b')"'
    + re.escape(_TAIL)
)  # fmt: skip


def encode_packet(turn: Turn | None, year: str) -> bytes:
    """The packet that says so much and nothing else; empty where there is neither.

    >>> encode_packet(None, "")
    b''
    """
    said = b""
    if turn:
        said += _ORIENTATION + turn.mark + b"%d" % turn.orientation + turn.mark
    if year:
        said += _CREATED + b'"' + year.encode("ascii") + b'"'
    return said and _HEAD + said + _TAIL


MAX_PACKET_BYTES = len(encode_packet(Turn("", 8, b'"'), "2026"))


def read_year(packet: bytes) -> str:
    """The year in a packet of ours; empty for every other packet.

    >>> read_year(encode_packet(None, "2021")), read_year(encode_packet(None, "2021") + b" ")
    ('2021', '')
    """
    match = _PACKET.fullmatch(packet)
    return match["year"].decode() if match else ""
