"""What the plan of a night says of consumers, a dataclass a kind, and where a job finds each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from harness.contract.content import CompressName, SaidLayout

ConsumerKind = str
"""How a consumer takes the chain's rows: one of ours, as in `SPOKEN_BY`, or a kind that users have added."""

ConsumerOperation = Literal["connect", "store", "read"]
"""What a consumer is asked for: to let somebody in (where its protocol has that), to take rows, or what it holds."""

Auth = Literal["bearer", "basic"]
"""What a consumer over HTTP asks of who comes: a token, or a name and a password."""

ConsumerRefusal = Literal[
    "unavailable",
    "internal_error",
    "throttled",
    "read_only",
    "disk_full",
    "out_of_memory",
    "schema_changed",
    "deadlock",
    "serialization_failure",
    "too_many_connections",
]
"""How a consumer says no; what that becomes in the words of its kind is the kind's to know."""

SPOKEN_BY: Mapping[ConsumerKind, tuple[ConsumerRefusal, ...]] = {
    "http": ("unavailable", "internal_error", "throttled", "read_only", "disk_full", "schema_changed"),
    "postgres": (
        *("unavailable", "read_only", "disk_full", "schema_changed", "deadlock", "serialization_failure"),
        "too_many_connections",
    ),
    "folder": (),  # it is asked for nothing
    "pull": (),
    "queue": ("unavailable", "read_only", "disk_full", "out_of_memory"),
}
"""Which refusals each of our kinds has words for."""


def spoken_as(kind: ConsumerKind) -> ConsumerKind:
    """Users' own take batches over HTTP, in words of their own: what can happen to ``http`` can happen to them."""
    return kind if kind in SPOKEN_BY else "http"


Kinds = Mapping[str, ConsumerKind]
"""The consumers of a chain: of which kind is each."""

HTTP_GRANTS: Mapping[str, str] = {
    "token": "night-harness-opens-nothing-but-a-night3",
    "user": "publisher",
    "password": "two-in-the-morning",
}
"""What opens a consumer over HTTP that asks for it."""

OWN_PLACES = ("url",)
"""What a job can be told of a consumer of a kind that users have added."""

PLACES: Mapping[ConsumerKind, tuple[str, ...]] = {
    "http": ("url", *HTTP_GRANTS),
    "postgres": ("url", "host", "port", "user", "password", "database"),
    "folder": (),  # it reads where the chain writes, which is a place of the folder
    "pull": (),
    "queue": ("url", "host", "port", "password"),
}
"""What a job can be told of a consumer, by its kind: ``<consumer>.<place>``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHttp:
    """A consumer that takes batches over HTTP.

    ``key``: which columns make a row's key (none: all of them); ``volatile``: which differ from run to run. ``auth``:
    who it lets in (null: anybody); ``page_rows``: how many rows it shows at once; ``versions``: whether who changes a
    plan must say which version of it; ``required``: columns that have a value in each row; ``unique``: columns whose
    values come once a business date.
    """

    kind: Literal["http"] = "http"
    auth: Auth | None = None
    page_rows: int = 1_000
    versions: bool = False
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPostgres:
    """A consumer that is a table of a database; ``schema_sql`` makes its tables, and is the same for one database.

    ``schema_file``: where its author finds it, for what is wrong in it.
    ``business_date``, ``fallback_of``: the columns that say of which night a row is, and in whose place.
    """

    kind: Literal["postgres"] = "postgres"
    database: str
    schema_sql: str
    schema_file: str
    table: str
    business_date: str | None = None
    fallback_of: str | None = None
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """What is said of a file's form, in the words of a chain; null: it is told from the file."""

    format: str | None = None
    compress: CompressName | None = None
    delimiter: str | None = None
    header: int | None = None
    trailer: int | None = None
    layout: SaidLayout | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFolder:
    """It takes the file ``name`` from a folder of the chain when ``flag`` comes, or else when it is whole.

    ``fallback_of``: the column that says in whose place a record is.
    """

    kind: Literal["folder"] = "folder"
    folder: str
    name: str
    flag: str | None
    fallback_of: str | None = None
    form: FileForm = FileForm()
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPull:
    """It takes the file ``name`` from a folder of the chain at one moment (UTC nanoseconds).

    ``fallback_of``: the column that says in whose place a record is.
    """

    kind: Literal["pull"] = "pull"
    folder: str
    name: str
    at_ns: int
    fallback_of: str | None = None
    form: FileForm = FileForm()
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedQueue:
    """It takes what is pushed to ``queue``, the key of a list or a stream.

    ``business_date``, ``fallback_of``: the fields that say of which night a row is, and in whose place. ``message_id``:
    the field by which it knows what has come before.
    """

    kind: Literal["queue"] = "queue"
    queue: str
    structure: Literal["list", "stream"]
    business_date: str | None = None
    fallback_of: str | None = None
    message_id: str | None = None
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOwn:
    """A consumer of a kind that users have added; ``settings``: what the chain says of it under keys of that kind."""

    kind: ConsumerKind
    settings: Mapping[str, Any]
    key: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()


PlannedConsumer = PlannedOwn | PlannedPostgres | PlannedFolder | PlannedPull | PlannedQueue | PlannedHttp
"""A consumer of one of the kinds; all of them have ``kind``, ``key`` and ``volatile``.

They are told apart by their keys, of which HTTP's are the fewest: it is the last.
"""


def consumer_place(consumer: str, place: str) -> str:
    """The name of a place, as a chain file writes it."""
    return f"{consumer}.{place}"


def consumer_places(consumers: Kinds, endpoints: Mapping[str, str]) -> dict[str, str]:
    """Where jobs find these consumers, on a stack whose endpoints are there."""
    found: dict[str, str] = {}
    for name, kind in consumers.items():
        if kind == "http":
            told = {"url": _url(name, endpoints), **HTTP_GRANTS}
            found |= {consumer_place(name, place): value for place, value in told.items()}
        elif kind not in PLACES:
            found[consumer_place(name, "url")] = _url(name, endpoints)
        elif kind == "postgres":
            found |= database_places(name, name, endpoints)
        elif kind == "queue":
            host, port, password = (endpoints[f"queue.{place}"] for place in ("host", "port", "password"))
            told = {"url": f"redis://:{password}@{host}:{port}/0", "host": host, "port": port, "password": password}
            found |= {consumer_place(name, place): value for place, value in told.items()}
    return found


def _url(name: str, endpoints: Mapping[str, str]) -> str:
    return f"{endpoints['consumers.url']}/{quote(name, '')}"


def database_places(consumer: str, database: str, endpoints: Mapping[str, str]) -> dict[str, str]:
    """Where jobs find a consumer that is in this database; by default it is the consumer's own."""
    told = {place: endpoints[f"postgres.{place}"] for place in ("host", "port", "user", "password")}
    who = f"{quote(told['user'], '')}:{quote(told['password'], '')}"
    told |= {"database": database}
    told |= {"url": f"postgresql://{who}@{told['host']}:{told['port']}/{quote(database, '')}"}
    return {consumer_place(consumer, place): told[place] for place in PLACES["postgres"]}
