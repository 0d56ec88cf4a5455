"""Files that the program keeps: pictures and published documents, under names of its own."""

import errno
import re
import secrets
from pathlib import Path

import obstore
from flask import current_app
from obstore.exceptions import BaseError
from obstore.store import LocalStore


def open_store(data_dir: Path) -> LocalStore:
    """Return the store of files in the data folder."""
    return LocalStore(data_dir / "files", mkdir=True)


def _store() -> LocalStore:
    store = current_app.extensions["roundtable.files"]
    assert isinstance(store, LocalStore)
    return store


def keep(content: bytes, *, kind: str, ending: str) -> str:
    """Store the bytes and return the key under which they are found again; keys cannot be guessed.

    Raises:
        OSError: if they cannot be stored, with the system's own number where it gave one (ENOSPC: no room);
            nothing of them stays.
    """
    key = f"{kind}/{secrets.token_hex(16)}.{ending}"
    try:
        obstore.put(_store(), key, content, mode="create")
    except BaseError as error:
        # The store tells the reason only in its text.
        number = re.search(r"os error (\d+)", str(error))
        raise OSError(int(number[1]) if number else errno.EIO, "cannot be stored", key) from error
    return key


def read(key: str) -> bytes:
    """Return the bytes behind a key.

    Raises:
        FileNotFoundError: if there are none, as after a restore without the files.
    """
    try:
        return bytes(obstore.get(_store(), key).bytes())
    except BaseError as error:
        raise FileNotFoundError(key) from error
