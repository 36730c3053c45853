"""The arguments of `harness new`, turned into a call."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

SUMMARY = "Write the beginning of a fault, check, format, consumer or channel of your own: module, test and page."


def add_new_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness new` its arguments."""
    parser.add_argument("kind", choices=("fault", "check", "format", "consumer", "channel"))
    parser.add_argument("name", metavar="NAME", help="what scenario or chain files call it, such as badge_reader")
    parser.add_argument("--into", type=Path, default=Path("resilience"), metavar="DIR", help="default: %(default)s")
    parser.set_defaults(command=_new)


def _new(options: argparse.Namespace) -> int:
    from harness.scaffold.new import write_new

    for line in write_new(options.kind, options.name, options.into):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"see it pass: pytest {options.into / f'test_{options.name}.py'}\n")
    return 0
