"""How a file is laid out: what its author chose, what follows from that, and the description in the night's plan."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from harness.contract.content import FileLayout, PlacedColumn
from harness.formats.table import DATES, NUMBERS, Column

FormatName = Literal["csv", "fixed", "jsonl", "parquet"]
CompressName = Literal["gzip", "zip"]

BINARY = "binary"
"""The format of a file of which nothing is known but its bytes."""

LINES: dict[str, tuple[int | None, int | None]] = {
    "csv": (1, 1),
    "fixed": (0, 1),
    "jsonl": (None, 0),
    "parquet": (None, None),
}
"""Header and trailer lines of each format when the author says nothing; None: the format cannot have any."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the author of a chain says of a file's form; None: as is usual."""

    format: FormatName | None = None
    compress: CompressName | None = None
    delimiter: str | None = None
    header: int | None = None
    trailer: int | None = None
    control: str | None = None

    def given(self) -> dict[str, Any]:
        """Only what is said."""
        return {key: value for key in KEYS if (value := getattr(self, key)) is not None}


class Mismatch(ValueError):
    """What the author says of a file cannot be, or is not so; ``key`` is where they say it."""

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        super().__init__(text)


KEYS = tuple(field.name for field in fields(Form))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Everything that somebody must know who reads the file, or damages it on purpose.

    ``header`` and ``trailer`` count lines. ``control`` names the column that is added up. Of a file of which little is
    known the columns are none, and the encoding is None.
    """

    format: str
    compress: str | None = None
    encoding: str | None = "utf-8"
    line_end: str | None = "\n"
    delimiter: str | None = None
    header: int = 0
    trailer: int = 0
    columns: tuple[Column, ...] = ()
    control: str | None = None

    def described(self) -> FileLayout:
        """As the night's plan has it."""
        fixed = self.format == "fixed"
        columns, start = [], 0
        for column in self.columns:
            width = column.width if fixed else None
            columns.append(
                PlacedColumn(name=column.name, type=column.type, start=start if fixed else None, width=width)
            )
            start += width or 0
        return FileLayout(
            format=self.format,
            compress=self.compress,
            encoding=self.encoding,
            line_end=self.line_end,
            delimiter=self.delimiter,
            header=self.header,
            trailer=self.trailer,
            columns=tuple(columns),
            control=self.control,
            date_columns=tuple(column.name for column in self.columns if column.type in DATES),
        )


def made_layout(form: Form, columns: Sequence[Column], control: str | None) -> Layout:
    """The layout of a file that is made: the form's choices over the factory's own control column and the usual."""
    name = form.format or "csv"
    header, trailer = LINES[name]
    lines = name != "parquet"
    return Layout(
        format=name,
        compress=form.compress,
        encoding="utf-8" if lines else None,
        line_end="\n" if lines else None,
        delimiter=(form.delimiter or ",") if name == "csv" else None,
        header=int((header if form.header is None else form.header) or 0),
        trailer=int((trailer if form.trailer is None else form.trailer) or 0),
        columns=tuple(columns),
        control=form.control or control,
    )


def form_mistakes(given: dict[str, Any], *, made: bool) -> Iterator[tuple[str, str]]:
    """(key, text) for what does not go together; values of a wrong type are left to the check of types.

    ``made``: the file is written in this form by the harness, rather than found in it.
    """
    name = given.get("format") or "csv"
    if not isinstance(name, str) or name not in LINES:
        return
    chosen = "format" in given or made
    delimiter = given.get("delimiter")
    if isinstance(delimiter, str):
        if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n+-.:':
            # The others stand in quotes, numbers and dates, which are written as they are.
            yield "delimiter", f"found {delimiter!r}, expected one character, such as ';', '|' or \"\\t\""
        elif chosen and name != "csv":
            yield "delimiter", f"a {name} file has no delimiter: drop it, or say format: csv"
    for key, usual in zip(("header", "trailer"), LINES[name], strict=True):
        value = given.get(key)
        if not isinstance(value, int):
            continue
        if value and chosen and usual is None:
            yield key, f"a {name} file has no {key}: drop it"
        elif made and value > 1:
            yield key, f"found {key}: {value}, expected true or false: a file that is made has one line of it, or none"
    if made and name == "parquet" and given.get("compress"):
        yield "compress", "a Parquet file is compressed inside: drop it"


def control_mistake(control: Any, columns: Iterable[Column]) -> str | None:
    """Why a column cannot be added up."""
    if not isinstance(control, str):
        return None
    known = {column.name: column for column in columns}
    numbers = [name for name, column in known.items() if column.type in NUMBERS]
    if control in numbers:
        return None
    near = difflib.get_close_matches(control, numbers, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    found = f"the column '{control}' holds no numbers" if control in known else f"unknown column '{control}'"
    return f"{found}.{hint} Columns of numbers: {', '.join(numbers) or 'none'}"


def width_mistake(columns: Iterable[Column]) -> str | None:
    """Why records of these columns cannot have a fixed width."""
    without = [column.name for column in columns if column.width is None]
    if not without:
        return None
    return f"its columns {', '.join(without)} have no width, which a fixed-width file needs: Column(name, type, width)"
