"""Lines that say by their first field what they are: headers, records and trailers (H|, D|, T|)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.formats.guessing.census import AROUND, Census, LineType
from harness.formats.lines import TRAILER

_TOKEN = re.compile(r"[A-Za-z0-9]{1,10}")

_OF_TRAILERS = frozenset(
    ["T", "TR", "TRL", "TRLR", TRAILER, "F", "FT", "FTR", "FOOTER", "Z", "ZZ", "E", "EOF", "END", "9", "99", "999"]
)
_OF_HEADERS = frozenset(["H", "HD", "HDR", "HEADER", "A", "0", "00", "000", "01", "B", "BOF", "BEGIN", "START"])
"""What lines begin with that are none of the records, whatever they look like."""

_MOST_BODY = 8
_LONGEST_OF_CODES = 4


@dataclass(frozen=True)
class LineTypes:
    """What lines begin with. ``header``: how many lines stand before the records, ``trailer``: how many behind them.

    ``body``: the beginnings of what stands between them, as they come.
    """

    header: int
    body: tuple[str, ...]
    trailers: tuple[str, ...]
    trailer: int


def may_tell(tokens: Sequence[str]) -> bool:
    """Whether what some lines begin with is little and short, so that it may say what they are."""
    inner = tokens[min(len(tokens) // 3, 3) :]
    distinct = {*inner}
    return (
        bool(inner)
        and len(distinct) <= max(3, min(_MOST_BODY + 3, len(inner) // 2))
        and all(map(_TOKEN.fullmatch, distinct))
    )


def line_types(found: Census, *, has_fields: bool) -> LineTypes | None:
    """Which lines are what; None where the first field is rather a column like others.

    Of lines without fields only words that are usual are taken for a sign.
    """
    ordered = sorted(found.types.values(), key=lambda one: one.first)
    headers, body, trailers = _parted(ordered, found.lines)
    before, behind = sum(one.count for one in headers), sum(one.count for one in trailers)
    if not trailers or max(before, behind) > AROUND // 2 or len(body) > _MOST_BODY:
        return None
    if not all(_TOKEN.fullmatch(one.token) for one in (*body, *trailers)):
        return None
    if not has_fields and any(min(one.lengths) <= len(one.token) + 1 for one in (*headers, *body, *trailers)):
        return None
    in_words = bool(headers) and _is_header(headers[0].token) and _is_trailer(trailers[-1].token)
    if not in_words and (not has_fields or not body or not _stands_out(headers, body, trailers)):
        return None
    return LineTypes(before, tuple(one.token for one in body), tuple(one.token for one in trailers), behind)


def _parted(ordered: Sequence[LineType], lines: int) -> tuple[list[LineType], list[LineType], list[LineType]]:
    """What stands before the most frequent lines, and behind them."""
    most = max(ordered, key=lambda one: one.count, default=None)
    if most is None:
        return [], [], []
    if most.count == 1:
        headers = [one for one in ordered[:1] if _is_header(one.token)]
        trailers = [one for one in ordered[1:] if _is_trailer(one.token)]
    else:
        headers = [*itertools.takewhile(lambda one: one.last < most.first, ordered)]
        trailers = [one for one in ordered if one.first > most.last]
    if trailers and sum(one.count for one in trailers) != lines - trailers[0].first + 1:
        trailers = []
    if headers and sum(one.count for one in headers) != max(one.last for one in headers):
        headers = []
    body = [one for one in ordered if one not in headers and one not in trailers]
    shapes = {length for one in body for length in one.lengths}
    if body:
        trailers = [one for one in trailers if _is_none_of(one, most, shapes)]
    at_the_end = [one for one in ordered if one not in headers and one not in body]
    return headers, body, trailers if len(at_the_end) == len(trailers) else []


def _is_none_of(one: LineType, most: LineType, shapes: set[int]) -> bool:
    """Whether a last line is no record, be it one that is cut off."""
    is_cut = most.token.startswith(one.token)
    return not is_cut and (_is_trailer(one.token) or not one.lengths <= shapes)


def _stands_out(headers: Sequence[LineType], body: Sequence[LineType], trailers: Sequence[LineType]) -> bool:
    """Whether records begin as they do because of what they are, and not because a column has few values."""
    shapes = {length for one in body for length in one.lengths}
    if headers and headers[0].lengths <= shapes and not _is_header(headers[0].token):
        # The first line may have the names of columns, and the last one be a record that is cut off.
        return len(body) == 1 and _is_trailer(trailers[-1].token) and _alike(body[0].token, trailers[-1].token)
    if len(shapes) == 1 and len(body) > 1:
        return bool(headers) and _is_header(headers[0].token)
    return _is_trailer(trailers[-1].token) or _alike(body[0].token, trailers[-1].token)


def _alike(one: str, other: str) -> bool:
    """Of the same handwriting: short codes of letters, or of digits."""
    return one.isdigit() == other.isdigit() and len(one) == len(other) <= _LONGEST_OF_CODES


def _is_header(token: str) -> bool:
    return token.upper() in _OF_HEADERS


def _is_trailer(token: str) -> bool:
    return token.upper() in _OF_TRAILERS or token.rstrip("0123456789").upper() in _OF_TRAILERS
