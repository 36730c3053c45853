"""What a chain is: its jobs, files, consumers, owner and deadline, and the defences that it has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, PrivateAttr, Tag, model_validator

from harness.chain.budget import Budget
from harness.chain.consumers.consumer import Consumer
from harness.chain.consumers.http import HttpConsumer
from harness.chain.consumers.kinds import AnyConsumer
from harness.chain.content import Content
from harness.chain.control_file import ControlFile
from harness.chain.controls import CONTROLS
from harness.chain.job import (
    Dependency,
    Environment,
    FromPlace,
    Job,
    OneOrMore,
    RetryOnFailure,
    Rule,
    Text,
    Texts,
    listed,
    text_or_mapping,
)
from harness.chain.results import held_file_mistakes, held_name_mistake, volatile_mistakes
from harness.chain.roster import Roster
from harness.chain.rules import chain_mistakes, flag_mistake, name_mistake, not_switched
from harness.contract.consumers import ConsumerKind
from harness.contract.protocols import Protocol
from harness.contract.schedule import Action, When
from harness.errors import AuthorError
from harness.values.registered import Registered
from harness.values.strict import LAX, Location, Strict, unknown
from harness.values.units import ClockTime, Duration, SomeTime

__all__ = [
    "Action",
    "Chain",
    "ClockTime",
    "Consumer",
    "Content",
    "Cron",
    "Defence",
    "Dependency",
    "Duration",
    "FileSpec",
    "Folder",
    "FromPlace",
    "HeldFile",
    "HttpConsumer",
    "Job",
    "Machine",
    "OneOrMore",
    "Results",
    "RetryOnFailure",
    "Rule",
    "Text",
    "Watermark",
    "When",
]


class FileSpec(Strict):
    """A file that the source publishes each night, or (``days``) one for each of the last days.

    ``flag`` is the name of an empty file that says that this one is complete, ``control_file`` one that states what is
    in it. ``checksums``: whether the protocol's own go with it (S3's x-amz-checksum-crc32, HTTP's Repr-Digest).
    ``chunked``: whether HTTP and S3 send it in chunks, without a length.
    """

    name: Annotated[str, BeforeValidator(name_mistake)]
    source: Protocol = "http"
    arrives: ClockTime
    content: Content
    days: int = Field(default=1, ge=1)
    flag: Annotated[str, BeforeValidator(flag_mistake)] | None = None
    control_file: ControlFile | None = None
    checksums: bool = True
    chunked: bool = False


class HeldFile(Strict):
    """A file that a folder holds when the night begins: an earlier day's of the chain, or any other.

    The former has the name that its sender gave it, where no other is said. The latter is copied from a real file, or
    holds a text: nothing, as many a lock, where neither is said.
    """

    file: Text | None = None
    days_before: int | None = Field(default=None, ge=1)
    name: Annotated[str, BeforeValidator(held_name_mistake)] | None = None
    copy_of: Text | None = Field(default=None, alias="copy")
    text: str | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Keys that do not go together."""
        if isinstance(data, Mapping):
            yield from held_file_mistakes(data)


class Folder(Strict):
    """A working folder of the chain, watched through the night.

    checked: only what was found right may be in it, as where a fallback is read from; false: anything may.
    """

    holds: Annotated[tuple[HeldFile, ...], LAX] = ()
    checked: bool | None = None


