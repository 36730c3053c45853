"""Asks a neighbour as ``curl -sf`` would, for jobs of tests: not every machine has a curl.

    ask URL [-o FILE] [-d BODY] [-H 'NAME: VALUE']

Exit code 22 is curl's for an answer that is an error.
"""

from __future__ import annotations

import argparse
import http.client
import sys
from urllib.parse import urlsplit

ASK = f'ask() {{ "{sys.executable}" -I -S "{__file__}" "$@"; }}'
"""What a shell script begins with that asks."""


def main() -> int:
    """Ask once, and write the answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-o", dest="output")
    parser.add_argument("-d", dest="body")
    parser.add_argument("-H", dest="header", default="Accept: */*")
    given = parser.parse_args()
    url = urlsplit(given.url)
    name, _, value = given.header.partition(": ")
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("POST" if given.body else "GET", url.path, body=given.body, headers={name: value})
    answer = connection.getresponse()
    if answer.status >= 400:
        return 22
    body = answer.read()
    if given.output:
        with open(given.output, "wb") as file:  # noqa: PTH123 - pathlib would be half of its start
            file.write(body)
    else:
        sys.stdout.buffer.write(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
