"""What the source and the wire record: files that come and go, and what clients ask for."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.events.receipts import BUG, FAULT, FAULT_IN_A_FILE, FREED
from harness.contract.events.vocabulary import FLAG, NUMBER, TEXT, Field, Happening, asked, happening, maybe, one_of

FILE = Field(TEXT, "the chain's word for the file; empty for one that a client has put there")
NAME = Field(TEXT, "the file's name at the source")
SIZE = Field(NUMBER, "bytes")
SHA256 = Field(TEXT, "checksum of the content: SHA-256, in hexadecimal")
RECORDS = Field(NUMBER, "records that its sender states")
VIA = Field(TEXT, "the protocol: `http`, `s3`, `sftp`, `snowflake`")
USER = Field(TEXT, "who; empty where the client has not said so")
PUT = "once it is there, whole (ok) or not (fail)"
CONTENT = "checksum of what is compared: the content, without what only tells of the run"
REPORT = Field(TEXT, "of a small report that is no file of the source: what is in it")

SOURCE: Mapping[str, Happening] = {
    "publish": happening(
        "a file arrives",
        "info",
        file=FILE,
        name=NAME,
        size=SIZE,
        sha256=SHA256,
        records=RECORDS,
        flag=maybe(Field(TEXT, "of a file whose sender says when it is done: the name of its flag")),
    ),
    "flag": happening(
        "the flag of a file arrives: its sender says that it is done",
        "info",
        file=FILE,
        name=Field(TEXT, "the name of the file that is done"),
        flag=Field(TEXT, "the flag's name"),
    ),
    "restate": happening(
        "a fault has changed a file, and its manifest states what it is now",
        "info",
        file=FILE,
        name=NAME,
        size=SIZE,
        sha256=SHA256,
        records=RECORDS,
    ),
    "serve": asked(
        happening(
            "a request; `what` is file, manifest, flag or listing, `via` its protocol. ok before the last bytes leave",
            "invoke",
            "ok",
            "fail",
            name=Field(
                TEXT, "what is asked for: the file's name at the source, also for its manifest; of a listing, where"
            ),
            what=Field(one_of("file", "manifest", "flag", "listing"), "what of it"),
            via=VIA,
            bytes=maybe(Field(NUMBER, "bytes sent, where protocol and end tell")),
            complete=maybe(Field(FLAG, "whether the client has all of the true content, once that is known")),
        )
    ),
    "login": asked(
        happening(
            "a client logs in or gets credentials for a while; fail for each credential that is refused",
            "invoke",
            "ok",
            "fail",
            via=VIA,
            user=USER,
        )
    ),
    "query": asked(
        happening(
            "a statement is refused, or not known",
            "fail",
            via=VIA,
            statement=Field(TEXT, "its first 500 characters"),
            code=maybe(Field(TEXT, "the error's number, where there is one")),
        )
    ),
    "put": asked(
        happening(
            "a client sends a file",
            "invoke",
            "ok",
            "fail",
            name=NAME,
            via=VIA,
            size=maybe(Field(NUMBER, f"bytes, {PUT}")),
            sha256=maybe(Field(TEXT, f"{SHA256.says}, {PUT}")),
            extends=maybe(Field(FLAG, "whether what had this name before was the first part of it, and no more")),
        )
    ),
    "keeps": happening(
        "the night is over, and this file is there, if the chain does not ignore it",
        "info",
        sets_off=False,
        file=maybe(
            Field(TEXT, "the chain's word for it, of one that its sender has put there and no client has moved")
        ),
        name=Field(TEXT, f"{NAME.says}, the last one that a client gave it"),
        via=VIA,
        size=SIZE,
        content=Field(TEXT, CONTENT),
        text=maybe(REPORT),
        whole=Field(FLAG, "whether it was sent to its end"),
        parts=maybe(Field(NUMBER, "of an upload in parts that nobody has completed or given up: how many have come")),
    ),
    "remove": asked(happening("a client takes one away", "info", name=NAME, via=VIA)),
    "rename": asked(
        happening(
            "a sender or a client gives one another name",
            "info",
            file=FILE,
            name=Field(TEXT, "its name before"),
            to=Field(TEXT, "its name from now on"),
            via=maybe(Field(TEXT, f"{VIA.says}, when a client did it")),
        )
    ),
    "fault": FAULT_IN_A_FILE,
    "freed": FREED,
    "bug": BUG,
}

WIRE: Mapping[str, Happening] = {
    "connect": asked(
        happening(
            "a connection to `source`, `s3`, `sftp`, `snowflake`, `consumers`, `postgres`, `queue`; "
            "fail: it did not get there",
            "info",
            "fail",
            endpoint=Field(TEXT, "to which of them"),
        )
    ),
    "fault": FAULT,
    "freed": FREED,
    "bug": BUG,
}
