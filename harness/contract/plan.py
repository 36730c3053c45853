"""The plan of a night: what every mock must know of it. It is built once, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.contract.bounds import ContractError
from harness.contract.consumers import PlannedConsumer
from harness.contract.content import Content
from harness.contract.protocols import Protocol
from harness.contract.roster import Roster
from harness.contract.schedule import MasterJob, Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedControlFile:
    """A file beside another one that states what that holds: ``text`` is a template of `harness.formats.control_file`.

    ``date``: whose file it is.
    """

    name: str
    text: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file that the source publishes: the chain's word for it, its name tonight, when it comes and what it holds.

    ``flag`` names the empty file beside it that says that it is done, ``control_file`` one that states what it holds.
    ``checksums``: whether the protocol's own go with
    it. ``chunked``: whether it is sent in chunks, without a length.
    """

    file: str
    name: str
    arrives_ns: int
    content: Content
    source: Protocol = "http"
    flag: str | None = None
    control_file: PlannedControlFile | None = None
    checksums: bool = True
    chunked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededFile:
    """A file that a working folder of the chain holds when the night begins; its content lies in the store."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResults:
    """Which files of the folders and of the source are no results, and what of others changes from run to run.

    ``ignore``: patterns of names. ``volatile``: pattern of names to regular expressions, which are looked for by line.
    """

    ignore: tuple[str, ...] = ()
    volatile: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One night of one chain. Times are UTC nanoseconds."""

    chain: str
    owner: str
    runbook: str | None = None
    timezone: str
    date: str
    begins_ns: int
    deadline_ns: int
    closes_ns: int
    seed: int = 0
    order: int = 0
    """In which order jobs start that qualify in one instant; 0: as they stand in the chain."""
    service_time: bool = False
    """Whether requests and commits take virtual time; else they are answered in the instant in which they come."""
    files: tuple[PlannedFile, ...] = ()
    takes: tuple[str, ...] = ()
    """The places from which any job takes a value: who takes a credential has to show it."""
    watch: tuple[str, ...] = ()
    """Names whose content the folder watch records; none: all."""
    checked: tuple[str, ...] = ()
    """Folders in which only right files may be: of each that is there at the end it records the checksum."""
    read: tuple[str, ...] = ()
    """Files whose text the folder watch records, as ``FOLDER/NAME``: the chain's watermarks."""
    folders: Mapping[str, tuple[SeededFile, ...]] = field(default_factory=dict)
    folder_paths: Mapping[str, str] = field(default_factory=dict)
    """Where the folders are for a job."""
    results: PlannedResults = field(default_factory=PlannedResults)
    consumers: Mapping[str, PlannedConsumer] = field(default_factory=dict)
    jobs: tuple[MasterJob, ...] = ()
    """In the order in which ties are broken."""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maximum_jobs: int | None = None
    kill_allowed: bool = True
    operators: tuple[Operator, ...] = ()
    roster: Roster | None = None
    """Who is on call; null: an owner is told, and no more is known of it."""
    disabled_users: tuple[str, ...] = ()
    """Login names, in lower case, that get no token of the scheduler."""

    def __post_init__(self) -> None:
        """Refuse moments out of order, two jobs of one name, and dependencies on jobs that it does not have."""
        if not self.begins_ns <= self.deadline_ns <= self.closes_ns:
            moments = f"begins {self.begins_ns}, deadline {self.deadline_ns}, closes {self.closes_ns}"
            raise ContractError(f"found {moments}, expected moments in this order")
        known = {job.job for job in self.jobs}
        if len(known) < len(self.jobs):
            names = [job.job for job in self.jobs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ContractError(f"jobs: found two jobs {twice!r}, expected one of each name")
        for job in self.jobs:
            for one in job.dependencies:
                if one.job not in known:
                    raise ContractError(f"job {job.job!r} runs {one.kind} {one.job!r}, which is not one of its jobs")

    @property
    def is_crontab(self) -> bool:
        """Whether cron starts the jobs, and OpCon is not there."""
        return any(job.cron is not None for job in self.jobs)
