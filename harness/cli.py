"""The command line: arguments in, a call of the Python API, an exit code out.

Exit codes are pytest's: 0 all as expected, 1 a night was not, 2 interrupted, 3 the harness or its environment failed,
4 the author's mistake.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from harness.clock_command.arguments import add_clock_commands, add_tick_error
from harness.errors import AuthorError, LoadError, NightHarnessError, exhausted
from harness.extensions.python_files import add_load_option, load
from harness.extensions.settings import settings
from harness.importing.arguments import SUMMARY as IMPORT_SUMMARY
from harness.importing.arguments import add_import_options
from harness.night.arguments import add_orders, add_stack_option, add_work_limit, night_of
from harness.night.lint_command import SUMMARY as LINT_SUMMARY
from harness.night.lint_command import add_lint_options
from harness.night.started import for_mocks, started
from harness.report.arguments import COMMANDS as REPORT_COMMANDS
from harness.scaffold.arguments import SUMMARY as NEW_SUMMARY
from harness.scaffold.arguments import add_new_options

if TYPE_CHECKING:  # `harness schema` must not pay for what `harness run` needs
    from harness.chain.model import Chain
    from harness.scenario.model import Scenario
    from harness.values.units import ClockTime

OK, FAILED, INTERRUPTED, ENVIRONMENT, USAGE = range(5)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Entry point of the ``harness`` command."""
    _keep_standard_numbers()
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_interrupt)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        settings(Path.cwd()).apply()
        load(getattr(options, "loaded", ()))
        code = command(options)
        sys.stdout.flush()
        sys.exit(code)
    except BrokenPipeError:  # the reader of the output has closed it; the interpreter must not try again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except AuthorError as error:
        print(error, file=sys.stderr)
        sys.exit(USAGE)
    except NightHarnessError as error:
        print(error, file=sys.stderr)
        sys.exit(ENVIRONMENT)
    except OSError as error:
        if (told := exhausted(error)) is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(ENVIRONMENT)


def _keep_standard_numbers() -> None:
    """Where a caller has closed a standard stream, as cron scripts do, no other file gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - for as long as the process lives


def _as_interrupt(*_: object) -> NoReturn:
    """End as after Ctrl-C, so that the stack is stopped on the way out."""
    raise KeyboardInterrupt


class _Parser(argparse.ArgumentParser):
    """A wrong option is the author's mistake, like any other."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="harness", description="Prove that a batch chain recovers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.set_defaults(command=run)
        return sub

    demo = command("demo", _demo, "Run the reference chain's nights: fragile, then resilient, then on real data.")
    _night_options(demo)

    run = command("run", _run, "Run scenario files, and say for each what came of it.")
    run.add_argument("files", nargs="+", type=Path, metavar="FILE")
    run.add_argument("--json", action="store_true", help="print one JSON object a scenario instead of a report")
    run.add_argument("--histories", type=Path, metavar="DIR", help="keep every night's history here")
    add_orders(run)
    _night_options(run)
    add_load_option(run)

    up = command("up", _up, "Bring a chain's stack up by itself, print its endpoints, and hold it until Ctrl-C.")
    up.add_argument("chain", type=Path, metavar="CHAIN")
    up.add_argument("--night", default="2026-11-23", help="the business date (default: %(default)s)")
    up.add_argument("--at", metavar="HH:MM", help="the time to begin at (default: when every file has arrived)")
    up.add_argument(
        "--port",
        action="append",
        default=[],
        dest="ports",
        metavar="ENDPOINT=PORT",
        help="a fixed port for an endpoint: source, consumers, desk or scheduler (default: any free one)",
    )
    tls = "serve the scheduler's API over TLS with this certificate and its key (local stack)"
    up.add_argument("--certificate", type=Path, metavar="PEM", help=tls)
    up.add_argument("--json", action="store_true", help="print the endpoints as JSON")
    add_stack_option(up)

    for name, (about, add_options) in REPORT_COMMANDS.items():
        add_options(commands.add_parser(name, help=about, description=about))

    add_lint_options(commands.add_parser("lint", help=LINT_SUMMARY, description=LINT_SUMMARY))
    add_import_options(commands.add_parser("import", help=IMPORT_SUMMARY, description=IMPORT_SUMMARY))
    add_new_options(commands.add_parser("new", help=NEW_SUMMARY, description=NEW_SUMMARY))

    schema = command("schema", _schema, "Print the JSON Schema of a file format; of a history, that of one line.")
    schema.add_argument("format", choices=("chain", "roster", "scenario", "history"))
    schema.add_argument("--markdown", action="store_true", help="print the page of the history's events instead")
    add_load_option(schema)

    images = command("images", _images, "Build the container images of the docker stack.")
    images.add_argument("action", choices=("build",))
    images.add_argument("--base", metavar="IMAGE", help="the Python image to build on (default: an official slim one)")
    more = "an installed package that your own code inside the mocks needs; more than once for several"
    images.add_argument("--with", action="append", default=[], dest="more", metavar="PACKAGE", help=more)

    summary = "Virtual time for any command, without a chain: run one, or check whether it can be."
    add_clock_commands(commands.add_parser("clock", help=summary, description=summary))

    command("clean", _clean, "Remove what killed runs left behind: processes, folders, containers, networks, volumes.")
    return parser


