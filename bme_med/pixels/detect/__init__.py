"""Finding what burned-in text and faces a picture shows (extra ``bme-med[detect]``). Nothing is downloaded.

What is read is compared and forgotten: results are regions, never words.
"""

from bme_med.pixels.detect.faces import Face, face_regions, find_faces, is_unsure
from bme_med.pixels.detect.frames import find_text_in_frames
from bme_med.pixels.detect.models import DetectorMissingError, is_installed
from bme_med.pixels.detect.renderings import Appearance, renderings_of
from bme_med.pixels.detect.text import TextFound, find_text

__all__ = [
    "Appearance",
    "DetectorMissingError",
    "Face",
    "TextFound",
    "face_regions",
    "find_faces",
    "find_text",
    "find_text_in_frames",
    "is_installed",
    "is_unsure",
    "renderings_of",
]
