"""The year in which a picture was taken, in an XMP packet that says nothing else (ISO 16684-1, 7).

Exif has no form for a year alone that readers accept. The packet is the same in every photo but for the year.
"""

import re

__all__ = ["PACKET_BYTES", "YEAR", "encode_year", "read_year"]

YEAR = rb"(?:199\d|20\d\d)"
"""Years in which a camera can have taken a picture. Before, its clock was not set, or it is a scan."""

_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated="'
).encode()
_TAIL = b'"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
_PACKET = re.compile(re.escape(_HEAD) + b"(" + YEAR + b")" + re.escape(_TAIL))

PACKET_BYTES = len(_HEAD) + 4 + len(_TAIL)


def encode_year(year: str) -> bytes:
    """The packet that says `year` and nothing else."""
    return _HEAD + year.encode("ascii") + _TAIL


def read_year(packet: bytes) -> str:
    """The year in a packet of ours; empty for every other packet.

    >>> read_year(encode_year("2021")), read_year(encode_year("2021") + b" "), read_year(encode_year("1931"))
    ('2021', '', '')
    """
    match = _PACKET.fullmatch(packet)
    return match[1].decode() if match else ""
