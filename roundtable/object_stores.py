"""The address of a bucket, as the settings have it: s3://name/prefix?endpoint=https://s3.example.org&region=eu."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Bucket:
    """Where objects lie. `endpoint` is empty for Amazon's own service; `prefix` stands before every key."""

    name: str
    prefix: str
    endpoint: str
    region: str


class NoBucketError(ValueError):
    """An address names no bucket."""


def bucket(address: str) -> Bucket:
    """Return what an address names.

    Raises:
        NoBucketError: if it names no bucket, or something that is not known.
    """
    try:
        return _bucket(address)
    except ValueError as error:  # urlsplit and parse_qs refuse some addresses so
        raise NoBucketError(str(error)) from error


def _bucket(address: str) -> Bucket:
    parts = urlsplit(address)
    given = {
        name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
    }
    endpoint = given.pop("endpoint", "")
    region = given.pop("region", DEFAULT_REGION)
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or given:
        raise ValueError("no address of a bucket")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ValueError("no endpoint")
    return Bucket(parts.netloc, parts.path.strip("/"), endpoint, region)
