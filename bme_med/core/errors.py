"""The errors of bme-med. None of them ever carries a value read from a file.

::

    BmeError
    ├── FileError                one input cannot be de-identified with certainty
    │   ├── MalformedFileError   its bytes break the format's grammar
    │   │   └── DamagedPhotoError  the same of a photo (bme_med.photo.errors)
    │   └── UnsupportedFileError its bytes are sound, but no engine may clean them
    ├── ProfileError             a profile says something it cannot say
    ├── KeyFileError             a key file is missing, malformed or readable by others
    ├── UsageError               the run cannot start as it was asked for
    └── AuditError               an audit file is not what it should be
"""

__all__ = [
    "AuditError",
    "BmeError",
    "FileError",
    "KeyFileError",
    "MalformedFileError",
    "ProfileError",
    "UnsupportedFileError",
    "UsageError",
]


class BmeError(Exception):
    """Base of every error that bme-med raises on purpose."""


class FileError(BmeError):
    """One input file is refused; the message is the reason shown to the user."""


class MalformedFileError(FileError):
    """The bytes break the grammar of their format.

    Parameters
    ----------
    reason
        What is wrong, without any value of the file.
    where
        The part of the file, in the format's own notation, such as ``(0010,0010)`` or ``3/tEXt``.
    offset
        Byte offset in the file.

    Attributes
    ----------
    reason
        What is wrong and in which part, as it is the same in every file.
    """

    def __init__(self, reason: str, *, where: str = "", offset: int | None = None) -> None:
        self.reason = f"{reason} in {where}" if where else reason
        self.where = where
        self.offset = offset
        at = f" at byte {offset}" if offset is not None else ""
        super().__init__(self.reason + at)


class UnsupportedFileError(FileError):
    """The file is sound as far as it was read, but nothing here can clean it with certainty."""


class ProfileError(BmeError):
    """A profile is wrong.

    Parameters
    ----------
    message
        What is wrong and what was expected.
    source
        Name of the profile or its file.
    key
        Dotted key, such as ``dates.policy``.
    """

    def __init__(self, message: str, *, source: str, key: str = "") -> None:
        self.message = message
        self.source = source
        self.key = key
        super().__init__(f"{source}: {key}: {message}" if key else f"{source}: {message}")


class KeyFileError(BmeError):
    """A key file cannot be used."""


class UsageError(BmeError):
    """The command cannot start as asked; nothing was written."""


class AuditError(BmeError):
    """An audit file is damaged, incomplete or was changed."""
