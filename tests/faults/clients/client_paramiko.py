"""Download NAME to TARGET with paramiko's own ``get`` and its defaults: ``client_paramiko.py NAME TARGET``."""

from __future__ import annotations

import base64
import os
import posixpath
import sys

import paramiko


def main(name: str, target: str) -> int:
    place = os.environ
    kind, key = place["SFTP_HOST_KEY"].split()
    client = paramiko.SSHClient()
    host = f"[{place['SFTP_HOST']}]:{place['SFTP_PORT']}"
    client.get_host_keys().add(host, kind, paramiko.Ed25519Key(data=base64.b64decode(key)))
    try:
        client.connect(
            place["SFTP_HOST"],
            int(place["SFTP_PORT"]),
            place["SFTP_USER"],
            place["SFTP_PASSWORD"],
            allow_agent=False,
            look_for_keys=False,
        )
        client.open_sftp().get(posixpath.join(place["SFTP_FOLDER"], name), target)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    finally:
        client.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
