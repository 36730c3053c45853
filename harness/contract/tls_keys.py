"""The certificate of a night's mail server, with its key.

Like the SSH keys, they are the same everywhere on purpose, and no secrets: nothing but a mail server on loopback, or on
a network without a way out, shows them. Valid from 2000 to 2100, so that no night is too early or too late for it; it
is its own authority, which a client that looks at certificates is given.
"""

from __future__ import annotations

MAIL_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgi/QzWN+Epiu4QXi8
aVODDTPVjQcmwPhpA3JpHgFkMTChRANCAAT/8ZoNhV4Cysowyv+EQRX7PUN4hK7s
XQJBIdYdixIJbROOG1SxoyMp5pYZI6++RQ1G2uk7FUPpQ1TkT/lKLA3G
-----END PRIVATE KEY-----
"""

MAIL_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBkzCCATmgAwIBAgIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJzbXRwLm5p
Z2h0LmV4YW1wbGUwIBcNMDAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMB0x
GzAZBgNVBAMMEnNtdHAubmlnaHQuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABP/xmg2FXgLKyjDK/4RBFfs9Q3iEruxdAkEh1h2LEgltE44bVLGjIynm
lhkjr75FDUba6TsVQ+lDVORP+UosDcajaDBmMFAGA1UdEQRJMEeCEnNtdHAubmln
aHQuZXhhbXBsZYIEc210cIIEZGVza4IJbG9jYWxob3N0ghRob3N0LmRvY2tlci5p
bnRlcm5hbIcEfwAAATASBgNVHRMBAf8ECDAGAQH/AgEAMAoGCCqGSM49BAMCA0gA
MEUCIDx/KSs+p9FH7USKWrlaZpTXkaRLhU6qe27Svekd5ouTAiEA6p4Voy7O2huM
LrBnl2MM2y3QJCVeCmxxSfT8GNX5rZE=
-----END CERTIFICATE-----
"""
"""For the names that a stack has for it: ``smtp``, ``desk``, ``localhost`` and 127.0.0.1."""
