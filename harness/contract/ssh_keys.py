"""The SSH keys of a night: the SFTP server's own, and the one that it lets a client in with.

They are the same everywhere and for everybody, on purpose: a key that is made anew for each stack would make two equal
nights differ, and a client that is told the server's key beforehand can check it. They are no secrets: the server of a
night is all that they open, and it listens on loopback or on a network without a way out.
"""

from __future__ import annotations

HOST_KEY = """\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDCPm4mbzU27iFz035boGGLdm2pz61ZP+PW0wjhqL8adgAAAJiyR82WskfN
lgAAAAtzc2gtZWQyNTUxOQAAACDCPm4mbzU27iFz035boGGLdm2pz61ZP+PW0wjhqL8adg
AAAEC/yf38pr03kGT4NUGkmKcbYnMqYv6XNNhfo4ILCtKdmsI+biZvNTbuIXPTflugYYt2
banPrVk/49bTCOGovxp2AAAAEm5pZ2h0LWhhcm5lc3MtaG9zdAECAw==
-----END OPENSSH PRIVATE KEY-----
"""

HOST_KEY_PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMI+biZvNTbuIXPTflugYYt2banPrVk/49bTCOGovxp2"
"""What a client must see, as it stands in a known_hosts file behind the server's name."""

CLIENT_KEY = """\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAJHYNb9GDK52XRP2Hb06zoETFJaX4oCLYEuYVFCxKtLAAAAJhlG/6YZRv+
mAAAAAtzc2gtZWQyNTUxOQAAACAJHYNb9GDK52XRP2Hb06zoETFJaX4oCLYEuYVFCxKtLA
AAAEDl08y3vizELokArXmgJDLhMGH48Jku26auOBymXI3Kugkdg1v0YMrnZdE/YdvTrOgR
MUlpfigItgS5hUULEq0sAAAAFG5pZ2h0LWhhcm5lc3MtY2xpZW50AQ==
-----END OPENSSH PRIVATE KEY-----
"""
"""The private key of the only client that is known, without a passphrase."""
