"""Key files: one line, ``bme-med-key-v1`` and 32 random bytes in base64, readable by their owner alone.

Who has the key of a run can tell which new name stands for which old one, if they know the old one.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from bme_med.core import KeyFileError
from bme_med.core.pseudonyms import KEY_BYTES

__all__ = ["create_key", "erase_key", "new_key", "read_key"]

_MARK = "bme-med-key-v1"


def new_key() -> bytes:
    """A random key."""
    return secrets.token_bytes(KEY_BYTES)


def create_key(path: Path, key: bytes) -> None:
    """Write `key` to a new file of mode 0600.

    Raises
    ------
    KeyFileError
        If something lies at `path` already, or it cannot be written.
    """
    line = f"{_MARK} {base64.b64encode(key).decode()}\n".encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(descriptor)
    except FileExistsError:
        raise KeyFileError(
            f"{path} exists already: a key is never overwritten, because names made with it would be lost"
        ) from None
    except OSError as error:
        raise KeyFileError(
            f"{path}: the key cannot be written ({error.strerror}): give a place that you may write to"
        ) from None


def read_key(path: Path) -> bytes:
    """The key in the file at `path`.

    Raises
    ------
    KeyFileError
        If it is missing, readable by others than its owner, or no key.
    """
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.read(200)
    except OSError as error:
        raise KeyFileError(
            f"{path}: the key cannot be read ({error.strerror}): `bme-med key new {path}` makes one"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(f"{path}: others than its owner may read this key: run `chmod 600 {path}`")
    mark, _, text = line.decode("ascii", "replace").strip().partition(" ")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if mark != _MARK or len(key) != KEY_BYTES:
        raise KeyFileError(f"{path}: this is no key of bme-med: `bme-med key new F` makes one")
    return key


def erase_key(path: Path) -> None:
    """Overwrite the key at `path`, then remove it."""
    with open(path, "r+b", buffering=0) as file:
        file.write(bytes(os.fstat(file.fileno()).st_size))
        os.fsync(file.fileno())
    path.unlink()
