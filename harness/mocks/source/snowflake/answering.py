"""What a statement brings back: rows, or what the driver is to fetch from or send to blob storage."""

from __future__ import annotations

import fnmatch
import hashlib
from pathlib import PurePosixPath
from typing import Any

from harness.contract.endpoints import SNOWFLAKE
from harness.contract.protocols import Protocol
from harness.mocks.core.control import Mock
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import Entry
from harness.mocks.source.over_http.transfer import http_date
from harness.mocks.source.snowflake import answers, selecting, signing, statements
from harness.mocks.source.snowflake.answers import Column, Result, Rows, Transfer
from harness.mocks.source.snowflake.refused import SqlRefused
from harness.mocks.source.snowflake.sessions import PARAMETERS, Session
from harness.mocks.source.snowflake.signing import Keys
from harness.mocks.source.snowflake.stages import Place, place
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store

VIA: Protocol = "snowflake"
LARGEST_SINGLE_PUT = 209_715_200
"""Bytes above which drivers send and fetch in parts, where the storage can (``threshold``)."""

WILDCARDS = frozenset("*?")
COMPRESSED = frozenset({".gz", ".bz2", ".br", ".zst", ".deflate", ".raw_deflate", ".parquet", ".orc"})


class Answering:
    """Carries statements out on the store."""

    def __init__(self, mock: Mock, store: Store) -> None:
        self._mock, self._store = mock, store
        self.keys = Keys()
        self._md5: dict[Body, str] = {}

    def reset(self) -> None:
        """Begin a night."""
        self.keys = Keys()
        self._md5.clear()

    def result(self, session: Session, statement: statements.Statement, host: str, query_id: str) -> Result:
        """What it brings back; ``host`` is where the client reaches this account, and so its blobs."""
        match statement:
            case statements.Get():
                return self._get(session, statement, host, query_id)
            case statements.Put():
                return self._put(session, statement, host, query_id)
            case statements.ListFiles():
                return self._list(session, statement)
            case statements.Remove():
                return self._remove(session, statement)
            case statements.Select():
                return selecting.rows(
                    session, statement, lambda stage, path, valid_s: self._link(session, stage, path, host, valid_s)
                )
            case statements.Use():
                return _use(session, statement)
            case statements.AlterSession():
                for name, value in statement.values.items():
                    session.parameters[name] = PARAMETERS.get(name) if value is None else _typed(name, value)
                return answers.executed(answers.ALTER_SESSION)
            case statements.ShowParameters():
                return _parameters(session, statement.like)
            case statements.Transaction():
                return answers.executed(answers.TRANSACTION)
            case statements.ResultScan():
                raise AssertionError(f"{statement} is the answer of another query, and needs none of its own")

    def _get(self, session: Session, get: statements.Get, host: str, query_id: str) -> Transfer:
        of = place(session, get.stage)
        names = [entry.name for entry in of.matches(self._store.entries(VIA), get.options.get("PATTERN"))]
        told: dict[str, Any] = {
            "localLocation": get.local,
            "src_locations": names,
            "encryptionMaterial": [],
            "parallel": int(get.options.get("PARALLEL", "10")),
            "threshold": LARGEST_SINGLE_PUT,
            "stageInfo": self._stage_info(of, host, query_id),
        }
        if of.transport == "GCS":
            told["presignedUrls"] = [signing.link(host, name, query_id) for name in names]
        return Transfer("DOWNLOAD", told, answers.GET)

    def _put(self, session: Session, put: statements.Put, host: str, query_id: str) -> Transfer:
        of = place(session, put.stage)
        folder, compress = of.path.strip("/"), put.options.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE"
        name = str(PurePosixPath(folder, _stored_as(PurePosixPath(put.local).name, compress=compress)))
        info = self._stage_info(of, host, query_id, folder)
        if of.transport == "GCS" and not WILDCARDS & set(name):
            # 4.x asks again with each file's final name to have the link for it; 5.x takes this one.
            info["presignedUrl"] = signing.link(host, name, query_id, method="PUT")
        told = {
            "src_locations": [put.local],
            "encryptionMaterial": None,
            "parallel": int(put.options.get("PARALLEL", "4")),
            "threshold": LARGEST_SINGLE_PUT,
            "autoCompress": compress,
            "overwrite": put.options.get("OVERWRITE", "FALSE").upper() == "TRUE",
            "sourceCompression": put.options.get("SOURCE_COMPRESSION", "AUTO_DETECT").lower(),
            "clientShowEncryptionParameter": False,
            "stageInfo": info,
        }
        return Transfer("UPLOAD", told, answers.PUT)

    def _stage_info(self, of: Place, host: str, query_id: str, folder: str = "") -> dict[str, Any]:
        below = f"{folder}/" if folder else ""
        told: dict[str, Any] = {"locationType": of.transport, "path": below, "isClientSideEncrypted": False}
        if of.transport == "GCS":
            told |= {"location": f"{signing.BUCKET}/{below}", "region": "us-central1", "creds": {}, "endPoint": None}
            return told
        return told | {
            "location": f"{signing.S3_BUCKET}/{below}",
            "region": signing.REGION,
            "endPoint": f"http://{host}",
            "creds": self.keys.issue(query_id),
        }

    def _link(self, session: Session, stage: str, path: str, host: str, valid_s: int) -> str:
        of = place(session, stage)
        # No look whether the file is there: a real account signs any name, and the storage answers 404.
        return signing.link(host, str(PurePosixPath(of.path, path)), f"url-{session.id}", valid_s=valid_s)

    def _list(self, session: Session, asked: statements.ListFiles) -> Rows:
        of = place(session, asked.stage)
        entries = of.matches(self._store.entries(VIA), asked.options.get("PATTERN"))
        value = {"name": f"@{of.stage}/{of.path}", "what": "listing", "via": VIA}
        self._mock.recorder.record("invoke", "serve", value)
        rows = [self._listed(of, entry) for entry in entries]
        self._mock.recorder.record("ok", "serve", value | {"complete": True})
        columns = [Column("name"), Column("size", "fixed", 0), Column("md5"), Column("last_modified")]
        return Rows(columns, rows, answers.LIST)

    def _listed(self, of: Place, entry: Entry) -> list[str | None]:
        sight = self._store.sight(entry)
        return [
            of.listed(entry.name),
            str(sight.present),
            self._md5_of(entry, sight),
            http_date(sight.modified_ns),
        ]

    def _md5_of(self, entry: Entry, sight: Sight) -> str:
        """The checksum that a listing states: of the bytes that the sender says are there."""
        listed = sight.body
        if entry.what == "file" and sight.manifest["sha256"] == entry.source_file.sha256:
            listed = entry.source_file.body.part(0, sight.present)
            if sight.present == entry.source_file.size and entry.source_file.md5:
                return entry.source_file.md5
        if listed not in self._md5:
            digest = hashlib.md5(usedforsecurity=False)
            for chunk in listed.chunks():
                digest.update(chunk)
            self._md5[listed] = digest.hexdigest()
        return self._md5[listed]

    def _remove(self, session: Session, asked: statements.Remove) -> Rows:
        of = place(session, asked.stage)
        entries = of.matches(self._store.entries(VIA), asked.options.get("PATTERN"))
        for entry in entries:
            self._store.remove(VIA, entry.name)
        rows = [[of.listed(entry.name), "removed"] for entry in entries]
        return Rows([Column("name"), Column("result")], rows, answers.REMOVE)


