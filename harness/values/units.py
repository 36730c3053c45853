"""The two kinds of time that people write: a span with its unit (45m), and a time of day in quotes ("02:00")."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError, core_schema

_UNITS_NS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000}
_SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)
_EXPECTED_SPAN = "expected a duration with its unit, such as 45m, 1h30m or 90s"
_EXPECTED_CLOCK = 'expected a time of day in quotes, such as "02:00"'
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


class Duration(dt.timedelta):
    """A span of time: a timedelta that reads and prints as ``45m``, ``1h30m`` or ``90s``."""

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Hours, minutes, seconds and milliseconds, in that order; a number without a unit is refused."""
        match = _SPAN.fullmatch(text)
        if not text or match is None:
            raise ValueError(f"found {text!r}, {_EXPECTED_SPAN}")
        hours, minutes, seconds, milliseconds = (int(count or 0) for count in match.groups())
        return cls(hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)

    @property
    def ns(self) -> int:
        """The same span in nanoseconds, exactly."""
        return self // dt.timedelta(microseconds=1) * 1_000

    def __str__(self) -> str:
        parts, rest = [], self.ns
        for unit, unit_ns in _UNITS_NS.items():
            count, rest = divmod(rest, unit_ns)
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts) or "0s"

    def __repr__(self) -> str:
        return f"Duration.parse({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
            json_schema_input_schema=core_schema.str_schema(pattern=r"^(?=.)(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$"),
        )

    @classmethod
    def _validate(cls, value: Any) -> Duration:
        if isinstance(value, Duration):
            return value
        if isinstance(value, dt.timedelta) and value >= dt.timedelta():
            return cls(value.days, value.seconds, value.microseconds)
        if isinstance(value, str) and value and _SPAN.fullmatch(value):
            return cls.parse(value)
        raise PydanticCustomError(
            "duration", "found {found}, {expected}", {"found": repr(value), "expected": _EXPECTED_SPAN}
        )


def _some(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    duration = read(value)
    if not duration:
        raise ValueError(f"found {str(value)!r}, expected a duration longer than nothing, such as 45m")
    return duration


SomeTime = Annotated[Duration, WrapValidator(_some)]
"""A duration where none at all makes no sense."""


class ClockTime(str):
    """A time of day in the chain's time zone, ``HH:MM`` or ``HH:MM:SS``; text, so that no reader takes it for a number.

    Before noon it is on the business date, from noon on the day before it: a night runs over midnight.
    """

    @classmethod
    def parse(cls, text: str) -> ClockTime:
        """Two digits an element, on the 24-hour clock."""
        if _CLOCK.fullmatch(text) is None:
            raise ValueError(f"found {text!r}, {_EXPECTED_CLOCK}")
        return cls(text)

    @property
    def time(self) -> dt.time:
        """The same time as the standard library's type."""
        return dt.time.fromisoformat(self)

    @property
    def days_after_business_date(self) -> int:
        """-1 for an evening, 0 for a morning."""
        return -1 if self.time.hour >= 12 else 0

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
            json_schema_input_schema=core_schema.str_schema(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"),
        )

    @classmethod
    def _validate(cls, value: Any) -> ClockTime:
        if isinstance(value, dt.time) and value.tzinfo is None and not value.microsecond:
            return cls(value.isoformat() if value.second else value.strftime("%H:%M"))
        if isinstance(value, str):
            try:
                return cls.parse(value)
            except ValueError:
                pass
        expected = 'expected a time of day in quotes, such as "02:00"'
        raise PydanticCustomError(
            "clock_time", "found {found}, {expected}", {"found": repr(value), "expected": expected}
        )
