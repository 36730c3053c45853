"""The arguments of commands that run nights: on which stack, and how long their programs may work."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # commands that run no night must not pay for what a night needs
    from harness.night.work_limit import WorkLimit

_OPTION = "--work-limit"


def add_stack_option(parser: argparse.ArgumentParser) -> None:
    """Give a parser the option that says where nights run."""
    parser.add_argument(
        "--stack",
        choices=("local", "docker", "auto"),
        default="local",
        help="local processes (default), containers, or containers where an engine answers",
    )


def add_work_limit(parser: argparse.ArgumentParser) -> None:
    """Give a parser the option that says how long programs may work without a pause."""
    about = (
        "how long programs may work without a pause, in real time: 30m, or none (default: what the chain says, else no "
        "limit for what makes progress, and 2m for what makes none)"
    )
    parser.add_argument(_OPTION, metavar="SPAN", help=about)


def work_limit_of(options: argparse.Namespace) -> WorkLimit | None:
    """What it says; AuthorError for what is no limit."""
    from harness.night.work_limit import WorkLimit

    return None if options.work_limit is None else WorkLimit.parse(options.work_limit, _OPTION)
