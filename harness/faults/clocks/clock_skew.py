"""The clock of a job's machine is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.clock.wrong_clock import Skew, Step, drift_ppm, span_ns
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.strict import show
from harness.values.units import Duration, SomeTime


def _shift(value: object, info: ValidationInfo) -> int:
    """Nanoseconds: the unit of a written number is never guessed."""
    if not isinstance(value, str):
        raise ValueError(
            f'found {show(value)} as {info.field_name}, expected a span in quotes such as "-90s" or "1h30m"'
        )
    return span_ns(value)


def _shift_written(ns: int) -> str:
    return f"{'-' if ns < 0 else ''}{Duration(microseconds=abs(ns) // 1_000)}"


def _rate(value: object, info: ValidationInfo) -> float:
    """Millionths."""
    if not isinstance(value, str):
        raise ValueError(f'found {show(value)} as {info.field_name}, expected a drift in quotes such as "200ppm"')
    return drift_ppm(value)


def _rate_written(ppm: float) -> str:
    return f"{ppm:f}".rstrip("0").rstrip(".") + "ppm"


_SPANS = Annotated[str, Field(pattern=r"^[+-]?(?=\d)(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$")]
_RATES = Annotated[str, Field(pattern=r"^[+-]?\d+(\.\d+)?ppm$")]

Shift = Annotated[int, BeforeValidator(_shift, json_schema_input_type=_SPANS), PlainSerializer(_shift_written)]
Rate = Annotated[float, BeforeValidator(_rate, json_schema_input_type=_RATES), PlainSerializer(_rate_written)]


@fault("clock_skew")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClockSkew(Fault):
    """Let the wall clock of a job be wrong from its start on, and that of no other.

    by: ahead by that much, or behind with a minus. drift: so many millionths fast or slow since the start (100ppm are
    nine seconds a day). step: set forward or back by that much, ``step_after`` the start. Uptimes and waits for a span
    of time stay right, as on a real machine. So far behind that it is still yesterday is the nasty value, and a step
    back in the middle of a wait.

    Stands for: a time service that is off after a reboot or a restored snapshot, and then puts the clock right in the
    middle of a job; a machine left in another zone's time.
    Detectable by: business date, offset of the time service.
    A sound chain: takes the business date from its scheduler, measures its own timeouts by a clock that cannot be set.
    """

    job: str
    by: Shift | None = None
    drift: Rate | None = None
    step: Shift | None = None
    step_after: SomeTime | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("business date", "time service offset")

    @property
    def why_no_effect(self) -> str:
        """Where the clock has not entered the job's processes, it cannot be made wrong."""
        return f"{self.job} was never started in virtual time"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the scheduler's launch of the job: the process gets its clock with its environment."""
        effect = effects.WrongClock(
            by_ns=self.by or 0,
            drift_ppm=self.drift or 0.0,
            step_ns=self.step,
            step_after_ns=None if self.step_after is None else self.step_after.ns,
        )
        return system.armed(self, points.CLOCK, effect, job=self.job)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A clock that would be right, or wrong beyond measure."""
        yield from super().mistakes(chain)
        if not (self.by or self.drift or self.step):
            yield "job", 'clock_skew needs by, drift or step: without them the clock is right. For example by: "-1h"'
        if bool(self.step) != (self.step_after is not None):
            missing = "step_after" if self.step else "step"
            yield "step", f'found no {missing}, expected both, such as step: "-1h" and step_after: 30s'
        try:
            Skew(self.by or 0, self.drift or 0.0, 0, (Step(0, self.step or 0),))
        except ValueError as error:
            yield "by" if self.by or self.step else "drift", str(error)
