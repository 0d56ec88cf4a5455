"""Verifying the PDF of sealed minutes, with nothing but the file: no database, no settings."""

import hashlib
import io
import json
import re
from dataclasses import dataclass

from pypdf import PdfReader

from roundtable.errors import Refusal, sentence

NO_PDF = sentence("This file is no PDF that can be read.")
NOTHING_ATTACHED = sentence("No sealed record is attached to this file, so there is nothing to verify.")
TWO_ATTACHED = sentence("More than one record is attached to this file: it has been tampered with.")
OTHER_HASH = sentence("The attached record has the SHA-256 %(found)s, which is not printed in the document.")
NO_RECORD = sentence("What is attached to this file is no record.")


@dataclass(frozen=True)
class Verified:
    """What a document that is right says: its hash, the session, and who approved it."""

    digest: str
    title: str
    starts_at: str
    approved_by: str


def verify(content: bytes) -> Verified:
    """Check that the record attached to a PDF has the hash that the PDF prints.

    That the hash is the one which the organizers sealed, their page and every other copy show.

    Raises:
        Refusal: if the file is no such PDF, or the two do not belong together.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        attached = reader.attachments.get("record.json", [])
        printed = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    except Exception as error:
        # The reader meets a broken file with whatever its own code stumbles over.
        raise Refusal(NO_PDF) from error
    if not attached:
        raise Refusal(NOTHING_ATTACHED)
    if len(attached) > 1:
        raise Refusal(TWO_ATTACHED)
    digest = hashlib.sha256(attached[0]).hexdigest()
    if f"SHA-256{digest}" not in printed:
        raise Refusal(OTHER_HASH, found=digest)
    try:
        values = json.loads(attached[0])
        titles = values["titles"]
        return Verified(
            digest, next(iter(titles.values()), ""), str(values["starts_at"]), str(values["approved_by"])
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(NO_RECORD) from error
