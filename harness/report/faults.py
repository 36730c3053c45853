"""The catalogue of faults on a terminal, and as the README of the faults' folder."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.catalogue import Page, Parameter, catalogue
from harness.catalogue import page as page_of
from harness.controls import CONTROLS
from harness.faults import REACTIONS
from harness.faults.clients import CLIENTS

_INTRODUCTION = """\
# Faults

One failure mode a file, under the name that users type. This page is made by `harness faults --markdown` from what the
faults say of themselves, from the shipped scenarios, and from what real clients were seen to do
(`tests/faults/test_clients.py` sees them do it); a test fails where it is out of date.

A fault in a file says which controls of a chain can notice it; with `manifest: follows` none that compares with the
manifest can. A chain says in its file which it has (`detects`), and what nothing in it can notice is a finding,
`detectable`: the data may be right, but only by luck, and such a night is inconclusive.

A new fault is a file here: a frozen dataclass with its parameters, `inject`, and a docstring that ends with what it
stands for, what can detect it, and what a sound chain does. `__init__.py` imports it, `tests/faults` has an example of
it, and a scenario uses it."""

_LASTING = """\
`refuses after 2m` and `retries for 8m` say how many whole minutes passed before the client came back; where none are
said, it was less than one. Each client has the defaults of its makers, no limit of ours, and one file to download; a
setting in front says for which value of a parameter that holds. A client of which nothing is said does not meet the
fault, or not as it would outside a night; the test says which those are, and why."""


def show(name: str | None, *, as_markdown: bool) -> None:
    """The table of all faults, or everything about one; AuthorError when there is no such fault."""
    if as_markdown:
        sys.stdout.write(markdown(catalogue()))
    elif name is None:
        show_table(Console(), catalogue())
    else:
        show_page(Console(), page_of(name))


def show_table(console: Console, pages: Sequence[Page]) -> None:
    """A line for each fault: its name, what happens, and what can notice it."""
    table = Table(box=None, padding=(0, 1), show_edge=False)
    for title in ("fault", "what goes wrong", "detectable by"):
        table.add_column(title, no_wrap=title == "fault", overflow="fold")
    for page in pages:
        table.add_row(Text(page.name, style="bold"), Text(page.about), Text(", ".join(page.controls) or "nothing"))
    console.print(table)
    console.print("\nharness faults NAME says everything about one.", style="dim", highlight=False)


def show_page(console: Console, page: Page) -> None:
    """Everything about one fault."""
    console.print(Text.assemble((page.name, "bold"), "  ", page.about))
    for paragraph in page.does:
        console.print()
        console.print(Text(_plain(paragraph)))
    for title, text in _sections(page):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(Padding(Text(_plain(text)), (0, 0, 0, 2)))
    _show_list(console, "Parameters", [_parameter(one) for one in page.parameters])
    _show_list(console, "Clients by themselves", [": ".join(filter(None, told)) for told in _reactions(page)])
    _show_list(console, "Scenarios", [f"{one.path}: {one.outcome}" for one in page.scenarios])


def markdown(pages: Sequence[Page]) -> str:
    """The whole catalogue."""
    rows = ((f"[{page.name}](#{page.name})", page.about, ", ".join(page.controls) or "nothing") for page in pages)
    parts = [
        _INTRODUCTION,
        "## What clients do by themselves",
        _table(("word", "the client"), REACTIONS.items()),
        _LASTING,
        _table(("client", "protocol", "what it does"), _clients()),
        "## Controls",
        _table(("control", "agrees when"), CONTROLS.items()),
        "## All of them",
        _table(("fault", "what goes wrong", "detectable by"), rows),
        *(_page(page) for page in pages),
    ]
    return "\n\n".join(parts) + "\n"


def _page(page: Page) -> str:
    lines = [f"## {page.name}", "", page.about]
    for paragraph in page.does:
        lines += ["", _code(paragraph)]
    for title, text in _sections(page):
        lines += ["", f"**{title}:** {_code(text)}"]
    if page.parameters:
        lines += ["", "| parameter | default | values |", "|---|---|---|"]
        lines += [
            f"| `{one.name}` | {'' if one.default is None else f'`{one.default}`'} | {one.values} |"
            for one in page.parameters
        ]
    if page.seen:
        lines += ["", "**Clients by themselves:**", ""]
        lines += [f"- {f'`{setting}`: ' if setting else ''}{did}" for setting, did in _reactions(page)]
    if page.scenarios:
        lines += ["", "**Scenarios:**", ""]
        lines += [f"- [{one.path}](../../scenarios/{one.path}), {one.outcome}" for one in page.scenarios]
    return "\n".join(lines)


def _sections(page: Page) -> list[tuple[str, str]]:
    return [
        ("Stands for", page.stands_for),
        ("Detectable by", page.detectable),
        ("A sound chain", page.sound_chain),
    ]


def _reactions(page: Page) -> Iterator[tuple[str, str]]:
    """A setting, and what the clients do about it."""
    for setting, reactions in page.seen.items():
        yield setting, "; ".join(f"{reaction}: {', '.join(clients)}" for reaction, clients in reactions.items())


def _clients() -> Iterator[tuple[str, str, str]]:
    for protocol, told in CLIENTS.items():
        for client, does in told.items():
            yield client, protocol, does


def _parameter(one: Parameter) -> str:
    return f"{one.name}: {one.values}" + ("" if one.default is None else f" (default: {one.default})")


def _show_list(console: Console, title: str, lines: Sequence[str]) -> None:
    if lines:
        console.print()
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 2)))


def _table(titles: tuple[str, ...], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("``", "")


def _code(text: str) -> str:
    return text.replace("``", "`")
