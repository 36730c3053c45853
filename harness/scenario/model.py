"""What goes wrong in a night of a chain, and what must hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    InstanceOf,
    PlainSerializer,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from harness.chain.job import Texts
from harness.chain.model import Chain, OneOrMore, Text
from harness.chain.rules import not_switched, outside_the_night
from harness.checks.model.causes.classifier import causes
from harness.checks.model.outcome import EXPECTABLE, Outcome
from harness.faults import FAULTS, Fault, On
from harness.faults.model.events import never_comes
from harness.faults.model.fault import parameter_names, taken_by_others, unknown_targets
from harness.faults.model.place import PLACES
from harness.scenario.operators import Operator, operator_mistakes
from harness.values.strict import LAX, Location, Strict, get, invalid, mapping, sequence, show, unknown, words
from harness.values.units import ClockTime

NOBODY = "nobody"


def _date(value: Any) -> Any:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _expectable(value: Any) -> Outcome:
    *others, last = (outcome.value for outcome in EXPECTABLE)
    expected = f"expected {', '.join(others)} or {last}"
    found = value.value if isinstance(value, Outcome) else value
    if found == Outcome.INCONCLUSIVE.value:
        raise ValueError(f"found {show(found)}, {expected}: a night that proves nothing is never what is expected")
    if found not in [*others, last]:
        raise ValueError(f"found {show(found)}, {expected}")
    return Outcome(found)


def build_fault(value: Any) -> Fault:
    """``{launch_failure: {job: retrieve}}``, or a fault without parameters by its bare name, as a fault."""
    if isinstance(value, Fault):
        return value
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"found {show(value)}, expected a fault with its parameters, such as no_fault: {{}}")
    name, parameters = next(iter(value.items()))
    if name not in FAULTS:
        raise invalid("fault", [((str(name),), unknown("fault", str(name), sorted(FAULTS)))])
    if len(value) > 1:
        other = list(value)[1]
        raise invalid(
            "fault", [((str(other),), f"found '{other}' beside '{name}': indent it as a parameter of the fault")]
        )
    kind = FAULTS[name]
    try:
        return TypeAdapter(kind).validate_python({} if parameters is None else parameters)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise invalid(name, [((name, *detail["loc"]), _in_words(kind, detail)) for detail in details]) from None


def _in_words(kind: type[Fault], detail: ErrorDetails) -> str:
    outer, inside = detail["loc"][0] if detail["loc"] else "", len(detail["loc"]) > 1
    nested = {"on": On, **PLACES}.get(str(outer)) if inside else None
    if nested is None:
        told = words(detail, fault_parameters(kind))
        return told + taken_by_others(str(outer)) if detail["type"] == "unexpected_keyword_argument" else told
    return words(detail, [*nested.__pydantic_fields__])  # type: ignore[attr-defined]  # pydantic dataclasses


def fault_parameters(kind: type[Fault]) -> list[str]:
    """The names that a fault takes, as users write them: its own first, then the triggers."""
    fields = kind.__pydantic_fields__  # type: ignore[attr-defined]  # every fault is a pydantic dataclass
    return [fields[name].alias or name for name in parameter_names(kind)]


def describe_fault(fault: Fault) -> dict[str, dict[str, Any]]:
    """A fault as a scenario file says it; `build_fault` takes it back."""
    parameters = TypeAdapter(type(fault)).dump_python(fault, by_alias=True, exclude_defaults=True, mode="json")
    return {fault.name: parameters}


class Expect(Strict):
    """What must hold when the night is over; a scenario file must name the outcome at least."""

    outcome: (
        Annotated[
            Outcome,
            LAX,
            BeforeValidator(
                _expectable,
                json_schema_input_type=Literal["unaffected", "recovered", "degraded", "contained", "damaged"],
            ),
        ]
        | None
    ) = None
    by: ClockTime | None = None
    paged: Text | None = None
    """The owner who was paged, or "nobody"."""
    cause: Text | None = None
    """Words that the page must contain."""
    attempts: dict[Text, Annotated[int, Field(ge=0)]] = {}
    """How often each of these jobs was launched."""


class Scenario(Strict):
    """A sentence, a chain, a night, its faults, and what must hold; the chain has ``without`` switched off already."""

    scenario: Text
    chain: InstanceOf[Chain]
    night: Annotated[dt.date, BeforeValidator(_date)]
    without: OneOrMore = ()
    seed: int = 0
    faults: Annotated[
        tuple[Annotated[InstanceOf[Fault], BeforeValidator(build_fault), PlainSerializer(describe_fault)], ...],
        LAX,
    ] = ()
    operators: Annotated[tuple[Operator, ...], LAX] = ()
    causes: dict[Text, Texts] = {}
    """Words of its own for causes, besides those of its chain: `{disk_full: [SAN voll]}`."""
    expect: Expect = Expect()

    _file: Path | None = PrivateAttr(default=None)
    _lines: dict[Location, int] = PrivateAttr(default_factory=dict)

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterator[tuple[Location, str]]:
        """Faults, triggers and expectations that the chain cannot have."""
        chain = get(data, "chain")
        if not isinstance(chain, Chain):
            return
        off = sequence(data, "without")
        for position, name in enumerate(off):
            if isinstance(name, str) and name not in chain.defences and off != ["all"]:
                yield ("without", position), unknown("defence", name, [*chain.defences, "all"])
            elif isinstance(name, str) and name in chain.defences and name not in chain.switchable():
                yield ("without", position), not_switched(name)
        yield from _cause_mistakes(mapping(data, "causes"), chain)
        yield from _fault_mistakes(data, chain)
        yield from operator_mistakes(sequence(data, "operators"), chain)
        yield from _expect_mistakes(get(data, "expect"), chain)

    @model_validator(mode="after")
    def _switch_off(self) -> Scenario:
        if self.without:
            # The model is frozen for its users; here it is still being built.
            self.__dict__["chain"] = self.chain.without(self.without)
        if self.causes:
            both = {cause: (*self.chain.causes.get(cause, ()), *words) for cause, words in self.causes.items()}
            self.__dict__["chain"] = self.chain.model_copy(update={"causes": {**self.chain.causes, **both}})
        return self

    @property
    def file(self) -> Path | None:
        """Where the scenario was written, or None for one that was built in Python."""
        return self._file

    def located(self, file: Path, lines: Mapping[Location, int]) -> Scenario:
        """The same scenario, which knows its file and the line of each of its keys."""
        scenario = self.model_copy()
        scenario._file, scenario._lines = file, dict(lines)
        return scenario

    def line(self, *keys: str | int) -> int:
        """The line of a key, or of the nearest one above it."""
        found = (self._lines[keys[:length]] for length in range(len(keys), -1, -1) if keys[:length] in self._lines)
        return next(found, 1)


def _cause_mistakes(own: Mapping[str, Any], chain: Chain) -> Iterator[tuple[Location, str]]:
    if not own and not chain.causes:
        return  # as nearly always, and all causes are much to read
    known = sorted({*causes(), *FAULTS})
    for cause in own:
        if cause not in known:
            yield ("causes", cause), unknown("cause", cause, known)
    for cause in chain.causes:
        if cause not in known:
            yield ("chain",), f"its causes: {unknown('cause', cause, known)}"


def _fault_mistakes(data: Any, chain: Chain) -> Iterator[tuple[Location, str]]:
    for position, raw in enumerate(sequence(data, "faults")):
        try:
            fault = build_fault(raw)
        except ValueError:  # reported where the faults are validated
            for name, parameters in raw.items() if isinstance(raw, Mapping) else ():
                if name in FAULTS and isinstance(parameters, Mapping):
                    for parameter, text in unknown_targets(parameters, chain):
                        yield ("faults", position, name, parameter), text
            continue
        location = ("faults", position, fault.name)
        for parameter, text in fault.mistakes(chain):
            yield (*location, parameter), text
        for key in ("at", "until"):
            time = getattr(fault, key)
            if time is not None and (outside := outside_the_night(time, chain.evening, chain.closes)):
                yield (*location, key), outside
        if fault.on is not None:
            for keys, text in never_comes(fault.on, chain):
                yield (*location, "on", *keys), text


def _expect_mistakes(expect: Any, chain: Chain) -> Iterator[tuple[Location, str]]:
    paged, cause, by = get(expect, "paged"), get(expect, "cause"), get(expect, "by")
    if get(expect, "outcome") in (Outcome.CONTAINED, Outcome.CONTAINED.value) and paged == NOBODY:
        text = "found 'paged: nobody' beside 'outcome: contained', which means that the owner was paged"
        yield ("expect", "paged"), f"{text}; name the owner, or drop one of the two"
    if isinstance(paged, str) and paged not in (known := [NOBODY, *chain.owners]):
        yield ("expect", "paged"), unknown("owner", paged, known)
    if paged == NOBODY and cause is not None:
        yield ("expect", "cause"), "found a cause beside 'paged: nobody': no page, no cause in it; drop one of the two"
    for job in mapping(expect, "attempts"):
        if job not in chain.jobs:
            yield ("expect", "attempts", job), unknown("job", job, chain.jobs)
    if isinstance(by, str) and (outside := outside_the_night(by, chain.evening, chain.closes)):
        yield ("expect", "by"), outside
