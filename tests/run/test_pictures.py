"""Pictures decoded for a look: none that is too large, whichever of a file's pictures it is."""

from io import BytesIO

import pytest
from PIL import Image

from bme_med.core import FileError
from bme_med.run import pictures
from bme_med.run.pictures import decode_pictures

SMALL, LARGE = 20, 40


def pages(*sides: int) -> bytes:
    out = BytesIO()
    first, *others = (Image.new("RGB", (side, side), (9, 99, 199)) for side in sides)
    first.save(out, "TIFF", save_all=True, append_images=others)
    return out.getvalue()


@pytest.mark.parametrize("sides", [(LARGE,), (SMALL, LARGE)])
def test_a_picture_that_is_too_large_is_refused_wherever_it_stands(
    sides: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", SMALL * SMALL)
    with pytest.raises(FileError):
        list(decode_pictures(pages(*sides)))
    assert [picture.shape for picture in decode_pictures(pages(SMALL, SMALL))] == [(SMALL, SMALL, 3)] * 2


def test_looking_at_pictures_leaves_the_limit_of_other_decoders_in_force() -> None:
    assert list(decode_pictures(pages(SMALL)))
    assert Image.MAX_IMAGE_PIXELS == pictures.MAX_PIXELS // 2