def _stored_as(name: str, *, compress: bool) -> str:
    """What a local file is called on the stage: drivers compress what does not look compressed."""
    return f"{name}.gz" if compress and PurePosixPath(name).suffix.lower() not in COMPRESSED else name


def _use(session: Session, use: statements.Use) -> Rows:
    known = {"DATABASE": SNOWFLAKE["database"], "SCHEMA": SNOWFLAKE["schema"], "WAREHOUSE": SNOWFLAKE["warehouse"]}
    known["ROLE"] = SNOWFLAKE["role"]
    if use.kind in known:
        parts = use.name if use.kind == "SCHEMA" else use.name[-1:]
        if parts[-1] != known[use.kind] or (len(parts) == 2 and parts[0] != known["DATABASE"]):
            message = "Object does not exist, or operation cannot be performed."
            raise SqlRefused("002043", "02000", message)
        if use.kind in ("SCHEMA", "DATABASE"):
            session.database, session.schema = known["DATABASE"], known["SCHEMA"]
        elif use.kind == "WAREHOUSE":
            session.warehouse = known["WAREHOUSE"]
        else:
            session.role = known["ROLE"]
    return answers.executed(answers.USE)


def _typed(name: str, value: str) -> Any:
    known = PARAMETERS.get(name)
    if isinstance(known, bool):
        return value.upper() == "TRUE"
    return int(value) if isinstance(known, int) and value.isdecimal() else value


def _parameters(session: Session, like: str) -> Rows:
    pattern = like.upper().replace("%", "*").replace("_", "?")
    columns = [Column(name) for name in ("key", "value", "default", "level", "description", "type")]
    rows: list[list[str | None]] = []
    for name, value in sorted(session.parameters.items()):
        if fnmatch.fnmatchcase(name, pattern):
            default = PARAMETERS.get(name)
            level = "" if value == default else "SESSION"
            rows.append([name, _shown(value), _shown(default), level, "", _type(value)])
    return Rows(columns, rows, answers.SHOW)


def _shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _type(value: Any) -> str:
    return "BOOLEAN" if isinstance(value, bool) else "NUMBER" if isinstance(value, int) else "STRING"
