"""Download NAME to TARGET with requests and its defaults: ``client_requests.py NAME TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import requests


def main(name: str, target: str) -> int:
    try:
        # No timeout on purpose: it is the library's default, and what most programs leave it at.
        answer = requests.get(f"{os.environ['SOURCE_URL']}/files/{name}", stream=True)
        answer.raise_for_status()
        with Path(target).open("wb") as file:
            for chunk in answer.iter_content(16_384):
                file.write(chunk)
    except requests.RequestException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
