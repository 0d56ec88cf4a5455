"""Files that the program keeps: pictures and published documents, under names of its own.

They lie in a folder, or in a bucket of an S3 service where several machines serve the same program.
"""

import errno
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from flask import current_app
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from roundtable.config import Settings
from roundtable.object_stores import bucket

if TYPE_CHECKING:
    from obstore.store import S3Config

Store = LocalStore | S3Store
FILES = "roundtable.files"
"""Where the program keeps its open store."""
TIMEOUT = timedelta(seconds=10)
"""How long one request to the service may take; it is asked once more, so a reader waits twice that at the most."""


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name: a folder in the data folder, or a bucket."""
    if not settings.storage_url:
        return LocalStore(settings.data_dir / "files", mkdir=True)
    place = bucket(settings.storage_url)
    # Names of buckets in the path are what every service but Amazon's takes.
    own: S3Config = (
        {"endpoint": place.endpoint, "virtual_hosted_style_request": False} if place.endpoint else {}
    )
    return S3Store(
        place.name,
        config=own,
        prefix=place.prefix or None,
        region=place.region,
        access_key_id=settings.storage_key_id,
        secret_access_key=settings.storage_secret,
        client_options={
            "timeout": TIMEOUT,
            "connect_timeout": timedelta(seconds=3),
            "allow_http": place.endpoint.startswith("http:"),
        },
        retry_config={"max_retries": 1, "retry_timeout": 2 * TIMEOUT},
    )


def present_store() -> Store:
    """Return the program's own store, opened when somebody asks for it first.

    Not at the start: the library works with threads of its own, and those do not survive a fork.
    """
    stores = current_app.extensions
    if FILES not in stores:
        stores[FILES] = open_store(current_app.config["ROUNDTABLE"])
    store: Store = stores[FILES]
    return store


def keep(content: bytes, *, kind: str, ending: str) -> str:
    """Store the bytes and return the key under which they are found again; keys cannot be guessed.

    Raises:
        OSError: if they cannot be stored, with the system's own number where it gave one (ENOSPC: no room);
            nothing of them stays.
    """
    key = f"{kind}/{secrets.token_hex(16)}.{ending}"
    try:
        obstore.put(present_store(), key, content, mode="create")
    except BaseError as error:
        raise _unavailable(key, error) from error
    return key


def read(key: str) -> bytes:
    """Return the bytes behind a key.

    Raises:
        FileNotFoundError: if there are none, as after a restore without the files.
        OSError: if the store does not answer.
    """
    return _read(present_store(), key)


def _read(store: Store, key: str) -> bytes:
    try:
        return bytes(obstore.get(store, key).bytes())
    except (NotFoundError, FileNotFoundError) as error:
        raise FileNotFoundError(key) from error
    except BaseError as error:
        raise _unavailable(key, error) from error


def _unavailable(key: str, error: BaseError) -> OSError:
    # The store tells the reason only in its text.
    number = re.search(r"os error (\d+)", str(error))
    return OSError(int(number[1]) if number else errno.EIO, "the store of files does not take or give", key)


# --- All of them, for backups --------------------------------------------------------------------------------


def keys(store: Store) -> list[str]:
    """Return every key, in order."""
    try:
        return sorted(one["path"] for batch in obstore.list(store) for one in batch)
    except BaseError as error:
        raise _unavailable("", error) from error


def copy_out(store: Store, folder: Path) -> list[str]:
    """Write every file into the folder, under its key; return the keys."""
    found = keys(store)
    for key in found:
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_read(store, key))
    return found


def copy_in(store: Store, folder: Path) -> None:
    """Store every file of the folder, under its path there."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            key = file.relative_to(folder).as_posix()
            try:
                obstore.put(store, key, file.read_bytes(), mode="create")
            except BaseError as error:
                raise _unavailable(key, error) from error
