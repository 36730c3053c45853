"""The arguments of `harness clock`, turned into calls."""

from __future__ import annotations

import argparse
import difflib
import sys
import time
import zoneinfo

from harness.clock.ticks import tick_error_of
from harness.errors import AuthorError

_USAGE = "harness clock run [options] -- COMMAND..."
_AT = ", such as 2026-10-25T01:50; of one that happens twice the first, unless its offset follows (+01:00)"
_SKEW = "a wrong clock: 90s ahead, =-90s behind, drift=200ppm, or step=-1h@2026-10-25T02:30; several add up"
_TICK_ERROR = "how late who wakes again and again for nothing may be woken, as a share of the time it has done so"


def add_tick_error(parser: argparse.ArgumentParser) -> None:
    """Give a parser the option that says how exact the clock is."""
    parser.add_argument("--tick-error", default="1%", metavar="SHARE", help=f"{_TICK_ERROR} (default: %(default)s)")


def add_clock_commands(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness clock` its two commands."""
    commands = parser.add_subparsers(required=True, metavar="run|check")

    summary = "Run a command and all its children in virtual time; exit as it does."
    run = commands.add_parser("run", help=summary, description=summary, usage=_USAGE)
    run.add_argument("--at", metavar="TIME", help=f"the local time at which it begins{_AT} (default: now)")
    run.add_argument("--tz", metavar="ZONE", help="the time zone of --at and of the command (default: the machine's)")
    run.add_argument("--summary", action="store_true", help="say at the end how much virtual and wall time has passed")
    add_tick_error(run)
    run.add_argument("--skew", action="append", default=[], metavar="SKEW", help=_SKEW)
    run.add_argument("argv", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    run.set_defaults(command=_run)

    summary = "Say whether a program can run in virtual time, and what stands in the way."
    check = commands.add_parser("check", help=summary, description=summary)
    check.add_argument("program", metavar="COMMAND")
    check.set_defaults(command=_check)


def _run(options: argparse.Namespace) -> int:
    from harness.clock.wrong_clock import Skew
    from harness.clock_command.command import Settings, run
    from harness.clock_command.local_time import instant_ns

    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise AuthorError("harness clock run: found no command, expected one: harness clock run -- sleep 3600")
    zone = _zone(options.tz) if options.tz is not None else None
    at_ns = instant_ns("--at", options.at, zone) if options.at is not None else time.time_ns()
    skew = Skew.parse(options.skew, since_ns=at_ns, moment=lambda text: instant_ns("--skew", text, zone))
    tick_error = tick_error_of(options.tick_error)
    return run(argv, Settings(at_ns, zone, tick_error, skew if options.skew else None, options.summary))


def _check(options: argparse.Namespace) -> int:
    from harness.clock.library import unusable_because
    from harness.clock.reach.reach import BLIND_SPOTS, reach_of

    because = unusable_because()
    if because is not None:
        sys.stdout.write(f"nothing can: {because}\n")
        return 1
    reach = reach_of(options.program)
    way = " -> ".join(str(file) for file in reach.files)
    if reach.obstacle is not None:
        sys.stdout.write(f"{options.program} cannot run in virtual time\n  {reach.obstacle}\n")
        return 1
    sys.stdout.write(f"{options.program} can run in virtual time: {way}\n  {BLIND_SPOTS}\n")
    return 0


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        near = difflib.get_close_matches(name, sorted(zoneinfo.available_timezones()), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise AuthorError(f"--tz: found '{name}', expected a time zone's name, such as Europe/Paris.{hint}") from None
