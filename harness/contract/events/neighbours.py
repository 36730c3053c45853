"""What the other neighbours of the chain record: the desk, the folder watch and the consumers."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.events.receipts import BUG, FAULT, FREED
from harness.contract.events.source import CONTENT, REPORT, SHA256, SIZE
from harness.contract.events.vocabulary import (
    FLAG,
    NUMBER,
    TEXT,
    Field,
    Happening,
    asked,
    happening,
    maybe,
    one_of,
    or_null,
)

_BY = "; absent where it came by the desk's own `POST /pages`"
_CHANNEL = maybe(
    Field(TEXT, f"how it came: `mail`, `pagerduty`, `servicenow`, `slack`, `teams`, `jira`, `webhook`{_BY}")
)
_TO = maybe(Field(or_null(TEXT), "the address, as it came: a mailbox, a routing key, a group, the end of a path"))
_KEY = maybe(
    Field(or_null(TEXT), "by what later events know it: its de-duplication key, or the number of its incident")
)


_WITH_A_ROSTER = "of a chain with a roster"
_NUMBER = maybe(Field(NUMBER, f"{_WITH_A_ROSTER}, of ok: which page of the night, from 1 on"))
_TOLD = maybe(Field(or_null(TEXT), f"{_WITH_A_ROSTER}, of ok: who is told; null: nobody is on call"))
_AWAY = maybe(Field(one_of("left", "leave", "hours"), "why who is told is not there"))


def _answered(says: str) -> Happening:
    """What is said of a page that is open under a key."""
    fail = "fail: no page of this key is open"
    return asked(
        happening(
            f"{says}, once for each owner who was told of it; {fail}",
            "ok",
            "fail",
            owner=maybe(Field(TEXT, "of ok, as the next: who had been paged")),
            job=maybe(Field(TEXT, "about which job")),
            number=_NUMBER,
            by=maybe(Field(TEXT, f"{_WITH_A_ROSTER}, of ok: the person who was told; absent where a client says it")),
            channel=_CHANNEL,
            to=_TO,
            key=_KEY,
        )
    )


DESK: Mapping[str, Happening] = {
    "page": asked(
        happening(
            "a page; ok when its owner has it; info when it `repeats` one that is open, which tells nobody anew; fail "
            "names the `field` that is wrong, and nobody was told",
            "invoke",
            "ok",
            "info",
            "fail",
            owner=maybe(Field(TEXT, "who is paged; absent from fail")),
            job=maybe(Field(TEXT, "about which job, in the words of whoever pages")),
            cause=maybe(Field(TEXT, "of ok, as the next two, and of fail if it could be read: the cause")),
            text=maybe(Field(TEXT, "the whole text")),
            runbook=maybe(Field(or_null(TEXT), "the path of what the owner reads")),
            field=maybe(Field(TEXT, "of fail: the field that is wrong")),
            channel=_CHANNEL,
            to=_TO,
            key=_KEY,
            repeats=maybe(Field(NUMBER, "of info: how often it has come again while it is open")),
            number=_NUMBER,
            told=_TOLD,
            away=_AWAY,
            escalate_after_s=maybe(
                Field(or_null(NUMBER), f"{_WITH_A_ROSTER}: how long it waits for somebody; null: for ever")
            ),
        )
    ),
    "escalate": happening(
        "nobody has acknowledged a page in time: ok when the next of the order is told, fail when there is nobody left",
        "ok",
        "fail",
        owner=Field(TEXT, "for whom the page is"),
        job=Field(TEXT, "about which job"),
        number=Field(NUMBER, "which page of the night, from 1 on"),
        told=maybe(Field(TEXT, "of ok: who is told now")),
        away=_AWAY,
        after_s=Field(
            NUMBER, "how long nobody had acknowledged it; 0: it came to their own mailbox beside another one"
        ),
    ),
    "acknowledge": _answered("somebody, or something, takes a page that is open"),
    "resolve": _answered("what a page was for is over"),
    "note": asked(
        happening(
            "something is said that pages nobody: a comment, a change, good news",
            "info",
            channel=_CHANNEL,
            to=_TO,
            key=_KEY,
            text=Field(TEXT, "what was said"),
        )
    ),
    "fault": FAULT,
    "freed": FREED,
    "bug": BUG,
}

_FOLDER = Field(TEXT, "the chain's name of the folder")
_NAME = Field(TEXT, "the file's name, seen from the folder: `today/forecast.csv`")
_READABLE = "once it is whole; null: it is none of the files that count, or was gone before it could be read"

_HOW = (
    "how it got its name, once it is whole: `closed` was written under it, "
    "`found` was in a directory before that was watched"
)

FOLDERS: Mapping[str, Happening] = {
    "write": happening(
        "a file appears; ok when it is whole",
        "invoke",
        "ok",
        folder=_FOLDER,
        name=_NAME,
        size=maybe(Field(or_null(NUMBER), f"{SIZE.says}, {_READABLE}")),
        sha256=maybe(Field(or_null(TEXT), f"{SHA256.says}, {_READABLE}")),
        text=maybe(Field(TEXT, "of a watermark, once it is whole: what is in it, the first 4,096 bytes")),
        how=maybe(Field(one_of("closed", "renamed", "linked", "found"), _HOW)),
        length=maybe(Field(NUMBER, "of another file that may be a result, when it is closed: bytes")),
        beginnings=maybe(
            Field(
                TEXT,
                "of the same: digests of its first bytes, four digits each: of each byte up to 32, then of sixteen "
                "lengths between a power of two and the next; no digest of the history knows of them",
            )
        ),
        whole=maybe(Field(TEXT, "of the same: the digest of all of it, sixteen digits")),
    ),
    "remove": happening("a file goes", "info", folder=_FOLDER, name=_NAME),
    "keeps": happening(
        "the night is over, and this is what a folder holds: each file that the chain does not ignore",
        "info",
        sets_off=False,
        folder=_FOLDER,
        name=Field(TEXT, f"{_NAME.says}; with a slash at its end, a directory with nothing in it"),
        size=SIZE,
        content=Field(TEXT, CONTENT),
        sha256=maybe(Field(TEXT, f"{SHA256.says}; of a file in a folder of checked ones")),
        text=maybe(REPORT),
        beginning_of=maybe(Field(TEXT, "the published file of which it is the first part, and not all")),
    ),
    "bug": BUG,
}

_DATE = Field(TEXT, "the business date of the rows: `2026-11-23`")
_FALLBACK = Field(or_null(TEXT), "the date whose rows stand in for them, where they are a fallback")
_READ = "if the batch could be read"

COMMITS = ("batch", "taken", "commit", "push")
"""The actions of consumers whose ``ok`` says that rows are stored, and in ``stored`` how many anew."""

SENT = {"http": "batch", "postgres": "commit", "queue": "push"}
"""Those that a job asks for, by the consumer's kind: ``invoke`` when it has come and nothing is done about it."""

