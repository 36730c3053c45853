"""What an author's choices of form make of a file, and which of them do not go together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from harness.formats.format import FORMATS
from harness.formats.layout import Form, Layout
from harness.formats.table import NUMBERS, Column


def made_layout(form: Form, columns: Sequence[Column], control: str | None) -> Layout:
    """The layout of a file that is made: the form's choices over the factory's own control column and the usual."""
    name = form.format or "csv"
    chosen = FORMATS[name]
    header, trailer = chosen.header, chosen.trailer
    lines = chosen.text
    layout = Layout(
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
    return chosen.with_units(layout)


def form_mistakes(given: dict[str, Any], *, made: bool) -> Iterator[tuple[str, str]]:
    """(key, text) for what does not go together; values of a wrong type are left to the check of types.

    ``made``: the file is written in this form by the harness, rather than found in it.
    """
    name = given.get("format") or "csv"
    if not isinstance(name, str) or name not in FORMATS:
        return
    chosen = "format" in given or made
    yield from _layout_mistakes(given, name, made=made)
    yield from _member_mistakes(given, made=made)
    delimiter = given.get("delimiter")
    if isinstance(delimiter, str):
        if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n+-.:':
            # The others stand in quotes, numbers and dates, which are written as they are.
            yield "delimiter", f"found {delimiter!r}, expected one character, such as ';', '|' or \"\\t\""
        elif chosen and name != "csv":
            yield "delimiter", f"a {name} file has no delimiter: drop it, or say format: csv"
    for key, usual in (("header", FORMATS[name].header), ("trailer", FORMATS[name].trailer)):
        value = given.get(key)
        if not isinstance(value, int):
            continue
        if value and chosen and usual is None:
            yield key, f"a {name} file has no {key}: drop it"
        elif made and value > 1:
            yield key, f"found {key}: {value}, expected true or false: a file that is made has one line of it, or none"
    if made and name == "parquet" and given.get("compress"):
        yield "compress", "a Parquet file is compressed inside: drop it"


def _layout_mistakes(given: dict[str, Any], name: str, *, made: bool) -> Iterator[tuple[str, str]]:
    if given.get("layout") is None:
        return
    if made:
        text = "found a layout of a file that is written here, whose layout is known"
        yield "layout", f"{text}: drop it; header, trailer, delimiter and control say how the file is written"
        return
    if not FORMATS[name].text:
        yield "layout", f"found a layout of a {name} file, which is not read by its bytes: drop one of the two"
    for key in ("delimiter", "header", "trailer"):
        if given.get(key) is not None:
            yield key, f"found '{key}' beside a layout, which says that itself: move it under 'layout'"


def _member_mistakes(given: dict[str, Any], *, made: bool) -> Iterator[tuple[str, str]]:
    compress = given.get("compress")
    if given.get("member") is None:
        return
    if made:
        yield "member", "found a member of a file that is written here, which has its own name: drop it"
    elif compress in ("gzip", "bz2", "xz"):
        yield "member", f"found a member of a file that is compressed by {compress}, which has none: drop it"


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
