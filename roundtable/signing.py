"""Signing published documents (PAdES): with a configured certificate or, in the demonstration, an own one.

The signature is invisible: a visible one breaks PDF/A and PDF/UA (measured; docs/decisions/0021). It is made in
a worker process, so that the key never enters the web process.
"""

import io
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from roundtable import workers
from roundtable.config import Settings
from roundtable.errors import Refusal, sentence

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FIELD = "Signature"
DEMONSTRATION_YEARS = 30

NOT_SIGNED = sentence(
    "The document could not be signed. Please tell the administrator: “roundtable check-config” names what is "
    "missing."
)


class SigningError(Exception):
    """The certificate cannot be read or used; the text says why, without the password."""


@dataclass(frozen=True)
class Identity:
    """Where certificate and key are, and the password of that file."""

    file: Path
    password: str


def identity(settings: Settings) -> Identity | None:
    """Return with what documents are signed; None where nothing is configured."""
    if settings.signing_file is not None:
        return Identity(settings.signing_file, settings.signing_password)
    return _demonstration_identity(settings) if settings.demonstration else None


def signed(pdf: bytes, *, name: str) -> bytes:
    """Return the PDF with a signature over all of it; the same PDF where nothing is configured.

    `name` is the document's own.

    Raises:
        Refusal: if the certificate cannot be used.
    """
    found = identity(current_app.config["ROUNDTABLE"])
    if found is None:
        return pdf
    try:
        return workers.run(_sign, pdf, found, name)
    except (workers.TookTooLong, workers.Broke, SigningError, MemoryError) as error:
        raise Refusal(NOT_SIGNED) from error


def check(found: Identity) -> str:
    """Return whom the certificate names.

    Raises:
        SigningError: if it cannot be read, or its time is over.
    """
    certificate = certificate_of(found)
    if certificate.not_valid_after_utc < datetime.now(UTC):  # a certificate's own clock is the real one
        raise SigningError(f"The certificate has ended on {certificate.not_valid_after_utc:%Y-%m-%d}.")
    return certificate.subject.rfc4514_string()


def ends_at(found: Identity) -> datetime:
    """Return when the certificate ends; run in a worker process, for the key lies in the same file.

    Raises:
        SigningError: if it cannot be read with the password.
    """
    return certificate_of(found).not_valid_after_utc


def certificate_of(found: Identity) -> "Certificate":
    """Return the certificate with which documents are signed.

    Raises:
        SigningError: if it cannot be read with the password.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415 - needed rarely

    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(
            found.file.read_bytes(), found.password.encode() or None
        )
    except (OSError, ValueError) as error:
        raise SigningError("The signing file cannot be read with this password.") from error
    if key is None or certificate is None:
        raise SigningError("The signing file holds no certificate with its key.")
    return certificate


def _demonstration_identity(settings: Settings) -> Identity:
    """Return the demonstration's own certificate, made once; nobody else vouches for it."""
    file = settings.data_dir / "demonstration-signing.p12"
    if not file.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = file.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(self_signed("Roundtable (demonstration)", settings.secret_key))
        unfinished.replace(file)
    return Identity(file, settings.secret_key)


def self_signed(name: str, password: str) -> bytes:
    """Return a new key with a certificate that names itself, as PKCS #12."""
    from cryptography import x509  # noqa: PLC0415 - needed once per installation
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    # The demonstration tells of 2020: its certificate holds then, too.
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365 * DEMONSTRATION_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, None, serialization.BestAvailableEncryption(password.encode())
    )


# --- Inside the worker process ------------------------------------------------------------------------


def _sign(pdf: bytes, found: Identity, name: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - heavy
    from pyhanko.sign import fields, signers  # noqa: PLC0415

    signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]  # pyHanko types it in part
        str(found.file), passphrase=found.password.encode() or None
    )
    if signer is None:
        raise SigningError("The signing file cannot be read with this password.")
    try:
        result = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            signers.PdfSignatureMetadata(
                field_name=FIELD,
                subfilter=fields.SigSeedSubFilter.PADES,
                md_algorithm="sha256",
                # What was signed is said in the file itself; nobody's name is.
                reason=name[:200],
            ),
            signer,
            new_field_spec=fields.SigFieldSpec(FIELD, readable_field_name=name[:200]),
        )
    except Exception as error:  # noqa: BLE001 - its own exceptions do not all survive the way back
        raise SigningError(f"{type(error).__name__}: {error}"[:500]) from None
    return bytes(result.getvalue())
