"""The points of the mocks at which faults act: what an order there may be about, and what it can make happen."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from harness.contract.codec import UNDER, ContractError, keys_of, read, reader, unknown_word
from harness.contract.consumers import ConsumerOperation
from harness.contract.effects import consumers, damages, desk, scheduler, source, wire
from harness.contract.effects.consumers import When
from harness.contract.effects.source import Part
from harness.contract.endpoints import ENDPOINTS
from harness.contract.protocols import Operation, Protocol

E = TypeVar("E")

Component = Literal["source", "wire", "scheduler", "consumers", "desk", "folders"]
"""The mocks: programs that play a neighbour of the chain, or watch its folders."""

# Those that are reached through the wire.
ENDPOINT_NAMES = tuple(one.name for one in ENDPOINTS if one.behind is not None)
NEIGHBOURS = tuple(dict.fromkeys(one.mock for one in ENDPOINTS if one.behind is not None))


@dataclass(frozen=True, eq=False)
class Point(Generic[E]):
    """A place in a mock that something passes again and again, and asks there whether a fault acts.

    ``where`` says what a passing is of, by name and type; an order may name some of it, and takes the rest as it comes.
    ``effects`` is the type (or the union of types) of what an order there can make happen. ``own`` are effects that
    users have registered there (`effect`), by the key that they stand under.
    """

    component: Component
    name: str
    where: Mapping[str, Any]
    effects: Any
    own: dict[str, type] = field(default_factory=dict)

    def effect(self, data: Any, path: str) -> E:
        """The effect that JSON stands for; ContractError says what is wrong with it."""
        kind = self.own.get(next(iter(data), "")) if isinstance(data, Mapping) and len(data) == 1 else None
        return cast("E", read(kind or self.effects, data, path))

    def check_where(self, where: Mapping[str, Any]) -> None:
        """Refuse what no passing of the point is of."""
        at = f"where at the point {self.name!r}"
        for name, wanted in where.items():
            if name not in self.where:
                raise unknown_word(at, "key", name, self.where)
            reader(self.where[name])(wanted, f"{at}: {name}")

    @property
    def ours(self) -> tuple[type, ...]:
        """The classes of the effects that its mock knows."""
        union = get_origin(self.effects) in (Union, types.UnionType)
        return get_args(self.effects) if union else (self.effects,)

    @property
    def kinds(self) -> tuple[type, ...]:
        """The classes of all its effects, users' own among them."""
        return (*self.ours, *self.own.values())


FROM = {"from": str}
"""The job that asks, where that is known."""
FILE = {"file": str, "name": str}
OF_A_FILE = FILE | {"what": Part} | FROM
ASKED = {"via": Protocol, "operation": Operation, "name": str} | FROM
THROUGH = {"endpoint": Literal[ENDPOINT_NAMES], "neighbour": Literal[NEIGHBOURS]} | FROM
JOB = {"job": str}
AT_A_CONSUMER = {"consumer": str, "kind": str}

ARRIVE: Point[source.Delivery] = Point("source", "arrive", FILE, source.Delivery)
"""A file of the plan is due."""
LOOK: Point[source.Hidden] = Point("source", "look", OF_A_FILE | {"by": Literal["listing", "name"]}, source.Hidden)
"""A client looks for what has come: ``by`` listing or name; ``what`` is file, manifest or flag."""
SERVE: Point[damages.Damaged | source.Grow | source.Misstate] = Point(
    "source", "serve", OF_A_FILE, source.Grow | source.Misstate | damages.Damaged
)
"""A client retrieves it."""
REQUEST: Point[source.Refuse] = Point("source", "request", ASKED, source.Refuse)
"""A client asks for something, by a protocol (``via``)."""
ANSWER: Point[source.Answer] = Point("source", "answer", ASKED, source.Answer)
"""The source is about to answer."""

DIAL: Point[wire.Dial] = Point("wire", "dial", THROUGH, wire.Dial)
"""A job asks for a connection to an endpoint of a mock (``neighbour``)."""
CONNECT: Point[wire.Connection] = Point("wire", "connect", THROUGH, wire.Connection)
"""A connection has been made, and an answer comes back over it."""

