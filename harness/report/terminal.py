"""A night on a terminal: one screen for a failure, one panel for a demonstration."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from harness.checks import CHECKS, Outcome
from harness.checks.model.baseline_validity import doubtful_because
from harness.checks.model.holdings import holdings
from harness.checks.model.row_counts import wrong_rows
from harness.checks.model.wording import counted
from harness.clock.ticks import Ticks
from harness.extensions.doors import DOORS, declared
from harness.extensions.settings import settings
from harness.night.result import Result
from harness.report.dependents import dependents, whose
from harness.report.five_questions import answers
from harness.report.printable import plain
from harness.report.timeline import Moment, around, timeline
from harness.report.work import work

_MARKS = {"plain": " ", "good": "+", "bad": "!", "fault": "*", "edge": "-"}
_STYLES = {"plain": "", "good": "green", "bad": "red", "fault": "bold magenta", "edge": "cyan"}
_COLOURS = {
    Outcome.UNAFFECTED: "green",
    Outcome.RECOVERED: "green",
    Outcome.DEGRADED: "yellow",
    Outcome.CONTAINED: "yellow",
    Outcome.DAMAGED: "red",
    Outcome.INCONCLUSIVE: "red",
}
_HARNESS = Path(__file__).parents[1]

SCREEN_LINES = 18
"""So many lines of the timeline fit on one screen beside the rest of a failure."""


def failure(result: Result, *, repeat: str, history_file: Path | None = None) -> str:
    """One screen of plain text: what differed, the timeline with the fault marked, the evidence, how to repeat it."""
    lines = [f"{result.scenario.scenario}", ""]
    lines += [f"  {plain(mismatch)}" for mismatch in result.mismatches]
    violated = [finding for finding in result.judgement.findings if finding.state != "holds" or finding.note]
    if violated:
        lines += ["", "findings"]
    for finding in violated:
        lines.append(f"  {finding.state:<9} {finding.check}: {finding.said}")
        lines += [
            f"            {name} ({found.total:,}): {plain(str(found))}" for name, found in finding.evidence.items()
        ]
    if wrong := [one.named.to_tell for one in dependents(result) if one.wrong]:
        lines += ["", "whose plan is wrong", *(f"  {plain(said)}" for said in wrong)]
    lines += ["", f"the night of {result.scenario.night} ({result.scenario.chain.timezone}; * is the fault)"]
    lines += [f"  {_line(result, moment)}" for moment in around(timeline(result), lines=SCREEN_LINES)]
    if said := work(result):
        lines += ["", said]
    lines += ["", f"repeat it:  {repeat}"]
    if history_file is not None:
        lines.append(f"history:    {history_file}")
    return _screen(lines)


def asked(result: Result) -> str:
    """The five questions with their answers, in plain text."""
    lines = (f"{answer.question}\n    {plain(answer.answer)}" for answer in answers(result))
    return "\n".join([*lines, *(f"(also: {plain(said)})" for said in _also(result))])


def _also(result: Result) -> Iterator[str]:
    """What is violated besides what decided, a line each."""
    return (f"{finding.check}: {finding.sentence}" for finding in result.judgement.also)


def show(console: Console, result: Result) -> None:
    """The whole night: outcome, timeline, what the consumers hold against the baseline, the five answers."""
    colour = _COLOURS[result.outcome]
    told = Table.grid(padding=(0, 1))
    for moment in around(timeline(result), lines=24):
        told.add_row(
            Text(f"{result.local(moment.at_ns):%H:%M:%S}", style="dim"),
            Text(_MARKS[moment.kind], style=_STYLES[moment.kind]),
            Text(moment.who, style="dim"),
            Text(moment.text, style=_STYLES[moment.kind]),
        )
    questions = Table.grid(padding=(0, 1))
    for line in held(result):
        questions.add_row(Text("Held against the baseline", style="bold"), Text(plain(line)))
    for one in dependents(result):
        if one.wrong:
            questions.add_row(Text("Whose plan is wrong", style="bold"), Text(plain(one.named.to_tell), style="red"))
    for answer in answers(result):
        questions.add_row(Text(answer.question, style="bold"), Text(plain(answer.answer)))
    for said in _also(result):
        questions.add_row(Text("Also violated", style="bold"), Text(f"(also: {plain(said)})"))
    if result.ticks.bunched:
        questions.add_row(Text("Approximated", style="bold"), Text(approximated(result.ticks)))
    if said := work(result):
        questions.add_row(Text("Real work", style="bold"), Text(plain(said)))
    title = Text.assemble(
        (str(result.outcome).upper(), f"bold {colour}"), "  ", (plain(result.scenario.scenario), "default")
    )
    hours = (result.history[-1].at - result.times.begins_ns) / 3.6e12
    footer = f"{hours:.1f} h of night in {result.wall_s:.2f} s, baseline included, on the {result.stack} stack"
    console.print(
        Panel(Group(told, "", questions), title=title, title_align="left", subtitle=footer, border_style=colour)
    )


def approximated(ticks: Ticks) -> str:
    """What the clock let pass, of programs that wake again and again for nothing."""
    late_s = ticks.late_ns / 1e9
    return f"{counted(ticks.bunched, 'tick')} of programs that only tick came together, the latest {late_s:.2f} s late"


def held(result: Result) -> Iterator[str]:
    """What each consumer holds, what it should, and in what the two differ."""
    expected, got = holdings(result.baseline), holdings(result.history)
    doubted = doubtful_because(result.baseline)  # rows that may be wrong themselves tell nothing of others
    for consumer, of in got.items():
        wrong = "" if doubted else str(wrong_rows(result.history, result.baseline, consumer))
        named = whose(result.history, consumer)
        found = f"{named}: {counted(of.rows, 'row')}, {expected[consumer].rows:,} without the fault"
        yield found + (f" ({wrong})" if wrong else "")


def summary(console: Console, results: Sequence[Result]) -> None:
    """All nights of a demonstration in one table."""
    table = Table(box=None, pad_edge=False)
    for heading in ("outcome", "chain", "scenario", "delivered", "cost"):
        table.add_column(heading)
    for result in results:
        finished = result.finished_at
        table.add_row(
            Text(str(result.outcome), style=_COLOURS[result.outcome]),
            Text(plain(result.scenario.chain.chain)),
            Text(plain(result.scenario.scenario)),
            f"{finished:%H:%M}" if finished else "never",
            result.friction.sentence,
        )
    console.print(table)


def repeat_command(scenario_file: Path | None, *, stack: str, loaded: Iterable[Path] = (), order: int = 0) -> str:
    """The one command that runs a scenario again, with the files of users' own checks and faults."""
    if scenario_file is None:
        return "pytest with the same test"
    chosen = f" --stack {stack}" if stack != "local" else ""
    files = "".join(f" --load {shlex.quote(str(file))}" for file in loaded)
    ordered = f" --order {order}" if order else ""
    return f"harness run {shlex.quote(str(scenario_file))}{chosen}{ordered}{files}"


