"""How the pages of a catalogue are laid out: on a terminal, and in the README that is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Sections = Sequence[tuple[str, str]]
"""Titles with a sentence each."""


def show_index(console: Console, titles: Sequence[str], rows: Iterable[Sequence[str]], *, command: str) -> None:
    """A line for each page, its name first; ``command`` says everything about one."""
    index = Table(box=None, padding=(0, 1), show_edge=False)
    for position, title in enumerate(titles):
        index.add_column(title, no_wrap=position == 0, overflow="fold")
    for name, *told in rows:
        index.add_row(Text(name, style="bold"), *map(Text, told))
    console.print(index)
    console.print(f"\n{command} NAME says everything about one.", style="dim", highlight=False)


def show_head(console: Console, name: str, about: str, paragraphs: Iterable[str], sections: Sections) -> None:
    """What every page begins with."""
    console.print(Text.assemble((name, "bold"), "  ", _plain(about)))
    for paragraph in paragraphs:
        console.print()
        console.print(Text(_plain(paragraph)))
    for title, text in sections:
        show_list(console, title, [text])


def show_list(console: Console, title: str, lines: Sequence[str]) -> None:
    """A title with lines below it, where there are any."""
    if lines:
        console.print()
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Padding(Text(_plain(line)), (0, 0, 0, 2)))


def head(name: str, about: str, paragraphs: Iterable[str], sections: Sections) -> list[str]:
    """The lines of markdown that every page begins with."""
    lines = [f"## {name}", "", _code(about)]
    for paragraph in paragraphs:
        lines += ["", _code(paragraph)]
    for title, text in sections:
        lines += ["", f"**{title}:** {_code(text)}"]
    return lines


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in markdown."""
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("``", "")


def _code(text: str) -> str:
    return text.replace("``", "`")
