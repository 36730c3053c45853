"""From the words of a layout to the layout that they say, over the known one that they are like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.chain.layouts.between import PARTS, names_of
from harness.chain.layouts.places import placed, steps
from harness.chain.layouts.words import Group, LayoutWords, Only, RecordSign, Sign, StatedNumber
from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import (
    DOCUMENTS,
    LINES,
    RECORDS,
    Cell,
    Kind,
    Marked,
    Role,
    Stated,
    Structure,
    Summand,
    UnitLayout,
)
from harness.formats.known import KNOWN
from harness.values.strict import get

_ROLES: Mapping[str, Role] = {"filling": "filling", "header": "header", "trailer": "trailer"}


def said_layout(words: LayoutWords) -> SaidLayout:
    """What the words mean; what they do not say is the known layout's, or as is usual."""
    base = KNOWN[words.like] if words.like is not None else SaidLayout(units=UnitLayout())
    structure = _structure(words, base.units)
    columns = {column.name: column for column in base.columns} | {one.name: one for one in _columns(words, structure)}
    cells = {name: column.cell for name, column in columns.items()}
    units = replace(
        base.units,
        structure=structure,
        length=words.length if words.length is not None else base.units.length if structure == "length" else None,
        ends=words.ends if words.ends is not None else base.units.ends,
        separators=_separators(words, base.units),
        quote=_quote(words, structure, base.units),
        release=words.release if words.release is not None else base.units.release,
        records=_names(words, structure) or base.units.records,
        groups=tuple(words.groups) if isinstance(words.groups, tuple) else base.units.groups,
        kinds=_kinds(words, structure, base.units.kinds),
        stated=base.units.stated if words.states is None else tuple(_stated(one, cells) for one in words.states),
    )
    return SaidLayout(
        units=units,
        encoding=words.encoding if words.encoding is not None else base.encoding,
        columns=tuple(columns.values()),
    )


def _structure(words: LayoutWords, base: UnitLayout) -> Structure:
    if words.structure is not None:
        return words.structure
    return "length" if words.length is not None else base.structure


def _separators(words: LayoutWords, base: UnitLayout) -> tuple[str, ...]:
    """What stands between fields, and between the components of one."""
    fields, components = (*base.separators, None, None)[:2]
    said = words.delimiter or fields, words.components or components
    return tuple(one for one in said if one is not None)


def _quote(words: LayoutWords, structure: Structure, base: UnitLayout) -> str | None:
    if words.quote is not None:
        return None if words.quote == "none" else words.quote
    return '"' if structure == "lines" and words.delimiter is not None else base.quote


def _names(words: LayoutWords, structure: Structure) -> tuple[str, ...]:
    """Of a document: the keys down to the array, or the names of the elements."""
    names = [one for one in words.records or () if isinstance(one, str)]
    if structure == "json":
        return tuple(key for name in names if name for key in steps(name))
    return tuple(names)


