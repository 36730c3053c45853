"""What a chain would declare of a file that differs, if that is as it should be: the lines, ready to be copied."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from harness.checks.model.results import UPLOADED, Changed

_MOST_LINES = 3
_SHOWN = 60
_KNOWN_BY = 4
_DIGITS = re.compile(r"[\d:.,]+")
_TIME = re.compile(r"\d+(?:[-:.T ]?\d+)+")
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]()|]")
_WORD = re.compile(r"[\d:.,]+|\w+|\s+|.")


def what_differs(changed: Changed) -> str:
    """A line that is another one, where both texts are known: ``: line 2 has "b" for "a"``.

    One that differs in more than a time goes before those that tell when it was written.
    """
    apart = list(_lines_apart(changed))
    more = (line for line in apart if _TIME.sub("", line[1]) != _TIME.sub("", line[2]))
    for number, before, now in [*more, *apart][:1]:
        return f': line {number} has "{_cut(now)}" for "{_cut(before)}"'
    return ""


def declaration(changed: Changed) -> str:
    """What to write into the chain's file, in YAML."""
    apart = list(_lines_apart(changed))
    same_lines = len((changed.before or "").splitlines()) == len((changed.now or "").splitlines())
    if apart and same_lines and len(apart) <= _MOST_LINES:
        found = ", ".join(dict.fromkeys(_quoted(_pattern(before, now)) for _, before, now in apart))
        return f"results: {{volatile: {{{_quoted(pattern_of(changed.path))}: [{found}]}}}}"
    return ignored(changed.path)


def ignored(path: str) -> str:
    """That a file is no result."""
    return f"results: {{ignore: [{_quoted(pattern_of(path))}]}}"


def pattern_of(path: str) -> str:
    """The pattern that a chain's file has for a file: its name, in which a run draws digits."""
    name = path.removeprefix(UPLOADED).rstrip("/").rpartition("/")[2].partition(" (")[0]
    return re.sub(r"\d+([-_:.]?\d+)*", "*", name)


def _lines_apart(changed: Changed) -> Iterator[tuple[int, str, str]]:
    if changed.before is None or changed.now is None:
        return
    pairs = itertools.zip_longest(changed.before.splitlines(), changed.now.splitlines(), fillvalue="")
    yield from ((number, one, other) for number, (one, other) in enumerate(pairs, 1) if one != other)


def _pattern(before: str, now: str) -> str:
    """A regular expression that takes what differs out of both lines, with a few words on each side to know it by."""
    one, other = _WORD.findall(before), _WORD.findall(now)
    first = _alike(one, other)
    last = _alike(one[first:][::-1], other[first:][::-1])
    middles = ("".join(words[first : len(words) - last]) for words in (one, other))
    between = r"[\d:.,]+" if all(_DIGITS.fullmatch(middle) for middle in middles) else ".*"
    around = one[max(0, first - _KNOWN_BY) : first], one[len(one) - last :][:_KNOWN_BY]
    return between.join(_SPECIAL.sub(r"\\\g<0>", "".join(words)) for words in around)


def _alike(one: list[str], other: list[str]) -> int:
    """With how many words both begin."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
