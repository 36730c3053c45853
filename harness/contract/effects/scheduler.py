"""What the scheduler, its agents and its people do otherwise than they should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.contract.bounds import ContractError, at_least, at_most
from harness.contract.schedule import Operator

_A_MILLION = 1_000_000
"""Parts per million of a clock that stands still, or runs twice as fast."""

NotStarted = Literal["agent_away", "program_not_found", "permission_denied", "dies_at_once", "bad_user", "no_slot"]
"""Why a job that was ordered to start does not, as the operating system or the agent says it."""

LaunchCause = NotStarted | Literal["never_submitted", "start_lost", "started_unseen", "does_nothing", "duplicate"]
"""All that can go wrong between a job that has qualified and its program's first instruction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLaunch:
    """A job's launch goes wrong; of a duplicate, how long after the first process the second begins."""

    cause: LaunchCause
    apart_ns: int | None = None

    def __post_init__(self) -> None:
        """A time for a duplicate alone, and none before the first."""
        if self.apart_ns is not None:
            at_least(0, apart_ns=self.apart_ns)
            if self.cause != "duplicate":
                raise ContractError(f"found apart_ns with cause={self.cause!r}, expected it with 'duplicate' alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongClock:
    """A job's clock is off by so much, drifts (ppm, above zero: fast), or is set so long after the job's start."""

    by_ns: int = 0
    drift_ppm: float = 0.0
    step_ns: int | None = None
    step_after_ns: int | None = None

    def __post_init__(self) -> None:
        """A clock that is wrong in some way, and a step that is whole."""
        if (self.step_ns is None) != (self.step_after_ns is None):
            raise ContractError("found one of step_ns and step_after_ns, expected both or none")
        at_least(-_A_MILLION, drift_ppm=self.drift_ppm)
        at_most(_A_MILLION, drift_ppm=self.drift_ppm)
        if not (self.by_ns or self.drift_ppm or self.step_ns):
            raise ContractError("found a clock that is right, expected some of by_ns, drift_ppm, step_ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDisk:
    """The disk of a working folder has room for so many bytes more (ENOSPC)."""

    folder: str
    room_bytes: int

    def __post_init__(self) -> None:
        """No less than none."""
        at_least(0, room_bytes=self.room_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyDisk:
    """The disk of a working folder takes no write (EROFS)."""

    folder: str
    read_only: Literal[True] = True


BadDisk = FullDisk | ReadOnlyDisk


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """The job's processes stand still for so long."""

    freeze_ns: int

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, freeze_ns=self.freeze_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The job is ended by a signal, so long after its start (or its order's event)."""

    signal: int
    after_ns: int

    def __post_init__(self) -> None:
        """A signal, and no time before now."""
        at_least(1, signal=self.signal)
        at_least(0, after_ns=self.after_ns)


RunningJob = Freeze | Crash


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWrite:
    """The job has written so many bytes of a file below a folder, and not one more; ``name`` is a pattern."""

    folder: str
    name: str
    byte: int

    def __post_init__(self) -> None:
        """A byte that can have been written."""
        at_least(1, byte=self.byte)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRename:
    """The job is about to give a file below a folder such a name, or has just done so."""

    folder: str
    name: str
    rename: Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """The job is struck at a place of its work, or finds a bad disk from there on, before it goes on."""

    place: AtWrite | AtRename
    by: RunningJob | BadDisk


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEnd:
    """The scheduler is never told that the job has ended."""

    lost: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongEnd:
    """The scheduler is told another exit code than the job's."""

    code: int


JobEnd = LostEnd | WrongEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredKill:
    """The order to kill the job has no effect."""

    ignored: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOut:
    """The job's machine takes no new job, all the time, or (``flap_ns`` above 0) so long in and so long out in turn.

    ``tells``: the scheduler is told nevertheless when a job ends there.
    """

    why: str
    flap_ns: int
    tells: bool

    def __post_init__(self) -> None:
        """No time below none."""
        at_least(0, flap_ns=self.flap_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayedStart:
    """The job's start time is noticed so much later."""

    delay_ns: int

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, delay_ns=self.delay_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyRelease:
    """The job starts before what it depends on has finished."""

    early: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltOnHold:
    """The job is on hold when the day is built."""

    hold: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBuilt:
    """The job is not in today's schedule, for the reason given."""

    left_out: str


Build = BuiltOnHold | NotBuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledIn:
    """Further people act when something happens to the job."""

    operators: tuple[Operator, ...]

    def __post_init__(self) -> None:
        """Somebody."""
        if not self.operators:
            raise ContractError("operators: found none, expected at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The scheduler's process is killed, and is back so much later."""

    down_ns: int

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, down_ns=self.down_ns)
