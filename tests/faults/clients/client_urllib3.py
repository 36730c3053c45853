"""Download NAME to TARGET with urllib3 and its defaults, retries included: ``client_urllib3.py NAME TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import urllib3


def main(name: str, target: str) -> int:
    try:
        url = f"{os.environ['SOURCE_URL']}/files/{name}"
        answer = urllib3.PoolManager().request("GET", url, preload_content=False)
        if answer.status >= 400:
            print(f"answered {answer.status}", file=sys.stderr)
            return 1
        with Path(target).open("wb") as file:
            for chunk in answer.stream(16_384):
                file.write(chunk)
    except urllib3.exceptions.HTTPError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
