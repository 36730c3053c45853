"""A clock that is wrong: ahead or behind, drifting, or set in the middle of the night, as a property of one process.

It is the wall clock of that process and its children that is wrong. Uptimes, and waits for a span of time, are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from harness.errors import AuthorError

STEPS_MAX = 16
"""Mirrors `STEPS` of preload/clocks/wrong_clock.c."""

_WRONG_BY_MAX_NS = 3660 * 86400 * 10**9
"""Ten years: a wall clock must not be taken for an uptime, which is decades away."""

_DRIFT_MAX_PPM = 500_000
_EXPECTED = "expected a span such as -90s or 1h30m, drift=200ppm, or step=-1h@2026-10-25T02:30"
_Number = TypeVar("_Number", int, float)
_SPAN = re.compile(r"([+-]?)(\w+)")
_DRIFT = re.compile(r"([+-]?\d+(?:\.\d+)?)ppm")


@dataclass(frozen=True, order=True)
class Step:
    """At a true moment, in UTC nanoseconds, the wrong clock is set forward, or back if ``by_ns`` is negative."""

    at_ns: int
    by_ns: int


@dataclass(frozen=True)
class Skew:
    """How wrong a clock is: by an offset, by what it drifts since a moment, and by its steps so far.

    ``drift_ppm`` is in millionths of the time that passes: 100 is nine seconds a day, positive is fast.
    """

    offset_ns: int = 0
    drift_ppm: float = 0.0
    since_ns: int = 0
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the library would not do. Raises ValueError."""
        if len(self.steps) > STEPS_MAX:
            raise ValueError(f"found {len(self.steps)} steps, expected at most {STEPS_MAX}")
        if abs(self.drift_ppm) > _DRIFT_MAX_PPM:
            raise ValueError(f"found a drift of {self.drift_ppm:g}ppm, expected at most {_DRIFT_MAX_PPM}ppm")
        if abs(self.offset_ns) + sum(abs(step.by_ns) for step in self.steps) > _WRONG_BY_MAX_NS:
            raise ValueError("found a clock that is wrong by more than ten years, expected less")

    @classmethod
    def parse(cls, texts: Iterable[str], *, since_ns: int, moment: Callable[[str], int]) -> Skew:
        """From what users type, all of which adds up. ``moment`` reads the time of a step. Raises AuthorError."""
        offset_ns, drift, steps = 0, 0.0, []
        try:
            for text in texts:
                kind, _, value = text.rpartition("=")
                by, _, at = value.partition("@")
                if kind not in ("", "drift", "step") or (kind == "step") != bool(at):
                    raise ValueError(f"found {text!r}, {_EXPECTED}")
                if kind == "drift":
                    drift += _read(drift_ppm, value, text)
                elif kind == "step":
                    steps.append(Step(moment(at), _read(span_ns, by, text)))
                else:
                    offset_ns += _read(span_ns, value, text)
            return cls(offset_ns, drift, since_ns, tuple(sorted(steps)))
        except ValueError as error:
            raise AuthorError(f"--skew: {error}") from None

    def environment(self) -> dict[str, str]:
        """The variable that a process reads it from."""
        numbers = [self.offset_ns, round(self.drift_ppm * 1000), self.since_ns]
        numbers += [number for step in sorted(self.steps) for number in (step.at_ns, step.by_ns)]
        return {"NIGHT_SKEW": " ".join(map(str, numbers))}


def _read(read: Callable[[str], _Number], value: str, text: str) -> _Number:
    """A part of what was typed; what is wrong with it is said of all of it."""
    try:
        return read(value)
    except ValueError:
        raise ValueError(f"found {text!r}, {_EXPECTED}") from None


def drift_ppm(text: str) -> float:
    """Millionths of the time that passes, such as 200ppm or -12.5ppm. Raises ValueError."""
    match = _DRIFT.fullmatch(text)
    if match is None:
        raise ValueError(f"found {text!r}, expected a drift such as 200ppm or -12.5ppm")
    return float(match[1])


def span_ns(text: str) -> int:
    """A span with its sign, such as -90s or 1h30m. Raises ValueError."""
    # late: it brings pydantic, which a process with a right clock does not need
    from harness.values.units import Duration

    match = _SPAN.fullmatch(text)
    try:
        span = Duration.parse(match[2]) if match else None
    except ValueError:
        span = None
    if match is None or span is None:
        raise ValueError(f"found {text!r}, expected a span such as -90s or 1h30m")
    return -span.ns if match[1] == "-" else span.ns
