"""Download NAME to TARGET with curl and its defaults, but for ``--fail``: ``client_curl.py NAME TARGET``.

Without ``--fail`` curl keeps the text of an error as if it were the file, which is known well enough.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main(name: str, target: str) -> int:
    url = f"{os.environ['SOURCE_URL']}/files/{name}"
    ended = subprocess.run(
        ["curl", "--fail", "--silent", "--show-error", "--output", target, url],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"curl exited with {ended.returncode}: {last}", file=sys.stderr)
    return int(ended.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
