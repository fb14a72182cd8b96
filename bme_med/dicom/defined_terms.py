"""Defined terms of attributes of free VRs: they say what a value is, and are nobody's name.

Somebody may be called as one, such as Hu or Od; without the term nobody could read the numbers or codes that
stand beside it.
"""

__all__ = ["is_defined_term"]

_OUTPUT_UNITS = frozenset(("OD", "HU", "US", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT"))
"""PS3.3, C.11.1.1.2."""

_TERMS = {
    0x00281054: _OUTPUT_UNITS,  # Rescale Type
    0x00283004: _OUTPUT_UNITS,  # Modality LUT Type
    # Coding Scheme Designator (PS3.16, 8-1): those of the standard's own context groups
    0x00080102: frozenset(
        (
            *("DCM", "SCT", "SRT", "SNM3", "99SDM", "LN", "UCUM", "FMA", "NCIt", "UMLS", "RADLEX", "ACR"),
            *("BI", "RXNORM", "UNS", "ITIS_TSN", "PUBCHEM_CID", "MDNS", "CD8", "DCMUID", "I10", "I9C", "NEU"),
            *("ISO3166_1", "ISO639_1", "ISO639_2", "RFC5646", "IBSI", "MAPURI", "NDC", "POS", "UBERON"),
        )
    ),
}


def is_defined_term(tag: int, raw: bytes) -> bool:
    """Whether a value, whole, is a term that the standard defines for that attribute.

    >>> [is_defined_term(tag, b"HU") for tag in (0x00281054, 0x00081090)]
    [True, False]
    """
    terms = _TERMS.get(tag)
    return terms is not None and raw.decode("ascii", "replace").strip(" \0") in terms
