"""Stages: what ``@stage/path`` means in a session, which files it names, and where a driver finds them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from harness.contract.endpoints import SNOWFLAKE
from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.snowflake import signing
from harness.mocks.source.snowflake.errors import SqlRefused
from harness.mocks.source.snowflake.sessions import Session
from harness.mocks.source.snowflake.signing import Keys

TRANSPORTS = {SNOWFLAKE["stage"]: "GCS", SNOWFLAKE["s3_stage"]: "S3"}
"""How the files of each stage travel, in a driver's words (``locationType``)."""

_REFERENCE = re.compile(r'@((?:"[^"]*"|[^"./]+)(?:\.(?:"[^"]*"|[^"./]+))*)(?:/(.*))?', re.DOTALL)
_PART = re.compile(r'"([^"]*)"|([^".]+)')


@dataclass(frozen=True)
class Place:
    """A stage, and a path below it: empty for all of it, else without a slash in front."""

    stage: str
    path: str

    @property
    def transport(self) -> str:
        """How its files travel: GCS or S3."""
        return TRANSPORTS[self.stage]

    def listed(self, name: str) -> str:
        """A file as LIST and REMOVE name it."""
        return f"{self.stage.lower()}/{name}"

    def matches(self, entries: Iterable[ListedEntry], pattern: str | None) -> list[ListedEntry]:
        """The files it names: the one of exactly that name, else every one whose name begins with the path."""
        there = list(entries)
        found = [entry for entry in there if entry.name == self.path] or [
            entry for entry in there if entry.name.startswith(self.path)
        ]
        if pattern is None:
            return found
        try:
            wanted = re.compile(pattern)
        except re.error as error:
            raise SqlRefused("100048", "2201B", f"Invalid regular expression: '{pattern}', {error}") from None
        return [entry for entry in found if wanted.fullmatch(entry.name)]


def place(session: Session, reference: str) -> Place:
    """What a reference means; `SqlRefused` for a stage that the account does not have."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise _missing(reference)
    parts = [quoted or bare.upper() for quoted, bare in _PART.findall(found[1])]
    if len(parts) < 3 and session.database is None:
        raise SqlRefused(
            *("090105", "22000"),
            "Cannot perform operation. This session does not have a current database. "
            "Call 'USE DATABASE', or use a qualified name.",
        )
    whole = [session.database, session.schema or SNOWFLAKE["schema"]][: 3 - len(parts)] + parts
    known = [SNOWFLAKE["database"], SNOWFLAKE["schema"]]
    if whole[:2] != known or whole[2:] not in [[stage] for stage in TRANSPORTS]:
        raise _missing(".".join(str(part) for part in whole))
    return Place(parts[-1], found[2] or "")


def stage_info(of: Place, keys: Keys, host: str, query_id: str, folder: str = "") -> dict[str, Any]:
    """Where a driver finds the files of a stage, as answers to GET and PUT tell it (``stageInfo``)."""
    below = f"{folder}/" if folder else ""
    told: dict[str, Any] = {"locationType": of.transport, "path": below, "isClientSideEncrypted": False}
    if of.transport == "GCS":
        told |= {"location": f"{signing.BUCKET}/{below}", "region": "us-central1", "creds": {}, "endPoint": None}
        return told
    return told | {
        "location": f"{signing.S3_BUCKET}/{below}",
        "region": signing.REGION,
        "endPoint": f"http://{host}",
        "creds": keys.issue(query_id),
    }


def _missing(name: str) -> SqlRefused:
    return SqlRefused("002003", "02000", f"Stage '{name}' does not exist or not authorized.")
