"""The certificate that the desk shows, its key, and the authority that has signed it.

Like the SSH keys they are the same everywhere on purpose, and no secrets: nothing but a desk on loopback, or on a
network without a way out, shows them. They are valid from 2000 to 2100, so that no night is too early or too late. Who
trusts the authority trusts it for a night's own names alone, and its key was thrown away: it can sign nothing more.
"""

from __future__ import annotations

AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIB1jCCAXygAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1OaWdodCBI
YXJuZXNzMCAXDTAwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1OaWdodCBIYXJuZXNzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEALmi
kA5OMHQo6IKbQdvRCCN0B+OrPIJilm7UzgkQRQtdTY3gNWRoNQ8HRGzgPStVkLcd
pfyPL09HtZn75DAu0qOBtDCBsTASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB
/wQEAwIBBjAdBgNVHQ4EFgQUIhOFxTuLTCfOK3iBWy6+Lch+ZWkwbAYDVR0eAQH/
BGIwYKBeMA+CDW5pZ2h0LmV4YW1wbGUwBoIEc210cDAGggRkZXNrMAqCCGRlc2st
dGxzMAuCCWxvY2FsaG9zdDAWghRob3N0LmRvY2tlci5pbnRlcm5hbDAKhwh/AAAA
/wAAADAKBggqhkjOPQQDAgNIADBFAiB9SzPHJzsjo7G+6OjggqVdqh9LGg6K5AN9
ZS0U/dzDjgIhAPIRXp5uMlsLAcGIuIzCQAir7a4DWyU6sMDM9DvtCd1X
-----END CERTIFICATE-----
"""

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIB+TCCAZ+gAwIBAgIBAjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1OaWdodCBI
YXJuZXNzMCAXDTAwMDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAdMRswGQYD
VQQDDBJkZXNrLm5pZ2h0LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASn2x5ExLerGs2Hs/G9mmXjqmiP9E2qkt3P6dTqem2J8dugMH7tUomn4z9KYYMa
e2cg6razqob9eykmSUxI11+ro4HSMIHPMFoGA1UdEQRTMFGCEmRlc2submlnaHQu
ZXhhbXBsZYIEc210cIIEZGVza4IIZGVzay10bHOCCWxvY2FsaG9zdIIUaG9zdC5k
b2NrZXIuaW50ZXJuYWyHBH8AAAEwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMC
B4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFGYXiKNYUfpE2T6NEdEF
ZtxOGrC5MB8GA1UdIwQYMBaAFCIThcU7i0wnzit4gVsuvi3IfmVpMAoGCCqGSM49
BAMCA0gAMEUCICsYPUB+2aF02aCm0IL3kMnxxqY+JHxIsRrDelP6JEXhAiEAkKE6
yFwPaGqxLaqis+MJZMEpDV211I3CohW0mSNpbO4=
-----END CERTIFICATE-----
"""
"""For the names that a stack has for the desk: ``desk``, ``desk-tls``, ``smtp``, ``localhost`` and 127.0.0.1."""

KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmnUfGs/bLbHHEM27
Uf9gH56nlZ0NEtVwcGu1DsPM9dShRANCAASn2x5ExLerGs2Hs/G9mmXjqmiP9E2q
kt3P6dTqem2J8dugMH7tUomn4z9KYYMae2cg6razqob9eykmSUxI11+r
-----END PRIVATE KEY-----
"""
