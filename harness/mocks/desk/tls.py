"""TLS at the desk: the certificate that mail's STARTTLS and the desk's second port show, and its authority as a file.

A vendor's client insists on it: that of PagerDuty takes no address that is not ``https://``. The authority's file is
the place ``desk.authority``; most clients trust it when ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE`` names it.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from harness.contract.addresses import AUTHORITY_FILE
from harness.contract.tls_certificates import AUTHORITY, CERTIFICATE, KEY


def server_context(folder: Path) -> ssl.SSLContext:
    """The server's side. The library takes a certificate from a file alone, which lies in the stack's directory."""
    (folder / AUTHORITY_FILE).write_text(AUTHORITY)
    own = folder / "desk-certificate.pem"
    own.write_text(KEY + CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context
