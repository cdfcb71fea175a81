"""Why an encrypted connection does not come about, in words that name the setting: OpenSSL's are for programmers."""

from __future__ import annotations

import ssl
from typing import Final

ALERTS: Final = {
    "CERTIFICATE_REQUIRED": "the broker asks for a certificate of ours: set `cert_file` and `key_file`",
    "UNKNOWN_CA": "the broker does not believe our certificate: it does not know who signed `cert_file`",
    "BAD_CERTIFICATE": "the broker does not believe our certificate, `cert_file`",
    "CERTIFICATE_EXPIRED": "our certificate, `cert_file`, has expired",
    "KEY_VALUES_MISMATCH": "`key_file` is not the key of `cert_file`",
    "WRONG_VERSION_NUMBER": "what listens there does not speak TLS: write mqtt:// or name the port of TLS",
    "NO_CERTIFICATE_OR_CRL_FOUND": "`ca_file` holds no certificate",
    "PROTOCOL_VERSION": "the broker speaks no version of TLS that is safe",
    "HANDSHAKE_FAILURE": "the broker ended the handshake; its log says why",
}
UNREADABLE: Final = {
    "X509": "`ca_file` is damaged, or no PEM at all",
    "SSL": "`cert_file` or `key_file` is damaged, or no PEM at all",
}
"""By the part of OpenSSL that says it; of what is wrong it says no more."""


def in_words(error: BaseException) -> str:
    """What went wrong; of an error that is not of TLS, what it says itself.

    A client library may have put its own error around it.
    """
    if isinstance(error.__context__, ssl.SSLError):
        error = error.__context__
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLEOFError):
        return "the broker hung up within TLS; its log says why: it may ask for a certificate of ours, `cert_file`"
    if not isinstance(error, ssl.SSLError):
        return str(error)
    reason = error.reason or ""
    known = next((words for ending, words in ALERTS.items() if reason.endswith(ending)), None)
    if "PEM lib" in str(error):
        known = UNREADABLE.get(error.library)
    return known or f"TLS failed, {reason.lower().replace('_', ' ') or error}"
