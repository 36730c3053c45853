"""What clients change: PUT and REMOVE at the account, and the upload itself at the blob storage. Nothing renames."""

from __future__ import annotations

from pathlib import PurePosixPath

from aiohttp import web

from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.over_http.receiving import received
from harness.mocks.source.snowflake import VIA, answers, signing, statements
from harness.mocks.source.snowflake.answers import APART, LARGEST_SINGLE_TRANSFER, Column, Rows, Transfer
from harness.mocks.source.snowflake.errors import storage_error, storage_refusal
from harness.mocks.source.snowflake.sessions import Session
from harness.mocks.source.snowflake.signing import Keys, Mistake
from harness.mocks.source.snowflake.stages import place, stage_info
from harness.mocks.source.store.store import Store

WILDCARDS = frozenset("*?")
COMPRESSED = frozenset({".gz", ".bz2", ".br", ".zst", ".deflate", ".raw_deflate", ".parquet", ".orc"})


class Writing:
    """The statements that write, and the requests of drivers that follow them."""

    def __init__(self, store: Store, gate: Gate, keys: Keys) -> None:
        self._store, self._gate, self._keys = store, gate, keys

    def put(self, session: Session, put: statements.Put, host: str, query_id: str) -> Transfer:
        """PUT: where the driver has to send a file, and how."""
        of = place(session, put.stage)
        folder, compress = of.path.strip("/"), put.options.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE"
        name = str(PurePosixPath(folder, _stored_as(PurePosixPath(put.local).name, compress=compress)))
        info = stage_info(of, self._keys, host, query_id, folder)
        if of.transport == "GCS" and not WILDCARDS & set(name):
            # 4.x asks again with each file's final name to have the link for it; 5.x takes this one.
            info["presignedUrl"] = signing.link(host, name, query_id, method="PUT")
        told = {
            "src_locations": [put.local],
            "encryptionMaterial": None,
            "parallel": int(put.options.get("PARALLEL", "4")),
            "threshold": LARGEST_SINGLE_TRANSFER,
            "autoCompress": compress,
            "overwrite": put.options.get("OVERWRITE", "FALSE").upper() == "TRUE",
            "sourceCompression": put.options.get("SOURCE_COMPRESSION", "AUTO_DETECT").lower(),
            "clientShowEncryptionParameter": False,
            "stageInfo": info,
        }
        return Transfer("UPLOAD", told, answers.PUT)

    def remove(self, session: Session, asked: statements.Remove) -> Rows:
        """REMOVE: take files away."""
        of = place(session, asked.stage)
        entries = of.matches(self._store.entries(VIA), asked.options.get("PATTERN"))
        for entry in entries:
            self._store.remove(VIA, entry.name)
        rows = [[of.listed(entry.name), "removed"] for entry in entries]
        return Rows([Column("name"), Column("result")], rows, answers.REMOVE)

    async def blob(self, request: web.Request, mistake: Mistake | None) -> web.Response:
        """PUT of one file at the blob storage, by a ticket that may have a mistake."""
        name = request.match_info["name"]
        upload = self._store.upload(VIA, name)
        refusal = self._gate.refusal(VIA, "put", name)
        if refusal is not None:
            upload.abandon(refusal.refuse)
            return storage_refusal(refusal)
        if mistake is not None:
            upload.abandon(f"{mistake[0]}: {mistake[1]}")
            return storage_error(*mistake)
        if request.headers.get("x-goog-if-generation-match") == "0" and self._store.find(VIA, name) is not None:
            upload.abandon("412: it is there, and OVERWRITE is false")
            message = "At least one of the pre-conditions you specified did not hold."
            return storage_error(412, "PreconditionFailed", message)
        source_file = await received(request, upload)
        return web.Response(headers=APART | {"ETag": f'"{source_file.md5}"'})


def _stored_as(name: str, *, compress: bool) -> str:
    """What a local file is called on the stage: drivers compress what does not look compressed."""
    return f"{name}.gz" if compress and PurePosixPath(name).suffix.lower() not in COMPRESSED else name