def _night_options(parser: argparse.ArgumentParser) -> None:
    add_stack_option(parser)
    add_tick_error(parser)
    add_work_limit(parser)


def _demo(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.report import demo
    from harness.report.terminal import show, summary

    console = Console()
    scenarios = list(demo.nights())
    results = []
    with started(options, console) as runner:
        for number, scenario in enumerate(scenarios, start=1):
            with console.status(f"night {number} of {len(scenarios)}: {scenario.scenario}"):
                result = runner.run(scenario)
            show(console, result)
            results.append(result)
    summary(console, results)
    if not demo.has_connector():
        console.print(
            f"Files came over HTTP. From a Snowflake stage: pip install {demo.CONNECTOR_PACKAGE}", style="yellow"
        )
    if not demo.has_real_data():
        console.print(f"The night on real data was left out: pip install {demo.DATA_PACKAGE}", style="yellow")
    return FAILED if any(result.mismatches for result in results) else OK


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.night.orders import in_orders
    from harness.night.runner import require_programs
    from harness.report.five_questions import not_judged, not_judged_of
    from harness.report.kept_histories import keep, stems_of_files
    from harness.report.orders import failed, told
    from harness.report.record import record
    from harness.report.terminal import repeat_command, show

    scenarios = _scenarios(options.files)
    if options.stack != "auto":  # what can be said before anything is started is said then
        for scenario in scenarios:
            require_programs(scenario.chain, options.stack)
    if options.histories:
        _make_folder("--histories", options.histories)
    console = Console(stderr=options.json)
    worst, unjudged = OK, 0
    with started(options, console) as runner:
        for file, stem, scenario in zip(options.files, stems_of_files(options.files), scenarios, strict=True):
            with console.status(scenario.scenario):
                orders = in_orders(partial(runner.run, scenario), begin=options.order, count=options.repeat)
            unjudged += not_judged(orders.first)
            kept = keep(orders, options.histories, stem) if options.histories else []
            if options.json:
                print(json.dumps(record(orders.first) | told(orders)), flush=True)
            elif orders.as_expected:
                show(console, orders.first)
                if options.repeat > 1:
                    console.print(orders.sentence)
            if not orders.as_expected:
                worst = FAILED
                again = partial(repeat_command, file, loaded=options.loaded)
                repeats = [again(stack=night.stack, order=night.order) for night in orders.nights]
                kept = kept if orders.other else []  # of one night, the name is the scenario's
                print(failed(orders, repeats=repeats, kept=kept, ask=True), file=sys.stderr)
    if unjudged:
        console.print(not_judged_of(unjudged), style="yellow")
    return worst


def _scenarios(files: Sequence[Path]) -> list[Scenario]:
    """All of them, or the mistakes of all of them."""
    from harness.scenario.loading import load_scenario

    loaded, mistakes = [], []
    for file in files:
        try:
            loaded.append(load_scenario(file))
        except LoadError as error:
            mistakes += error.mistakes
    if mistakes:
        raise LoadError(list(dict.fromkeys(mistakes)))
    return loaded


def _make_folder(option: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AuthorError(f"{option}: {folder}: {error.strerror}; expected a folder, or a place for one") from None


def _up(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.chain.loading import load_chain
    from harness.night.consumer_plan import shared_databases
    from harness.night.plan import Planner
    from harness.stack.choice import start

    chain = load_chain(options.chain)
    date, ports = night_of(options), _ports(options.ports)
    at = _clock(options.at, chain) if options.at else None
    console = Console(stderr=True)
    with console.status(f"starting the {options.stack} stack"):
        stack = start(
            options.stack, published=True, ports=ports, certificate=options.certificate, extensions=for_mocks()
        )
    try:
        console.print(stack.told, style="dim", highlight=False, soft_wrap=True)
        planner = Planner(stack.scratch)
        # Who asks from outside asks also when the night is over, and its time stands still.
        plan, times = replace(planner.plan(chain, date, stack=stack), service_time=False), planner.times(chain, date)
        stack.reset(plan)
        arrivals = [file.arrives_ns for file in plan.files]
        at_ns = times.at(at) if at else max(arrivals, default=times.begins_ns)
        stack.run(at_ns + 1)
        stack.pace(times.closes_ns)
        endpoints = stack.published(chain.consumer_kinds)
        endpoints |= shared_databases(chain, endpoints) | {
            "control.url": stack.door.url,
            "control.token": stack.door.token,
        }
        if options.json:
            print(json.dumps(endpoints), flush=True)
        else:
            for name, value in endpoints.items():
                print(f"{name:<16} {value}")
            print(f"Up for the night of {date}; Ctrl-C ends it.", flush=True)
        stack.hold()
    finally:
        stack.stop()
    return OK


def _schema(options: argparse.Namespace) -> int:
    from harness.report.schemas import show

    show(options.format, as_markdown=options.markdown)
    return OK


def _images(options: argparse.Namespace) -> int:
    from harness.stack.docker.images import build_images

    for image in build_images(options.base, more=options.more):
        print(image)
    return OK


def _clean(_: argparse.Namespace) -> int:
    from harness.stack.cleanup.clean import clean

    removed = clean()
    for thing in removed:
        print(f"removed {thing}")
    print(f"{len(removed)} left-overs of dead runs removed")
    return OK


def _clock(text: str, chain: Chain) -> ClockTime:
    from harness.chain.rules import outside_the_night
    from harness.values.units import ClockTime

    try:
        time = ClockTime.parse(text)
    except ValueError as error:
        raise AuthorError(f"--at: {error}") from None
    if outside := outside_the_night(time, chain.evening, chain.closes):
        raise AuthorError(f"--at: {outside}")
    return time


def _ports(options: Sequence[str]) -> dict[str, int]:
    from harness.contract.endpoints import NAMES
    from harness.values.strict import unknown

    ports: dict[str, int] = {}
    for option in options:
        name, _, port = option.partition("=")
        if name not in NAMES:
            raise AuthorError(f"--port: {unknown('endpoint', name, NAMES)}")
        if not (port.isascii() and port.isdigit() and int(port) < 65536):
            raise AuthorError(f"--port: found {option!r}, expected an endpoint and a port, such as source=8080")
        ports[name] = int(port)
    return ports


if __name__ == "__main__":
    main()
