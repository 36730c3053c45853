"""Download NAME to TARGET with OpenSSH's ``sftp -b`` and its defaults: ``client_openssh_sftp.py NAME TARGET``.

They are OpenSSH's own, on every system: Debian's asks in batch mode, every 300 s, whether the server still lives.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
import sys
import tempfile
from pathlib import Path


def options(folder: Path) -> list[str]:
    """A client that knows nothing but the night's server, and asks nobody anything."""
    place = os.environ
    key, known = folder / "key", folder / "known_hosts"
    key.touch(mode=0o600)
    key.write_text(place["SFTP_KEY"])
    known.write_text(f"[{place['SFTP_HOST']}]:{place['SFTP_PORT']} {place['SFTP_HOST_KEY']}\n")
    set_ = [f"IdentityFile={key}", f"UserKnownHostsFile={known}", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes"]
    set_.append("ServerAliveInterval=0")
    return ["-F", "none", "-P", place["SFTP_PORT"], *(word for one in set_ for word in ("-o", one))]


def main(name: str, target: str) -> int:
    place = os.environ
    with tempfile.TemporaryDirectory() as folder:
        command = f'get "{posixpath.join(place["SFTP_FOLDER"], name)}" "{target}"\n'
        server = f"{place['SFTP_USER']}@{place['SFTP_HOST']}"
        argv = ["sftp", *options(Path(folder)), "-b", "-", server]
        ended = subprocess.run(argv, input=command, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"sftp exited with {ended.returncode}: {last}", file=sys.stderr)
    return int(ended.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
