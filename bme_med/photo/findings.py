"""Sentences that more than one photo engine has to say."""

__all__ = [
    "ALPHA_KEPT",
    "CUT_OFF",
    "MORE_IMAGES",
    "NOT_LOOKED_FOR",
    "PROFILE_DROPPED",
    "TRAILER_DROPPED",
]

ALPHA_KEPT = "the picture has transparency; what lies under its transparent parts was kept"
CUT_OFF = "the file was cut off before its end, which was added"
MORE_IMAGES = "the file has more than one frame or page; look at each of them"
NOT_LOOKED_FOR = "faces and burned-in text were not looked for"
PROFILE_DROPPED = "the colour profile could not be read and was removed; colours may look different"
TRAILER_DROPPED = "what followed the end of the image was removed, such as further images or a video"