CONSUMER: Mapping[str, Happening] = {
    "batch": asked(
        happening(
            "rows arrive; ok when they are stored, or were before (`replayed`)",
            "invoke",
            "ok",
            "fail",
            key=Field(or_null(TEXT), "the idempotency key; null: none came"),
            rows=maybe(Field(NUMBER, f"rows in it, {_READ}")),
            business_date=maybe(Field(TEXT, f"{_DATE.says}, {_READ}")),
            fallback_of=maybe(Field(or_null(TEXT), f"{_FALLBACK.says}, {_READ}")),
            stored=maybe(Field(NUMBER, "of ok: rows stored now, 0 when it was replayed")),
            replayed=maybe(Field(FLAG, "of ok: whether they had been stored before")),
            field=maybe(Field(TEXT, "of fail: the field that is wrong, if one is")),
        )
    ),
    "withdraw": asked(
        happening(
            "all that it has of a business date is taken back by its sender, and may be sent anew under the same keys",
            "ok",
            "fail",
            business_date=Field(or_null(TEXT), "the date; null: none was said"),
            rows=maybe(Field(NUMBER, "of ok: rows that it had")),
            batches=maybe(Field(NUMBER, "of ok: batches in which they had come")),
        )
    ),
    "commit": asked(
        happening(
            "a transaction that changes its table; invoke when a client wants it to commit; fail: it came to nothing",
            "invoke",
            "ok",
            "fail",
            stored=maybe(Field(NUMBER, "of ok: rows put there or changed")),
            removed=maybe(Field(NUMBER, "of ok: rows taken away")),
            before=maybe(Field(NUMBER, "of ok: how many rows of the night it had until now")),
            rows=maybe(Field(NUMBER, "of ok: how many it has from now on")),
            by=maybe(
                Field(TEXT, "of ok: who has done it, where it is nobody of the chain: `another session`, `failover`")
            ),
            fallback_of=maybe(Field(TEXT, f"of ok: {_FALLBACK.says}, of the last such row stored")),
        )
    ),
    "taken": happening(
        "it has read a file of the chain by itself; fail: there was none, or it could not be read",
        "ok",
        "fail",
        folder=Field(TEXT, "the chain's name of the folder in which it looked"),
        file=Field(TEXT, "the file's name"),
        size=maybe(SIZE),
        sha256=maybe(SHA256),
        rows=maybe(Field(NUMBER, "of ok: rows in it, all that the consumer holds from now on")),
        stored=maybe(Field(NUMBER, "of ok: the same number, for all of them were stored now")),
        replaces=maybe(Field(FLAG, "of ok: whether it had held another content of that file")),
        fallback_of=maybe(Field(TEXT, f"of ok: {_FALLBACK.says}, of the last such record in it")),
    ),
    "push": asked(
        happening(
            "messages come to it by a queue; ok when their rows are stored, those of one date at once; fail: the "
            "request was refused, or some of its messages hold no row and are not kept",
            "invoke",
            "ok",
            "fail",
            by=maybe(Field(TEXT, "what brought them, as the server's own log has it: `RPUSH`, `XADD`, `LMOVE`")),
            rows=maybe(Field(NUMBER, "rows in them, if they could be read")),
            business_date=maybe(Field(TEXT, f"{_DATE.says}, if they could be read")),
            fallback_of=maybe(Field(or_null(TEXT), f"{_FALLBACK.says}, if they could be read")),
            stored=maybe(Field(NUMBER, "of ok: rows stored now")),
            replayed=maybe(Field(FLAG, "of ok, where messages have ids: whether this one had come before")),
        )
    ),
    "holds": happening(
        "the night is over, and this batch is what the consumer holds",
        "info",
        sets_off=False,
        business_date=_DATE,
        fallback_of=_FALLBACK,
        batch=Field(NUMBER, "the batch, in the order in which they came"),
        rows=Field(NUMBER, "how many rows are in it"),
        start=Field(NUMBER, "where they begin in the file of rows beside the history: lines of key, checksum and row"),
        bytes=Field(NUMBER, "how long they are there"),
        digest=Field(TEXT, "the digest of these lines"),
        sum=Field(TEXT, "the sum of the rows' checksums, which is the same in any order"),
        night=maybe(
            Field(
                TEXT,
                "in a baseline: the earlier night that holds it, by which fallbacks and stale rows are told",
            )
        ),
    ),
}
"""What each consumer records under its own name, which its chain gives it."""

CONSUMERS: Mapping[str, Happening] = {"fault": FAULT, "freed": FREED, "bug": BUG}
"""What the program records in which all of them live."""