def users_files(result: Result) -> list[Path]:
    """The files outside the harness in which the night's checks and faults are registered.

    Without those that every command knows by itself: of packages that declare them, and of the project's settings.
    """
    known = {one.module.partition(".")[0] for door in DOORS for one in declared(door)}
    load = settings(Path.cwd()).load
    named = {file.resolve() for file in load}
    known |= {str(one) for one in load if one.suffix != ".py"}
    checks = [CHECKS[finding.check].judge for finding in result.judgement.findings if finding.check in CHECKS]
    faults = [type(fault) for fault in result.scenario.faults]
    own = [one for one in (*checks, *faults) if not known & {*_names_above(getattr(one, "__module__", ""))}]
    files = {file for one in own if (file := _file_of(one)) and _HARNESS not in file.parents}
    return sorted(file for file in files if file.resolve() not in named)


def _names_above(module: str) -> Iterator[str]:
    """A module's name, and those of the packages around it."""
    while module:
        yield module
        module = module.rpartition(".")[0]


def _file_of(code: Any) -> Path | None:
    try:
        return Path(inspect.getfile(code))
    except TypeError:  # a callable object, say, which does not know where it was written
        return None


def _screen(lines: list[str]) -> str:
    """Lines of our own, with users' words in them; a check's traceback is the only one that may go over several."""
    return "\n".join(plain(line) for told in lines for line in told.split("\n"))


def _line(result: Result, moment: Moment) -> str:
    return f"{result.local(moment.at_ns):%H:%M:%S} {_MARKS[moment.kind]} {moment.who:<10} {plain(moment.text)}"
