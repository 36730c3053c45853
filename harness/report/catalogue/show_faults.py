"""The catalogue of faults on a terminal, and as the README of the faults' folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from rich.console import Console

from harness.chain.controls import CONTROLS
from harness.faults import REACTIONS
from harness.faults.model.clients import CLIENTS, LOADERS, SENDERS, WORKERS
from harness.report.catalogue.faults import FaultEntry, Parameter, catalogue
from harness.report.catalogue.faults import entry as entry_of
from harness.report.catalogue.layout import head, show_head, show_index, show_list, table

_TITLES = ("fault", "what goes wrong", "detectable by")

_INTRODUCTION = """\
# Faults

One failure mode a file, under the name that users type. This page is made by `harness faults --markdown` from what the
faults say of themselves, from the shipped scenarios, and from what real clients were seen to do
(`tests/faults/test_clients.py`, `test_senders.py`, `test_loaders.py` and `test_workers.py` see them do it); a test
fails where it is out of date.

A fault in a file says which controls of a chain can notice it; with `manifest: follows` none that compares with the
manifest can. A chain says in its file which it has (`detects`), and what nothing in it can notice is a finding,
`detectable`: the data may be right, but only by luck, and such a night is inconclusive.

A new fault is a file in its group's folder here: a frozen dataclass with its parameters, `inject`, and a docstring that
ends with what it stands for, what can detect it, and what a sound chain does. `__init__.py` imports it, `tests/faults`
has an example of it, and a scenario uses it."""

_LASTING = """\
`refuses after 2m` and `retries for 8m` say how many whole minutes passed before the client came back; where none are
said, it was less than one. Each client has the defaults of its makers, no limit of ours, and one file to download or
one batch to send; a setting in front says for which value of a parameter that holds. A client of which nothing is said
does not meet the fault, or not as it would outside a night; the test says which those are, and why."""


def show(name: str | None, *, as_markdown: bool) -> None:
    """The table of all faults, or everything about one; AuthorError when there is no such fault."""
    if as_markdown:
        sys.stdout.write(markdown(catalogue()))
    elif name is None:
        show_table(Console(), catalogue())
    else:
        show_entry(Console(), entry_of(name))


def show_table(console: Console, entries: Sequence[FaultEntry]) -> None:
    """A line for each fault: its name, what happens, and what can notice it."""
    show_index(console, _TITLES, ((entry.name, *_row(entry)) for entry in entries), command="harness faults")


def show_entry(console: Console, entry: FaultEntry) -> None:
    """Everything about one fault."""
    show_head(console, entry.name, entry.about, entry.does, _sections(entry))
    show_list(console, "Parameters", [_parameter(one) for one in entry.parameters])
    show_list(console, "Clients by themselves", [": ".join(filter(None, told)) for told in _reactions(entry)])
    show_list(console, "Scenarios", [f"{one.path}: {one.outcome}" for one in entry.scenarios])


def markdown(entries: Sequence[FaultEntry]) -> str:
    """The whole catalogue."""
    rows = ((f"[{entry.name}](#{entry.name})", *_row(entry)) for entry in entries)
    parts = [
        _INTRODUCTION,
        "## What clients do by themselves",
        table(("word", "the client"), REACTIONS.items()),
        _LASTING,
        table(("client", "protocol", "what it does"), _clients()),
        "## Controls",
        table(("control", "agrees when"), ((name, one.agrees_when) for name, one in CONTROLS.items())),
        "## All of them",
        table(_TITLES, rows),
        *(_entry(entry) for entry in entries),
    ]
    return "\n\n".join(parts) + "\n"


def _entry(entry: FaultEntry) -> str:
    lines = head(entry.name, entry.about, entry.does, _sections(entry))
    if entry.parameters:
        rows = (
            (f"`{one.name}`", "" if one.default is None else f"`{one.default}`", one.values) for one in entry.parameters
        )
        lines += ["", table(("parameter", "default", "values"), rows)]
    if entry.seen:
        lines += ["", "**Clients by themselves:**", ""]
        lines += [f"- {f'`{setting}`: ' if setting else ''}{did}" for setting, did in _reactions(entry)]
    if entry.scenarios:
        lines += ["", "**Scenarios:**", ""]
        lines += [f"- [{one.path}](../../scenarios/{one.path}), {one.outcome}" for one in entry.scenarios]
    return "\n".join(lines)


def _row(entry: FaultEntry) -> tuple[str, str]:
    return entry.about, ", ".join(entry.controls) or "nothing"


def _sections(entry: FaultEntry) -> list[tuple[str, str]]:
    return [
        ("Stands for", entry.stands_for),
        *([("Acts on", entry.acts_on)] if entry.acts_on else []),
        ("Detectable by", entry.detectable),
        ("A sound chain", entry.sound_chain),
    ]


def _reactions(entry: FaultEntry) -> Iterator[tuple[str, str]]:
    """A setting, and what the clients do about it."""
    for setting, reactions in entry.seen.items():
        yield setting, "; ".join(f"{reaction}: {', '.join(clients)}" for reaction, clients in reactions.items())


def _clients() -> Iterator[tuple[str, str, str]]:
    for protocol, told in CLIENTS.items():
        for client, does in told.items():
            yield client, protocol, does
    for client, does in SENDERS.items():
        yield client, "http, to a consumer", does
    for client, does in LOADERS.items():
        yield client, "PostgreSQL, to a consumer", does
    for client, does in WORKERS.items():
        yield client, "a queue", does


def _parameter(one: Parameter) -> str:
    return f"{one.name}: {one.values}" + ("" if one.default is None else f" (default: {one.default})")
