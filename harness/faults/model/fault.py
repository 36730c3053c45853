"""What every fault is: parameters, a trigger, an injection that is its own rollback, and the registry of names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar, cast, runtime_checkable

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.chain.rules import minutes_of
from harness.contract import orders
from harness.contract.content import Content
from harness.contract.events import EventType
from harness.contract.orders import Trigger
from harness.contract.points import Point
from harness.errors import AuthorError
from harness.extensions.registry import Registry
from harness.values import docstrings
from harness.values.strict import unknown, words
from harness.values.units import SomeTime

REACTIONS = {
    "accepts": "takes what came for the whole truth, without a word",
    "refuses": "ends with an error, at the first attempt",
    "retries": "asks again by itself, before it succeeds or gives up",
    "waits": "is still waiting four hours later",
}
"""What a client may do about a fault by itself, with its default settings.

What lasts a minute or longer says so, in whole minutes: "refuses after 2m", "accepts after 38m", "retries for 8m".
"""

STRICT = ConfigDict(extra="forbid", populate_by_name=True)


class System(Protocol):
    """What a fault may touch of the running stack: the mocks hold the fault, so it ends with them at the latest."""

    def armed(self, fault: Fault, point: Point[E], effect: E, **where: str) -> AbstractContextManager[None]:
        """Have the point's mock act with ``effect`` whenever it passes there for ``where`` and the trigger agrees."""

    def at(self, time: ClockTime) -> int:
        """The moment of a time of day in this night, in UTC nanoseconds."""

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Content:
        """What the chain's file holds on an earlier day, or (``seed``) what another sender's file would hold.

        The stack has it in its store when this returns.
        """

    def receipt(self, fault: Fault, effect: str) -> None:
        """Write a receipt for a fault that needs no mock to act."""


@runtime_checkable
class ChangesTruth(Protocol):
    """A fault after which the night is to be delivered otherwise; the night that it is compared with has this power."""

    name: ClassVar[str]

    def truth(self, system: System) -> AbstractContextManager[None]:
        """Make true from the start, in a night with no fault, what the fault makes true."""


T = TypeVar("T", bound=type)
E = TypeVar("E")


def refusing_in_words(cls: T) -> T:
    """Let a wrong parameter in Python be the author's mistake, in the words that a scenario file's has.

    Files are validated without a call of the class, so that their mistakes keep their lines.
    """
    init = cls.__init__  # type: ignore[misc]  # pydantic's own, which takes keywords

    @functools.wraps(init)
    def called(self: Any, *arguments: Any, **parameters: Any) -> None:
        __tracebackhide__ = True
        known = parameter_names(cls)
        if arguments:
            found = f"found {arguments[0]!r} without a name, expected name=value"
            raise AuthorError(f"{cls.__name__}: {found}. Known: {', '.join(known)}")
        try:
            init(self, **parameters)
        except ValidationError as error:
            details = error.errors(include_url=False)
            raise AuthorError("\n".join(f"{cls.__name__}: {_told(detail, known)}" for detail in details)) from None

    cls.__init__ = called  # type: ignore[misc]  # of a class that is being made, not of an instance
    return cls


def _told(detail: Any, known: list[str]) -> str:
    *_, parameter = path = [str(step) for step in detail["loc"]]
    if detail["type"] == "unexpected_keyword_argument":
        return unknown("parameter", parameter, known) + taken_by_others(parameter.removesuffix("_"))
    if detail["type"].startswith("missing"):
        return f"missing parameter '{parameter}'"
    return f"{'.'.join(path)}: {words(detail, known)}"