class Results(Strict):
    """Which files are none of the chain's results, and what of others changes from run to run.

    ignore: patterns of names, beside those that always count as logs and caches. volatile: a pattern of names, and
    regular expressions of what is taken out of each line of such files before they are compared.
    """

    ignore: Texts = ()
    volatile: dict[Text, Texts] = {}

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Regular expressions that are none."""
        return volatile_mistakes(data)


class Watermark(Strict):
    """A file in a working folder that says how far the chain has delivered: a date, a time or a number.

    ``field``: whose value it is, of a JSON object; without it, the whole text. ``consumers``: who must hold what it has
    passed (none named: every consumer).
    """

    folder: Text
    file: Text
    field: Text | None = None
    consumers: Texts = ()


ControlName = Annotated[str, Registered("control", CONTROLS)]


class Defence(Strict):
    """Something the chain has against a fault: a variable that turns it on, or the rules that carry its name.

    detects: the controls that it adds. A fault that no control of the chain can notice is a finding. With these alone
    it is always on: nothing switches it.
    """

    variable: Text | None = None
    detects: Annotated[
        tuple[ControlName, ...],
        LAX,
        BeforeValidator(listed, json_schema_input_type=ControlName | list[ControlName]),
    ] = ()


class Machine(Strict):
    """The machine that the jobs run on: how many at once, and whether the scheduler may kill them there."""

    maximum_jobs: int | None = Field(default=None, ge=1)
    kill_allowed: bool = True


class Cron(Strict):
    """A crontab instead of OpCon: it starts commands at their times, mails what they print, and does nothing else.

    mailto: who gets the mails, as in crontab(5): by default who owns the job, and with "" nobody. A mail is no page.
    """

    profile: Literal["cron"]
    mailto: str | None = None


def _none_or_span(value: Any) -> str:
    return "none" if value == "none" else "span"


WorkLimit = Annotated[
    Annotated[Literal["none"], Tag("none")] | Annotated[SomeTime, Tag("span")], Discriminator(_none_or_span)
]
"""How long its programs may work without a pause, in real time; ``none``: for ever, and even if that makes nothing."""


def _date(value: Any) -> Any:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


class Chain(Strict):
    """The system under test: from a file by `harness.chain.loading.load_chain`, or built here with the same names."""

    file_keys: ClassVar[tuple[str, ...]] = ("like",)

    chain: Text
    timezone: str = "UTC"
    owner: Text
    runbook: Text | None = None
    oncall: Text | None = None
    deadline: ClockTime
    evening: ClockTime = ClockTime("22:00")
    closes: ClockTime = ClockTime("12:00")
    work_limit: WorkLimit | None = None
    budget: Budget = Budget()
    scheduler: Annotated[
        Annotated[Literal["opcon", "external"], Tag("text")] | Annotated[Cron, Tag("mapping")],
        Discriminator(text_or_mapping),
    ] = "opcon"
    image: Text = "night-harness/jobs"
    environment: Environment = {}
    outside_clock: Texts = ()
    folders: dict[Text, Folder] = {}
    results: Results = Results()
    files: dict[Text, FileSpec] = {}
    jobs: dict[Text, Job] = Field(min_length=1)
    machine: Machine = Machine()
    thresholds: dict[Text, int] = {}
    resources: dict[Text, Annotated[int, Field(ge=0)]] = {}
    properties: dict[Text, str] = {}
    calendars: dict[Text, Annotated[tuple[Annotated[dt.date, BeforeValidator(_date)], ...], LAX]] = {}
    consumers: dict[Text, AnyConsumer] = {}
    watermarks: dict[Text, Watermark] = {}
    quarantine: Text | None = None
    causes: dict[Text, Texts] = {}
    defences: dict[Text, Defence] = {}
    switched_off: OneOrMore = Field(default=(), alias="without")

    _roster: Roster | None = PrivateAttr(default=None)
    _folder: Path = PrivateAttr(default_factory=Path)
    _places: dict[Location, tuple[Path, int]] = PrivateAttr(default_factory=dict)

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Names that do not resolve, cycles, times outside the night, owners that are missing."""
        return chain_mistakes(data)

    @model_validator(mode="after")
    def _switch_off(self) -> Chain:
        off = self.switchable() if self.switched_off == ("all",) else self.switched_off
        # The model is frozen for its users; here it is still being built.
        self.__dict__["switched_off"] = off
        self.__dict__["jobs"] = {name: job.without_defences(off) for name, job in self.jobs.items()}
        return self

    def without(self, names: str | Iterable[str]) -> Chain:
        """The same chain with those defences off (``"all"``: every one): variables say off, their rules are gone."""
        wanted = [names] if isinstance(names, str) else list(names)
        wanted = [*self.switchable()] if wanted == ["all"] else wanted
        for name in wanted:
            if name not in self.switchable():
                always_on = name in self.defences
                wrong = not_switched(name) if always_on else unknown("defence", name, self.switchable())
                raise AuthorError(f"{self.where()}: {wrong}")
        off = tuple(name for name in self.defences if name in wanted or name in self.switched_off)
        jobs = {name: job.without_defences(off) for name, job in self.jobs.items()}
        return self.model_copy(update={"switched_off": off, "jobs": jobs})

    @property
    def consumer_kinds(self) -> dict[str, ConsumerKind]:
        """Of which kind each consumer is."""
        return {name: consumer.kind for name, consumer in self.consumers.items()}

    def switchable(self) -> tuple[str, ...]:
        """The defences but those that are always on: they only detect, by no variable and by no rules of theirs."""
        switched = {name for job in self.jobs.values() for name in job.defences} | {*self.switched_off}
        switched |= {name for name, one in self.defences.items() if one.variable is not None or not one.detects}
        return tuple(name for name in self.defences if name in switched)

    def owner_of(self, job: str) -> str:
        """Who is paged when that job fails."""
        return self.jobs[job].owner or self.owner

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who may be paged, the chain's own owner first."""
        return tuple(dict.fromkeys([self.owner, *(self.owner_of(job) for job in self.jobs)]))

    @property
    def takes(self) -> frozenset[str]:
        """The places that any of its jobs takes a value from."""
        environments = (self.environment, *(job.environment for job in self.jobs.values()))
        values = (value for environment in environments for value in environment.values())
        return frozenset(value.place for value in values if isinstance(value, FromPlace))

    @property
    def controls(self) -> dict[str, tuple[str, ...]]:
        """What it can notice in a file, and by which of its defences that are not switched off."""
        on = {name: defence for name, defence in self.defences.items() if name not in self.switched_off}
        known = dict.fromkeys(control for defence in on.values() for control in defence.detects)
        return {control: tuple(name for name in on if control in on[name].detects) for control in known}

    @property
    def folder(self) -> Path:
        """Where the chain's programs and files are: relative paths start there, and jobs run there."""
        return self._folder

    @property
    def definition(self) -> frozenset[Path]:
        """The files that it was read from; none when it was built in Python."""
        return frozenset(file for file, _ in self._places.values())

    @property
    def roster(self) -> Roster | None:
        """Who is on call, from the file that ``oncall`` names."""
        return self._roster

    def with_roster(self, roster: Roster | None, places: Mapping[Location, tuple[Path, int]] | None = None) -> Chain:
        """The same chain with these people on call; ``places``: where the roster's keys stand."""
        chain = self.model_copy()
        chain._roster = roster
        chain._places = self._places | {("oncall", *location): place for location, place in (places or {}).items()}
        return chain

    def located(self, folder: Path, places: Mapping[Location, tuple[Path, int]] | None = None) -> Chain:
        """The same chain, which knows its folder and the file and line of each of its keys."""
        chain = self.model_copy()
        chain._folder, chain._places = folder, dict(places or {})
        return chain

    def place(self, *keys: str | int) -> tuple[Path, int]:
        """The file and line of a key, or of the nearest one above it."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self._places:
                return self._places[keys[:length]]
        return Path(f"chain {self.chain}"), 1

    def where(self, *keys: str | int) -> str:
        """The same place as text: ``chain.yaml:12``, or the chain's name when it was built in Python."""
        file, line = self.place(*keys)
        return f"{file}:{line}" if self._places else str(file)
