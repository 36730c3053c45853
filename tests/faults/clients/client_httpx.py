"""Download NAME to TARGET with httpx and its defaults: ``client_httpx.py NAME TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx


def main(name: str, target: str) -> int:
    try:
        with httpx.stream("GET", f"{os.environ['SOURCE_URL']}/files/{name}") as answer, Path(target).open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
    except httpx.HTTPError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
