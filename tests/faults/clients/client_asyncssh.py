"""Download NAME to TARGET with asyncssh's own ``get`` and its defaults: ``client_asyncssh.py NAME TARGET``."""

from __future__ import annotations

import asyncio
import os
import posixpath
import sys

import asyncssh


async def get(name: str, target: str) -> None:
    place = os.environ
    host_key = asyncssh.import_public_key(place["SFTP_HOST_KEY"])
    async with (
        asyncssh.connect(
            place["SFTP_HOST"],
            int(place["SFTP_PORT"]),
            config=None,
            username=place["SFTP_USER"],
            client_keys=[asyncssh.import_private_key(place["SFTP_KEY"])],
            known_hosts=([host_key], [], []),
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        await sftp.get(posixpath.join(place["SFTP_FOLDER"], name), target)


def main(name: str, target: str) -> int:
    try:
        asyncio.run(get(name, target))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
