"""The plan of a night: what every mock must know of it, worked out from the chain, the date and the stack's places."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from harness.chain.model import Chain, FromPlace, HeldFile
from harness.chain.results import NEVER_RESULTS
from harness.contract.addresses import addresses_of, desk_places
from harness.contract.consumers import Kinds
from harness.contract.content import Content
from harness.contract.plan import Plan, PlannedControlFile, PlannedFile, PlannedResults, SeededFile
from harness.errors import AuthorError
from harness.formats.control_file import fields_of
from harness.night.consumer_plan import planned_consumer, shared_databases
from harness.night.file_contents import FileContents
from harness.night.job_plan import master_job
from harness.night.roster_plan import planned_roster
from harness.night.times import NightTimes, night_times
from harness.scenario.operators import Operator


class StackPlaces(Protocol):
    """What a plan asks of a stack: where things are for a job, and a place to keep contents."""

    def places(self, *, folders: Iterable[str] = (), consumers: Kinds | None = None) -> dict[str, str]:
        """The endpoints and folders by the names that ``{from: ...}`` takes."""

    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:
        """What a job's environment starts from."""

    def job_cwd(self, chain_folder: Path) -> str:
        """The chain's folder as its jobs see it."""

    def agent(self, image: str | None = None) -> str:
        """The agent that starts jobs of that image."""

    def store(self, sha256: str, content: bytes | Path) -> None:
        """Keep a content under its checksum."""


class Planner:
    """Makes plans; contents are made in ``store``, a folder that nights and runs share."""

    def __init__(self, store: Path) -> None:
        self._contents = FileContents(store)

    def times(self, chain: Chain, date: dt.date) -> NightTimes:
        """The moments of that night."""
        return night_times(chain, date)

    def plan(
        self,
        chain: Chain,
        date: dt.date,
        *,
        seed: int = 0,
        order: int = 0,
        operators: Iterable[Operator] = (),
        stack: StackPlaces,
    ) -> Plan:
        """Everything; when this returns, the stack has the content of every file."""
        times = night_times(chain, date)
        places = stack.places(folders=chain.folders, consumers=chain.consumer_kinds)
        places |= shared_databases(chain, places)
        folders = {name: places[f"folder.{name}"] for name in chain.folders}
        files = tuple(self._files(chain, times, seed, stack))
        return Plan(
            chain=chain.chain,
            owner=chain.owner,
            runbook=chain.runbook,
            timezone=chain.timezone,
            date=date.isoformat(),
            begins_ns=times.begins_ns,
            deadline_ns=times.deadline_ns,
            closes_ns=times.closes_ns,
            seed=seed,
            order=order,
            service_time=True,
            files=files,
            takes=tuple(sorted(chain.takes)),
            watch=tuple(file.name for file in files),
            checked=tuple(name for name, folder in sorted(chain.folders.items()) if folder.checked),
            read=tuple(f"{mark.folder}/{mark.file}" for mark in chain.watermarks.values()),
            folders={name: tuple(self._held(chain, name, date, seed, stack)) for name in chain.folders},
            folder_paths=folders,
            results=PlannedResults(
                ignore=(*NEVER_RESULTS, *chain.results.ignore), volatile=dict(chain.results.volatile)
            ),
            consumers={name: planned_consumer(chain, name, times) for name in chain.consumers},
            jobs=tuple(
                master_job(
                    chain,
                    name,
                    times,
                    cwd=stack.job_cwd(chain.folder),
                    environment=environment(chain, name, times, places, stack),
                    agent=stack.agent(job.image or chain.image),
                    folders=folders,
                )
                for name, job in chain.jobs.items()
            ),
            thresholds=chain.thresholds,
            resources=chain.resources,
            properties=chain.properties,
            calendars={name: tuple(day.isoformat() for day in days) for name, days in chain.calendars.items()},
            maximum_jobs=chain.machine.maximum_jobs,
            kill_allowed=chain.machine.kill_allowed,
            operators=tuple(operator.plan() for operator in operators),
            roster=planned_roster(chain, times),
        )

    def _files(self, chain: Chain, times: NightTimes, seed: int, stack: StackPlaces) -> Iterable[PlannedFile]:
        for name, spec in chain.files.items():
            for back in reversed(range(spec.days)):
                day = times.date - dt.timedelta(days=back)
                published = spec.name.format(date=day)
                content = self.content(chain, name, day, seed, stack)
                yield PlannedFile(
                    file=name,
                    name=published,
                    arrives_ns=times.at(spec.arrives),
                    content=content,
                    source=spec.source,
                    flag=None if spec.flag is None else spec.flag.format(name=published, date=day),
                    control_file=_control_file(chain, name, published, day, content),
                    checksums=spec.checksums,
                    chunked=spec.chunked,
                )

    def _held(self, chain: Chain, folder: str, date: dt.date, seed: int, stack: StackPlaces) -> Iterable[SeededFile]:
        for held in chain.folders[folder].holds:
            if held.file is None:
                yield self._any_file(chain, folder, held, date, stack)
                continue
            day = date - dt.timedelta(days=held.days_before or 1)
            content = self.content(chain, held.file, day, seed, stack)
            named = chain.files[held.file].name.format(date=day)
            if held.name is not None:
                named = held.name.format(date=date)
            yield SeededFile(name=named, sha256=content.sha256)

    def _any_file(self, chain: Chain, folder: str, held: HeldFile, date: dt.date, stack: StackPlaces) -> SeededFile:
        body: bytes | Path = (held.text or "").encode()
        if held.copy_of is not None:
            body = chain.folder / held.copy_of
        try:
            sha256 = hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else _digest(body)
        except OSError as error:
            position = chain.folders[folder].holds.index(held)
            raise AuthorError(
                f"{chain.where('folders', folder, 'holds', position, 'copy')}: {held.copy_of} cannot be read "
                f"({error.strerror}); expected a file to copy"
            ) from None
        stack.store(sha256, body)
        return SeededFile(name=str(held.name).format(date=date), sha256=sha256)

    def content_path(self, sha256: str) -> Path:
        """Where the content of a planned file is."""
        return self._contents.path(sha256)

    def content(self, chain: Chain, file: str, day: dt.date, seed: int, stack: StackPlaces) -> Content:
        """What a file holds on a day; when this returns, the stack has it."""
        stored = self._contents.content(chain, file, day, seed)
        stack.store(stored.sha256, self._contents.path(stored.sha256))
        return stored


