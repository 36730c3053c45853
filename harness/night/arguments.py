"""The arguments of commands that run nights: on which stack, in which orders, how long their programs may work."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.errors import AuthorError

if TYPE_CHECKING:  # commands that run no night must not pay for what a night needs
    from harness.night.work_limit import WorkLimit

_OPTION = "--work-limit"

REPEAT = "run each scenario in so many orders of what starts in one instant; verdicts that differ are a failure"
ORDER = "the first of those orders: 0 as jobs stand in the chain, 1 the other way round, more are drawn"


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


def add_orders(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options that say in which orders a scenario is run."""
    parser.add_argument("--repeat", type=counting("--repeat", 1), default=1, metavar="N", help=f"{REPEAT} (default: 1)")
    parser.add_argument("--order", type=counting("--order", 0), default=0, metavar="N", help=f"{ORDER} (default: 0)")


def counting(option: str, least: int) -> Callable[[str], int]:
    """What makes a number of an option's text; a wrong one is told as argparse and pytest tell theirs."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) >= least):
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from {least} on: {option} 3")
        return int(text)

    return number


def work_limit_of(options: argparse.Namespace) -> WorkLimit | None:
    """What it says; AuthorError for what is no limit."""
    from harness.night.work_limit import WorkLimit

    return None if options.work_limit is None else WorkLimit.parse(options.work_limit, _OPTION)


def night_of(options: argparse.Namespace) -> dt.date:
    """The business date that ``--night`` says; AuthorError for what is no date."""
    try:
        return dt.date.fromisoformat(options.night)
    except ValueError:
        raise AuthorError(f"--night: found {options.night!r}, expected a date such as 2026-11-23") from None