def _kinds(words: LayoutWords, structure: Structure, base: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """In the order in which they are asked: what stands around records, groups, parts, and records last."""
    if structure in DOCUMENTS:
        groups = words.groups if isinstance(words.groups, tuple) else ()
        return base if base and not groups else tuple(_of_a_document(groups))
    signed = any(isinstance(one, RecordSign) for one in words.records or ())
    kept: list[Kind] = []
    for kind in base:
        if kind.role == "record":
            is_said = signed
        elif kind.role == "part":
            is_said = any(get(one, "parts") is not None for one in words.records or ())
        else:
            is_said = getattr(words, kind.role) is not None
        if kind.opens or kind.closes:
            is_said = isinstance(words.groups, dict) and (kind.opens or kind.closes) in words.groups
        if not is_said:
            kept.append(kind)
    found = [kind for name, role in _ROLES.items() for kind in _around(words, name, role)]
    if isinstance(words.groups, dict):
        found += [kind for name, group in words.groups.items() for kind in _ends(name, group)]
    found += kept
    found += _records(words) if signed or not base else []
    return tuple(sorted(found, key=lambda kind: kind.takes_the_rest))


def _of_a_document(groups: tuple[str, ...]) -> Iterator[Kind]:
    """What stands around the elements that records are, and at both ends of each group of them."""
    yield Kind(name="header", role="header")
    yield from (Kind(name=f"{group} opens", role="header", opens=group) for group in groups)
    yield Kind(name=RECORDS, role="record")
    yield from (Kind(name=f"{group} closes", role="trailer", closes=group) for group in groups)
    yield Kind(name="trailer", role="trailer")


def _around(words: LayoutWords, key: str, role: Role) -> Iterator[Kind]:
    signs: tuple[int | Sign, ...] = getattr(words, key) or ()
    names = names_of(key, [sign.name if isinstance(sign, Sign) else None for sign in signs])
    for name, sign in zip(names, signs, strict=True):
        if isinstance(sign, Sign):
            yield _known(name, role, sign)
        else:
            yield Kind(name=name, role=role, first=sign) if role == "header" else Kind(name=name, role=role, last=sign)


def _ends(name: str, group: Group) -> Iterator[Kind]:
    if group.opens is not None:
        yield replace(_known(f"{name} opens", "header", group.opens), opens=name)
    if group.closes is not None:
        yield replace(_known(f"{name} closes", "trailer", group.closes), closes=name)


def _records(words: LayoutWords) -> Iterator[Kind]:
    signs = [one for one in words.records or () if isinstance(one, RecordSign)]
    yield from (_known(one.parts.name or PARTS, "part", one.parts) for one in signs if one.parts is not None)
    for one in signs:
        yield _known(one.name or RECORDS, "record", one)
    if not signs:
        yield Kind(name=RECORDS, role="record")


def _known(name: str, role: Role, sign: Sign) -> Kind:
    """A kind that is known by a sign; by none, it takes all that are left."""
    if sign.is_ is not None:
        return Kind(name=name, role=role, starts=sign.is_, field=sign.field or 1)
    return Kind(name=name, role=role, starts=sign.starts or (), at=sign.at)


def _columns(words: LayoutWords, structure: Structure) -> Iterator[SaidColumn]:
    if isinstance(words.columns, tuple):
        for number, name in enumerate(words.columns, 1):
            cell = Cell(path=(name,)) if structure in DOCUMENTS else Cell(field=number)
            yield SaidColumn(name=name, cell=cell)
        return
    for name, place in (words.columns or {}).items():
        yield SaidColumn(name=name, cell=place.cell(), type=place.typed)


def _stated(words: StatedNumber, columns: Mapping[str, Cell]) -> Stated:
    short = "trailer" if words.trailer is not None else "header" if words.header is not None else None
    place = words.trailer if words.trailer is not None else words.header
    sums = tuple(
        Summand(cell=columns[one]) if isinstance(one, str) else Summand(cell=one.cell(), kind=one.of)
        for one in words.sums
    )
    return Stated(
        name=words.name or _name(words),
        kind=short or str(words.in_),
        cell=words.cell() if place is None else placed(place),
        counts=words.counts,
        per=words.per,
        itself=words.itself,
        sums=sums,
        only=None if words.only is None else _only(words.only, columns),
        within=words.within,
        digits=words.digits,
    )


def _name(words: StatedNumber) -> str:
    """As operators call it."""
    if words.sums:
        return "hash total" if words.digits is not None else "control total"
    if words.counts == (RECORDS,):
        return "record count"
    return "line count" if words.counts == (LINES,) else f"count of {' and '.join(words.counts)}"


def _only(words: Only, columns: Mapping[str, Cell]) -> Marked:
    if words.column is not None:
        return Marked(cell=columns[words.column], values=words.is_)
    return Marked(cell=words.cell(), values=words.is_)
