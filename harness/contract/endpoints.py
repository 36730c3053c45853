"""Where jobs reach the neighbours of a chain: the endpoints, and their places in a chain file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.contract.ssh_keys import CLIENT_KEY, HOST_KEY_PUBLIC

SFTP = {
    "user": "planning",
    "password": "one-night-only",
    "key": CLIENT_KEY,  # the text of a private key file
    "host_key": HOST_KEY_PUBLIC,
    "folder": "/inbox",
}
"""What opens the SFTP front end, by either of two ways, and where the files are."""


@dataclass(frozen=True)
class Endpoint:
    """A door of one mock.

    ``port`` is its port in containers, ``behind`` the one where the wire reaches the mock itself, ``option`` the mock's
    argument that fixes its port. ``grants`` is what a client needs beside an address (a user name, a bucket), each a
    place of its own, ``<endpoint>.<name>``. They are no secrets: they open nothing but a night.
    """

    name: str
    mock: str
    port: int
    behind: int | None = None
    scheme: str = "http"
    option: str = "--port"
    grants: Mapping[str, str] = field(default_factory=dict)

    def places(self, host: str, port: int) -> dict[str, str]:
        """What jobs are told of it."""
        told = {"url": f"{self.scheme}://{host}:{port}"}
        if self.grants:  # its clients take an address in parts
            told |= {"host": host, "port": str(port), **self.grants}
        return {f"{self.name}.{name}": value for name, value in told.items()}


SNOWFLAKE = {
    "account": "night",
    "user": "RETRIEVER",
    "password": "two-in-the-morning",
    "role": "LOADER",
    "warehouse": "NIGHT_WH",
    "database": "FEEDS",
    "schema": "PUBLIC",
    "stage": "INBOX",  # its files travel by signed links, as those of an account at Google do
    "s3_stage": "INBOX_S3",  # the same files, by S3 keys
}
"""What a client of the Snowflake account needs."""

HTTP = {
    "token": "night-harness-opens-nothing-but-a-night2",
    "user": "retriever",
    "password": "two-in-the-morning",
}
"""What a client of the HTTP source needs, where a chain takes it."""

S3 = {
    "access_key": "AKIANIGHTHARNESSFEED",
    "secret_key": "night-harness-opens-nothing-but-a-night1",
    "bucket": "feeds",
    "region": "eu-central-1",
}
"""What a client of the bucket needs."""

DESK = {
    "user": "night.watch",
    "password": "two-in-the-morning",
}
"""What a client of the desk's ServiceNow and Jira needs, and one of its mail server may show.

Whose address a page goes to is said in `contract.addresses`.
"""

POSTGRES = {
    "user": "loader",
    "password": "two-in-the-morning",
}
"""What a client of a PostgreSQL consumer needs beside an address and the name of its database."""

QUEUE = {"password": "two-in-the-morning"}
"""What a client of the consumers that are queues needs."""

ENDPOINTS = (
    Endpoint("source", "source", 8080, behind=9080, grants=HTTP),
    Endpoint("s3", "source", 8090, behind=9090, option="--s3-port", grants=S3),
    Endpoint("sftp", "source", 2222, behind=9222, scheme="sftp", option="--sftp-port", grants=SFTP),
    Endpoint("snowflake", "source", 8087, behind=9087, option="--snowflake-port", grants=SNOWFLAKE),
    Endpoint("consumers", "consumers", 8081, behind=9081),
    Endpoint(
        "postgres", "consumers", 5432, behind=9432, scheme="postgresql", option="--postgres-port", grants=POSTGRES
    ),
    Endpoint("queue", "consumers", 8379, behind=9379, scheme="redis", option="--queue-port", grants=QUEUE),
    Endpoint("desk", "desk", 8082, grants=DESK),
    Endpoint("desk-tls", "desk", 8443, scheme="https", option="--tls-port"),
    Endpoint("smtp", "desk", 2525, scheme="smtp", option="--smtp-port", grants=DESK),
    Endpoint("scheduler", "scheduler", 8083),
)
"""Every endpoint. Those with a ``behind`` are reached through the wire, where network faults act."""

PUBLISHED_NAMES = "NIGHT_HARNESS_PUBLISHED_NAMES"
"""The variable that tells a mock under which names, separated by commas, its clients may know it: that of the engine's
host, and those that the user has given."""

NAMES = tuple(endpoint.name for endpoint in ENDPOINTS)
MOCK_OF = {endpoint.name: endpoint.mock for endpoint in ENDPOINTS}

GRANTS = {endpoint.name: endpoint.grants for endpoint in ENDPOINTS}
"""What each endpoint's clients need beside an address."""

PLACES = tuple(place for one in ENDPOINTS if one.mock != "consumers" for place in one.places("", 0))
"""What an environment variable may be taken from, of the endpoints; each consumer has a place of its own name."""


def places(address: Callable[[Endpoint], tuple[str, int]]) -> dict[str, str]:
    """All places, where ``address`` says at which host and port an endpoint is."""
    found: dict[str, str] = {}
    for endpoint in ENDPOINTS:
        found |= endpoint.places(*address(endpoint))
    return found