def _digest(path: Path) -> str:
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


def environment(
    chain: Chain, job: str, times: NightTimes, places: Mapping[str, str], stack: StackPlaces
) -> dict[str, str]:
    """A job's whole environment: the stack's base, the chain's values, its own, and each defence's switch."""
    known = {
        **places,
        **desk_places(places["desk.url"], chain.owner, addresses_of((), planned_roster(chain, times))),
        "night.date": times.date.isoformat(),
        "night.timezone": chain.timezone,
        "chain.owner": chain.owner,
        "job.name": job,
        "job.owner": chain.owner_of(job),
    }
    written = chain.environment | chain.jobs[job].environment
    values = {name: known[value.place] if isinstance(value, FromPlace) else value for name, value in written.items()}
    switches = {
        defence.variable: "off" if name in chain.switched_off else "on"
        for name, defence in chain.defences.items()
        if defence.variable is not None
    }
    # The switches come last: a value that the chain file sets by hand must not hide that a defence is off.
    return stack.job_environment(job, chain.jobs[job].image or chain.image) | values | switches


def _control_file(chain: Chain, file: str, published: str, day: dt.date, content: Content) -> PlannedControlFile | None:
    control = chain.files[file].control_file
    if control is None:
        return None
    if content.control_total is None and "control_total" in fields_of(control.text):
        place = chain.where("files", file, "control_file", "text")
        expected = "say which column is, in its content: control: NAME"
        raise AuthorError(f"{place}: found {{control_total}}, and nothing in the file is added up: {expected}")
    return PlannedControlFile(
        name=control.name.format(name=published, date=day), text=control.text, date=day.isoformat()
    )
