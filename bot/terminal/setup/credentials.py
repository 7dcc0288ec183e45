"""What the app proves itself with: a client secret, or a certificate whose key never leaves this machine.

https://learn.microsoft.com/graph/api/application-addpassword and resources/keycredential
"""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.terminal.setup.calls import Calls, Refused, Stopped
from bot.terminal.setup.env_file import write_private
from bot.terminal.setup.progress import Progress
from bot.terminal.setup.registration import App

SECRET, CERTIFICATE = "MicrosoftAppPassword", "AZURE_CLIENT_CERTIFICATE_PATH"
#: A line of the file while a secret is made: whoever finds it without the secret knows that nobody ever got to see that one.
_ASKED_FOR = "# setup asked for the secret "
_KEY_BITS = 3072
#: https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
_BY_POLICY = ("CredentialTypeNotAllowedAsPerAppPolicy", "CredentialInvalidLifetimeAsPerAppPolicy")


def secret(calls: Calls, progress: Progress, app: App, *, days: int, anew: bool) -> str:
    """Makes a secret where the file has none, and writes it there before anything else happens.

    Returns:
        The new one; empty where there is one, and in a dry run.

    Raises:
        Refused: this administrator may not, or a policy of the tenant allows no secrets.
        OSError: the file cannot be written.
    """
    if progress.values.get(SECRET) and not anew:
        progress.there("a client secret in the file")
        return ""
    lost = set(progress.env.notes(_ASKED_FOR))
    for password in app.fields.get("passwordCredentials") or ():
        if password.get("displayName") in lost:
            body = {"keyId": password.get("keyId")}
            calls.post(f"/applications/{app.id}/removePassword", body, "take away a secret whose value nobody got to see")
            progress.made("room: a secret whose value nobody got to see was taken away")
    name = f"Doorman setup {secrets.token_hex(4)}"
    progress.keep({}, note=f"{_ASKED_FOR}{name}", without=_ASKED_FOR)  # now, so that a file that cannot be written stops us here
    ends = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"passwordCredential": {"displayName": name, "endDateTime": ends}}
    try:
        made = calls.post(f"/applications/{app.id}/addPassword", body, f"make a client secret that is good for {days} days", settles=True)
    except Refused as error:
        if error.code not in _BY_POLICY:
            raise
        progress.leave(
            f"a client secret: a policy of this tenant allows none, or none that is good for {days} days. Run setup again with "
            "--certificate, or with fewer --days."
        )
        return ""
    if calls.dry_run:
        return ""
    value = str(made.get("secretText") or "")
    if not value:
        raise Stopped("Microsoft Graph made a secret and does not say it. Run setup again: it takes that one away and makes another.")
    progress.keep({SECRET: value}, without=_ASKED_FOR)
    progress.made(f"a client secret, good until {ends[:10]}")
    return value


def certificate(calls: Calls, progress: Progress, app: App, *, path: Path, days: int) -> None:
    """Makes a key with its certificate where the file names none, and registers the certificate.

    Raises:
        Refused: this administrator may not.
        OSError: a file cannot be read or written.
        Stopped: what the file names is no certificate.
    """
    path = Path(progress.values.get(CERTIFICATE) or path)
    if path.exists():
        progress.there(f"the certificate {path}")
    elif not calls.dry_run:
        write_private(path, _made(days))
        progress.made(f"the certificate {path}, good for {days} days; its key is for your eyes alone")
    else:
        progress.say(f"would    make the certificate {path}")
    progress.keep({CERTIFICATE: str(path)})
    wanted = _credential(path) if path.exists() else {"keyId": ""}
    there = [key for key in app.fields.get("keyCredentials") or () if isinstance(key, dict)]
    if wanted["keyId"] in {str(key.get("keyId")).lower() for key in there}:
        progress.there("the certificate in the registration")
        return
    # The list takes the place of the old one; those that are there are kept by naming them without their content.
    body = {"keyCredentials": [*({**key, "key": None} for key in there), wanted]}
    calls.patch(f"/applications/{app.id}", body, "register the certificate", settles=True)
    progress.made("the certificate in the registration")


def _made(days: int) -> str:
    """Key and certificate as one PEM text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Doorman")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode()


def _credential(path: Path) -> dict[str, Any]:
    """The certificate of a file as Graph takes it; its id follows from it, so that it is found again."""
    try:
        certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    except ValueError as error:
        raise Stopped(f"{path} holds no certificate. Take {CERTIFICATE} out of the file, and setup makes one.") from error
    return {
        "keyId": str(uuid.uuid5(uuid.NAMESPACE_OID, certificate.fingerprint(hashes.SHA256()).hex())),
        "displayName": "Doorman setup",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
    }