BUILD: Point[scheduler.Build] = Point("scheduler", "build", JOB, scheduler.Build)
"""A job is built into the day's schedule."""
START_TIME: Point[scheduler.DelayedStart] = Point("scheduler", "start_time", JOB, scheduler.DelayedStart)
"""A job's start time is worked out."""
DEPENDENCY: Point[scheduler.EarlyRelease] = Point("scheduler", "dependency", JOB, scheduler.EarlyRelease)
"""A job is asked whether what it depends on has ended."""
MACHINE: Point[scheduler.MachineOut] = Point("scheduler", "machine", JOB | {"machine": str}, scheduler.MachineOut)
"""A job that has qualified needs its machine."""
LAUNCH: Point[scheduler.WrongLaunch] = Point("scheduler", "launch", JOB, scheduler.WrongLaunch)
"""A job is ordered to start."""
CLOCK: Point[scheduler.WrongClock] = Point("scheduler", "clock", JOB, scheduler.WrongClock)
"""A job's process is given its clock."""
DISK: Point[scheduler.BadDisk] = Point("scheduler", "disk", JOB, scheduler.BadDisk)
"""A job's process is given its working folders."""
STARTED: Point[scheduler.RunningJob] = Point("scheduler", "started", JOB | {"at": str}, scheduler.RunningJob)
"""A job's process runs; ``at`` is the event that sets a fault off meanwhile."""
PLACE: Point[scheduler.Struck] = Point("scheduler", "place", JOB | {"file": str, "at": str}, scheduler.Struck)
"""A job's process has come to a place of its work, and goes on when the fault has acted: ``at`` a byte, a rename."""
KILL: Point[scheduler.IgnoredKill] = Point("scheduler", "kill", JOB, scheduler.IgnoredKill)
"""A job is to be killed."""
ENDED: Point[scheduler.JobEnd] = Point("scheduler", "ended", JOB, scheduler.JobEnd)
"""The scheduler hears that a job's process has ended."""
OPERATORS: Point[scheduler.CalledIn] = Point("scheduler", "operators", JOB, scheduler.CalledIn)
"""Something has happened to a job that people may act upon."""
SCHEDULER: Point[scheduler.Restart] = Point("scheduler", "scheduler", {}, scheduler.Restart)
"""The scheduler itself, at the time or the event of the order."""

EXCHANGE: Point[consumers.Exchange] = Point(
    "consumers", "exchange", AT_A_CONSUMER | {"operation": ConsumerOperation, "when": When} | FROM, consumers.Exchange
)
"""A consumer is asked for something: ``when`` that has come, before its commit, and after."""
STORE: Point[consumers.Stored] = Point("consumers", "store", AT_A_CONSUMER | FROM, consumers.Stored)
"""A consumer stores rows."""
TAKE: Point[consumers.Taken] = Point("consumers", "take", AT_A_CONSUMER | FROM, consumers.Taken)
"""A job takes messages from a queue, of which the server has not heard yet."""

CHANNEL = {"channel": str} | FROM
"""One of the desk's channels, ours or users' own: the desk refuses an order for one that it has not."""

REACH: Point[desk.Down | desk.Slow] = Point("desk", "reach", CHANNEL, desk.Down | desk.Slow)
"""Something comes to the desk."""
DELIVER: Point[desk.Delivered] = Point("desk", "deliver", CHANNEL | {"owner": str}, desk.Delivered)
"""A page is about to be told to whom it is for."""
TELL: Point[desk.Absent] = Point("desk", "tell", {"owner": str, "person": str}, desk.Absent)
"""Somebody is told of a page."""

POINTS: Mapping[str, Point[Any]] = {
    point.name: point
    for point in (
        *(ARRIVE, LOOK, SERVE, REQUEST, ANSWER, DIAL, CONNECT),
        *(
            BUILD,
            START_TIME,
            DEPENDENCY,
            MACHINE,
            LAUNCH,
            CLOCK,
            DISK,
            STARTED,
            PLACE,
            KILL,
            ENDED,
            OPERATORS,
            SCHEDULER,
        ),
        *(EXCHANGE, STORE, TAKE),
        *(REACH, DELIVER, TELL),
    )
}
"""Every point by the name that orders give; no two mocks share one."""


def point_of(name: object, path: str) -> Point[Any]:
    """The point of that name; ContractError when there is none."""
    if name not in POINTS:
        raise unknown_word(path, "point", name, POINTS)
    return POINTS[cast("str", name)]


T = TypeVar("T", bound=type)


def effect(point: Point[Any]) -> Callable[[T], T]:
    """Register an effect of your own at a point: a frozen dataclass, whose ``under`` is the key that it stands under.

    It is read as strictly as ours. What it does there, a module for the mocks says (`harness.mocks.core.own_effects`).
    Raises ContractError for a class that cannot be written as JSON, and for a key that is taken.
    """

    def register(kind: T) -> T:
        key, name = getattr(kind, UNDER, None), f"effect {kind.__module__}.{kind.__name__}"
        if not (is_dataclass(kind) and kind.__dataclass_params__.frozen):  # type: ignore[attr-defined]  # dataclass's own
            raise ContractError(f"{name}: found no frozen dataclass, expected @dataclass(frozen=True, kw_only=True)")
        if not isinstance(key, str) or not key:
            raise ContractError(f'{name}: found no key of its own, expected under: ClassVar[str] = "a_key"')
        taken = {name for ours in point.ours for name in (getattr(ours, UNDER, None), *keys_of(ours))}
        if key in point.own or key in taken:
            raise ContractError(
                f"{name}: found the key {key!r}, which another effect at {point.name!r} has; choose another"
            )
        try:
            reader(kind)
            for hint in get_type_hints(kind).values():
                if get_origin(hint) is not ClassVar:
                    reader(hint)
        except (TypeError, NameError) as error:
            known = "whole numbers, numbers, texts, flags, Literal, tuples, mappings, and dataclasses of these"
            raise ContractError(f"{name}: {error}; expected fields of {known}") from None
        point.own[key] = kind
        return kind

    return register
