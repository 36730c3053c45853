"""Where a copied file and the layout that its author has said do not fit: told at its line before the night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from harness.chain.content import Content
from harness.chain.layouts.words import LayoutWords
from harness.contract.layout import Kind, Structure, UnitLayout
from harness.formats.figures import Told
from harness.formats.finding import find_layout, layout_as_found
from harness.formats.fitting import Fit, fit_of
from harness.formats.table import plain
from harness.values.strict import Location

Misfit = tuple[Location, Literal["warning"], str, str]

_NO_SIGN = "say how they are known in this file, or drop it"
_NOT_SO = "say where it stands and what it counts or sums, or drop it: it would stay wrong by as much in every night"

_UNITS: dict[Structure, str] = {"lines": "line", "length": "piece", "segments": "segment", "xml": "element"}


def misfits(path: Path, content: Content, name: str, location: Location) -> Iterator[Misfit]:
    """Raises as `find_layout` does."""
    form, words = content.form, content.layout
    if form.layout is None or words is None:
        return
    if form.control is not None:
        find_layout(path, form)  # which adds it up
    layout = layout_as_found(path, form, form.layout).described()
    units = layout.units or UnitLayout()
    fit = fit_of(path, layout)
    location = (*location, "layout")
    if not fit.records:
        place = (*location, "records") if words.records is not None else location
        yield place, "warning", f"the file '{name}' has no records, as its layout knows them", _NO_SIGN
    for key, kind in _said_kinds(units, words, fit):
        if not fit.kinds.get(kind.name):
            text = f"the file '{name}' has no {_sign(kind, units.structure)}, which would be its {kind.name}"
            yield (*location, key), "warning", text, _NO_SIGN
    for position, (told, times) in fit.wrong.items():
        place = (*location, "states", position) if words.states is not None else location
        more = f" (and so {times - 1} times more)" if times > 1 else ""
        yield place, "warning", f"the file '{name}' {_states(told)}{more}", _NOT_SO


def _said_kinds(units: UnitLayout, words: LayoutWords, fit: Fit) -> Iterator[tuple[str, Kind]]:
    """The kinds that the author says by a sign; a known layout has some that a file may do without."""
    for kind in units.kinds:
        key = "groups" if kind.opens or kind.closes else "records" if kind.role in ("record", "part") else kind.role
        is_signed = bool(kind.starts) or (units.structure == "xml" and kind.opens is not None)
        is_said = (
            key != "filling" and getattr(words, key) is not None and not (key == "groups" and _is_known(kind, words))
        )
        if is_signed and is_said and (fit.records or kind.role != "record"):
            yield key, kind


def _is_known(kind: Kind, words: LayoutWords) -> bool:
    """Whether it is a group of the known layout, and none of those that are said."""
    return (kind.opens or kind.closes) not in (words.groups or ())


def _sign(kind: Kind, structure: Structure) -> str:
    unit = _UNITS.get(structure, "unit")
    values = " or ".join(map(repr, kind.starts))
    if not kind.starts:
        return f"{unit} {kind.opens!r}"
    if kind.field is not None:
        return f"{unit} whose field {kind.field} is {values}"
    return f"{unit} that has {values} at {kind.at}" if kind.at else f"{unit} that starts with {values}"


def _states(told: Told) -> str:
    comes_to = f"comes to {plain(told.comes_to)}"
    if told.states is not None:
        return f"states {plain(told.states)} as its {told.stated.name}, and {comes_to}"
    if told.text is None:
        return f"states no {told.stated.name}: its {told.stated.kind} has nothing there; it {comes_to}"
    return f"states {told.text!r} as its {told.stated.name}, which is no number; it {comes_to}"
