"""Outputs that the judge has seen."""

from pydicom import Dataset

from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode
from tests.oracles.reading import read
from tests.oracles.runs import deidentify, policy

__all__ = ["encoded", "output_of"]


def encoded(dataset: Dataset, encoding: str) -> bytes:
    return encode(dataset, ENCODINGS[encoding], load_tables())


def output_of(source: bytes, name: str) -> bytes:
    """Output of a sound file, which also has to please the judge."""
    output = deidentify(source, policy(name))
    assert isinstance(output, bytes), output
    assert check(read(source), read(output), policy(name).profile, load_tables()) == []
    return output
