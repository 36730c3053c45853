"""The plan of a night: what every mock must know of it, worked out from the chain, the date and the stack's places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from harness.chain import Chain, FromPlace
from harness.contents import ContentStore
from harness.job_plan import by_cron, declared, scheduled
from harness.night_times import NightTimes, night_times

__all__ = ["NightTimes", "Planner", "Whereabouts", "night_times"]


class Whereabouts(Protocol):
    """What a plan asks of a stack: where things are for a job, and a place to keep contents."""

    def places(self, *, folders: Iterable[str] = (), consumers: Iterable[str] = ()) -> dict[str, str]:
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
        self._contents = ContentStore(store)

    def times(self, chain: Chain, date: dt.date) -> NightTimes:
        """The moments of that night."""
        return night_times(chain, date)

    def plan(self, chain: Chain, date: dt.date, *, seed: int = 0, stack: Whereabouts) -> dict[str, Any]:
        """Everything, as JSON; when this returns, the stack has the content of every file."""
        times = night_times(chain, date)
        places = stack.places(folders=chain.folders, consumers=chain.consumers)
        files = list(self._files(chain, times, seed, stack))
        return {
            "chain": chain.chain,
            "owner": chain.owner,
            "runbook": chain.runbook,
            "timezone": chain.timezone,
            "date": date.isoformat(),
            "begins_ns": times.begins_ns,
            "deadline_ns": times.deadline_ns,
            "closes_ns": times.closes_ns,
            "seed": seed,
            "files": files,
            "takes": sorted(_taken(chain)),
            "folders": {name: list(self._held(chain, name, date, seed, stack)) for name in chain.folders},
            "folder_paths": {name: places[f"folder.{name}"] for name in chain.folders},
            "jobs": [_job(chain, name, times, places, stack) for name in chain.jobs],
            **declared(chain),
            "consumers": {name: {"kind": one.kind, "key": list(one.key)} for name, one in chain.consumers.items()},
            "watch": [file["name"] for file in files],
        }

    def _files(self, chain: Chain, times: NightTimes, seed: int, stack: Whereabouts) -> Iterable[dict[str, Any]]:
        for name, spec in chain.files.items():
            for back in reversed(range(spec.days)):
                day = times.date - dt.timedelta(days=back)
                published = spec.name.format(date=day)
                yield {
                    "file": name,
                    "name": published,
                    "flag": None if spec.flag is None else spec.flag.format(name=published, date=day),
                    "arrives_ns": times.at(spec.arrives),
                    **self.content(chain, name, day, seed, stack),
                    "source": spec.source,
                    "checksums": spec.checksums,
                    "chunked": spec.chunked,
                }

    def _held(
        self, chain: Chain, folder: str, date: dt.date, seed: int, stack: Whereabouts
    ) -> Iterable[dict[str, Any]]:
        for held in chain.folders[folder].holds:
            day = date - dt.timedelta(days=held.days_before)
            content = self.content(chain, held.file, day, seed, stack)
            yield {"name": chain.files[held.file].name.format(date=day), "sha256": content["sha256"]}

    def content(self, chain: Chain, file: str, day: dt.date, seed: int, stack: Whereabouts) -> dict[str, Any]:
        """What a file holds on a day; when this returns, the stack has it."""
        stored = self._contents.content(chain, file, day, seed)
        stack.store(stored.sha256, self._contents.path(stored.sha256))
        return asdict(stored)


def _job(chain: Chain, name: str, times: NightTimes, places: Mapping[str, str], stack: Whereabouts) -> dict[str, Any]:
    job = chain.jobs[name]
    return {
        "job": name,
        "run": list(job.run),
        "cwd": stack.job_cwd(chain.folder),
        "environment": environment(chain, name, times, places, stack),
        "agent": stack.agent(job.image or chain.image),
        **scheduled(job, times, places),
        **by_cron(chain, name, times),
        "owner": chain.owner_of(name),
    }


def _taken(chain: Chain) -> set[str]:
    """The places that any job of the chain takes a value from."""
    values = [
        *chain.environment.values(),
        *(value for job in chain.jobs.values() for value in job.environment.values()),
    ]
    return {value.place for value in values if isinstance(value, FromPlace)}


def environment(
    chain: Chain, job: str, times: NightTimes, places: Mapping[str, str], stack: Whereabouts
) -> dict[str, str]:
    """A job's whole environment: the stack's base, the chain's values, its own, and each defence's switch."""
    known = {
        **places,
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