def parameter_names(kind: type) -> list[str]:
    """The names that it takes in Python: its own first, then the triggers that all faults share."""
    names = list(kind.__pydantic_fields__)  # type: ignore[attr-defined]  # every fault is a pydantic dataclass
    shared = list(Fault.__pydantic_fields__) if issubclass(kind, Fault) else []  # type: ignore[attr-defined]  # as above
    return [*(name for name in names if name not in shared), *shared]


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class On:
    """An event that sets a fault off: its component, its action and what its value must contain."""

    component: str
    action: str
    type: str | None = None
    value: dict[str, Any] = Field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.component} {self.action}"

    def pattern(self) -> orders.On:
        """As the mocks take it."""
        kind = cast("EventType | None", self.type)  # `never_comes` has seen to it
        return orders.On(component=self.component, action=self.action, type=kind, value=self.value)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Fault:
    """A failure mode with its parameters; the fields here are the trigger that all faults share.

    at: not before this time of the night. on: not before this event. for: how long from then (or from its first act)
    on. until: not after this time. call: only the nth time it could act. times: at most so often. chance: each time
    with this probability, decided by hashing seed, scenario and fault, so that the same seed decides the same.
    """

    at: ClockTime | None = None
    on: On | None = None
    for_: SomeTime | None = Field(default=None, alias="for")
    until: ClockTime | None = None
    call: int | None = Field(default=None, ge=1, strict=True)
    times: int | None = Field(default=None, ge=1, strict=True)
    chance: float | None = Field(default=None, gt=0, le=1, strict=True)

    name: ClassVar[str]
    """What users type in a scenario, and what reports show; set by `fault`."""

    causes: ClassVar[tuple[str, ...]] = ()
    """The causes that a page may name for it (`harness.checks.model.causes`); none: the one that has its name."""

    named_by: ClassVar[tuple[str, ...]] = ()
    """Words that name it besides, of a fault whose cause is none of those: a page that says one has named it."""

    detectable_by: ClassVar[tuple[str, ...]] = ()
    """Everything in a chain that can notice it; which of that can do so as it is set here, `controls` says."""

    seen: ClassVar[Mapping[str, str]] = {}
    """What real clients do about it by themselves (`REACTIONS`), by client (`harness.faults.model.clients`).

    "curl", or where a parameter decides, "curl (length: declared)". A test sees each of them do it.
    """

    @property
    def ends_by_itself(self) -> bool:
        """Whether the author has said when it is over; if not, it is taken out at the night's deadline."""
        return self.for_ is not None or self.until is not None

    @property
    def controls(self) -> tuple[str, ...] | None:
        """The controls (`harness.chain.controls`) that can notice it as it is set here.

        None: it shows by itself, as an error, as silence or as a job that did not start, and no control is needed.
        """
        return None

    @property
    def why_no_effect(self) -> str:
        """Why it may find nothing to act on although its point is passed and its trigger agrees."""
        return "there was nothing for it to act on"

    @property
    def event_missed(self) -> str | None:
        """What the author hears where the event for which it waits did not come; None where it waits for none."""
        return None if self.on is None else f"its event ({self.on}) was never seen"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Put the fault into the running system; leaving the context takes it out again."""
        raise TypeError(f"{type(self).__name__} does not say how it is injected into {system}")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Why this fault cannot apply to the chain: (parameter, what was found and expected)."""
        yield from unknown_targets({name: getattr(self, name, None) for name in ("job", "file")}, chain)
        begin, end = minutes_of(self.at), minutes_of(self.until)
        if begin is not None and end is not None and begin >= end:
            yield "until", f'found until "{self.until}", which is not after at "{self.at}": the fault would never act'

    def trigger(self, to_ns: Callable[[ClockTime], int], *, seed: str) -> Trigger:
        """The trigger as the mocks take it; ``to_ns`` turns a clock time of the night into UTC nanoseconds."""
        return Trigger(
            at_ns=None if self.at is None else to_ns(self.at),
            until_ns=None if self.until is None else to_ns(self.until),
            for_ns=None if self.for_ is None else self.for_.ns,
            call=self.call,
            times=self.times,
            chance=self.chance,
            seed="" if self.chance is None else seed,
            on=None if self.on is None else self.on.pattern(),
        )

    def parameters(self) -> dict[str, Any]:
        """What the author set, with the names of the scenario file; defaults are left out."""
        given = {f.name.removesuffix("_"): (getattr(self, f.name), f) for f in fields(self)}
        return {name: value for name, (value, f) in given.items() if value != f.default and value is not None}


def unknown_targets(parameters: Mapping[str, Any], chain: Chain) -> Iterator[tuple[str, str]]:
    """The job or file that a fault is for and the chain does not have; asked of raw parameters too."""
    for kind, known in (("job", chain.jobs), ("file", chain.files)):
        target = parameters.get(kind)
        if isinstance(target, str) and target not in known:
            yield kind, unknown(kind, target, known)


FAULTS: Registry[type[Fault]] = Registry("fault", "faults", expected="a class under @fault(NAME)")
"""Every registered fault by the name that users type."""

_OF_SOME = ("at_write", "at_rename", "at_request", "at_answer", "at_commit", "from")
_SHOWN = 6


def taken_by_others(parameter: str) -> str:
    """Which faults have a place or a job of their own, for an author who has given one to another fault."""
    if parameter not in _OF_SOME:
        return ""
    taking = sorted(kind.name for kind in FAULTS.registered() if parameter in _written(kind))
    more = f" and {len(taking) - _SHOWN} more" if len(taking) > _SHOWN else ""
    return f". Faults that take {parameter}: {', '.join(taking[:_SHOWN])}{more}"


def _written(kind: type[Fault]) -> list[str]:
    return [name.removesuffix("_") for name in parameter_names(kind)]


HEADINGS = ("Stands for", "Detectable by", "A sound chain")
"""What the last paragraph of a fault's docstring says."""


def fault(name: str) -> Callable[[T], T]:
    """Register a fault class under the name that users type.

    Raises AuthorError for a name that is taken, and for a class that lacks what every fault has.
    """

    def register(cls: T) -> T:
        if lacks := _lacks(cls):
            raise AuthorError(f"fault {name!r}: {cls.__module__}.{cls.__name__}: {lacks}")
        registered = cast("type[Fault]", cls)  # what pydantic's decorator returns hides the class from the type checker
        FAULTS.add(name, registered, module=cls.__module__)
        registered.name = name
        return refusing_in_words(cls)

    return register


def _lacks(cls: type) -> str | None:
    """What a class must have and does not, to be a fault."""
    if not (issubclass(cls, Fault) and cls.__dict__.get("__pydantic_fields__")):
        shown = "@fault(NAME), @dataclass(frozen=True, kw_only=True, config=STRICT), class NAME(Fault)"
        return f"found no dataclass of pydantic's that extends Fault, expected {shown}"
    if cls.inject is Fault.inject:
        return "found no inject, expected inject(self, system), which gives a context manager"
    try:
        inspect.signature(cls.inject).bind("self", "system")
    except TypeError as error:
        return f"inject: {error}; expected inject(self, system)"
    return docstrings.lacks(cls, HEADINGS, begins_with="what it does")
