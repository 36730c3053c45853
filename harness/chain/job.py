"""What a job of a chain is: what it runs, when and after what, and what the scheduler does about its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo

from harness.chain.job_rules import job_mistakes
from harness.contract.schedule import (
    Action,
    AndOr,
    Comparison,
    CountedFrom,
    DependencyOn,
    EventWhen,
    Meaning,
    Range,
    Weekday,
    When,
)
from harness.values.strict import LAX, Location, Strict
from harness.values.units import ClockTime, Duration, SomeTime

Text = Annotated[str, Field(pattern=r"\S")]


def _in_brackets(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and value.strip():
        raise ValueError(f"found '{value}', expected a list: write {info.field_name}: [{', '.join(value.split())}]")
    return value


Texts = Annotated[tuple[Text, ...], LAX, BeforeValidator(_in_brackets)]
Argv = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], LAX, BeforeValidator(_in_brackets)]


def listed(value: Any) -> Any:
    """One thing stands for a list of it."""
    return [value] if isinstance(value, str | Mapping | Strict) else value


OneOrMore = Annotated[Texts, BeforeValidator(listed, json_schema_input_type=Text | list[Text])]


class FromPlace(Strict):
    """The value of an environment variable that is known only when the night runs: ``{from: source.url}``."""

    place: Text = Field(alias="from")


def text_or_mapping(value: Any) -> str:
    """Which of two forms a key has, for errors that speak of that form alone."""
    return "mapping" if isinstance(value, Mapping | Strict) else "text"


Environment = dict[
    str,
    Annotated[Annotated[str, Tag("text")] | Annotated[FromPlace, Tag("mapping")], Discriminator(text_or_mapping)],
]


class Dependency(Strict):
    """A job that another one depends on: on which of its ends, and of how many days before."""

    job: Text
    on: DependencyOn = "finished_ok"
    days_before: int = Field(default=0, ge=0, le=31)


_OneDependency = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Dependency, Tag("mapping")], Discriminator(text_or_mapping)
]
Dependencies = Annotated[
    tuple[_OneDependency, ...],
    LAX,
    BeforeValidator(listed, json_schema_input_type=Text | Dependency | list[Text | Dependency]),
]


class Threshold(Strict):
    """A threshold of the chain that must compare so with a value before the job starts."""

    threshold: Text
    compares: Comparison = Field(alias="is")
    value: int


class RetryOnFailure(Strict):
    """The scheduler's own retry: for Failed only, never for an Initialization Error."""

    attempts: int = Field(ge=1, le=999)
    every: Duration
    defence: str | None = None


class Recurrence(Strict):
    """So many runs of one job in a night; what depends on it waits for the last."""

    runs: int = Field(ge=2, le=999)
    every: SomeTime
    counted_from: CountedFrom = Field(default="end", alias="from")


class BasicCriterion(Strict):
    """The job failed when its exit code compares so."""

    compares: Comparison = Field(alias="is")
    code: int = Field(ge=-127, le=127)


class AdvancedCriterion(Strict):
    """What an exit code means, or a range of them (RG, up to ``to``); tied to the criterion before by AND or OR."""

    compares: Comparison | Range = Field(alias="is")
    code: int
    to: int | None = None
    means: Meaning
    and_or: AndOr = "OR"


class ExitCodes(Strict):
    """Which exit codes mean Failed; advanced criteria override basic ones."""

    failed_if: Annotated[tuple[BasicCriterion, ...], LAX] = ()
    advanced: Annotated[tuple[AdvancedCriterion, ...], LAX] = ()


class Frequency(Strict):
    """On which dates the job is built into the daily schedule; all that is given must agree."""

    weekdays: Annotated[tuple[Weekday, ...], LAX] = ()
    days: Annotated[tuple[Annotated[int, Field(ge=-31, le=31)], ...], LAX] = ()
    calendar: Text | None = None
    not_on: Text | None = None
    on_request: bool = False


class FileArrival(Strict):
    """The file that a file-arrival job waits for: it lies still, and was written in its window."""

    folder: Text
    file: Text
    until: ClockTime
    created_from: ClockTime | None = None
    created_until: ClockTime | None = None
    stable_for: Duration = Duration(seconds=10)
    subfolders: bool = False


class Rule(Strict):
    """What the scheduler does when something happens to a job, at most ``times`` times."""

    when: When
    do: Annotated[
        tuple[Action, ...],
        LAX,
        Field(min_length=1),
        BeforeValidator(listed, json_schema_input_type=Action | Annotated[list[Action], Field(min_length=1)]),
    ]
    after: Duration = Duration()
    times: int | None = Field(default=None, ge=1)
    defence: str | None = None


class Event(Strict):
    """An OpCon event that the scheduler fires when something happens to a job."""

    when: EventWhen
    event: Annotated[str, Field(pattern=r"^\$[A-Za-z]+:[A-Za-z]+")]


class Job(Strict):
    """One program that the scheduler starts: at a time, or after other jobs finished OK.

    cron: its times under a scheduler of profile cron, which knows nothing of the other keys that say when. works: what
    its work takes, which is charged in virtual time: its program begins so much later than it is launched.
    optional: the night is complete without its end; when it does not end as in a calm night, that is degraded.
    """

    run: Argv = ()
    file_arrival: FileArrival | None = None
    null_job: bool = False
    at: ClockTime | None = None
    cron: Text | None = None
    after: Dependencies = ()
    requires: Dependencies = ()
    conflict: Dependencies = ()
    exclude: Dependencies = ()
    thresholds: Annotated[tuple[Threshold, ...], LAX] = ()
    resources: dict[Text, Annotated[int, Field(ge=1)] | Literal["all"]] = {}
    expression: Text | None = None
    latest_start: ClockTime | None = None
    late_to_start: ClockTime | None = None
    late_to_finish: ClockTime | None = None
    max_run_time: SomeTime | None = None
    works: SomeTime | None = None
    retry_on_failure: RetryOnFailure | None = None
    recurrence: Recurrence | None = None
    exit_codes: ExitCodes = ExitCodes()
    frequency: Frequency = Frequency()
    hold: bool = False
    optional: bool = False
    prerun: Argv = ()
    steps: Texts = ()
    rules: Annotated[tuple[Rule, ...], LAX] = ()
    events: Annotated[tuple[Event, ...], LAX] = ()
    owner: Text | None = None
    environment: Environment = {}
    image: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """One thing to run, and keys that do not go together."""
        return job_mistakes(data)

    @property
    def waits_to_finish(self) -> tuple[str, ...]:
        """The jobs of the same night that must have finished OK before it starts."""
        both = (*self.after, *self.requires)
        plain = [one for one in both if isinstance(one, str)]
        told = [one for one in both if isinstance(one, Dependency) and one.on == "finished_ok" and not one.days_before]
        return tuple(dict.fromkeys([*plain, *(one.job for one in told)]))

    @property
    def defences(self) -> frozenset[str]:
        """The names that its rules and its retry carry."""
        carried = {rule.defence for rule in self.rules}
        carried |= {self.retry_on_failure.defence} if self.retry_on_failure else set()
        return frozenset(name for name in carried if name is not None)

    def without_defences(self, off: tuple[str, ...]) -> Job:
        """The same job without the rules and the retry that are part of those defences."""
        retry = self.retry_on_failure
        return self.model_copy(
            update={
                "rules": tuple(rule for rule in self.rules if rule.defence not in off),
                "retry_on_failure": None if retry and retry.defence in off else retry,
            }
        )
