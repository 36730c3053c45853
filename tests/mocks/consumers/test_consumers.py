"""The consumers: batches taken once for their key, refused by name, held in a database, told when the night settles."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from harness.mocks.consumers.http import reading
from harness.mocks.consumers.ledger import Batch
from tests.mocks.conftest import NightOfMocks, Played

ROWS = [{"site": "north", "sku": "a", "quantity": 1}, {"site": "north", "sku": "b", "quantity": 2}]
BATCH = {"business_date": "2026-11-23", "rows": ROWS, "fallback_of": None}
URL = "/planning/batches"


@pytest.fixture
def consumers(night: NightOfMocks) -> Played:
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["site", "sku"]}, "audit": {"kind": "http"}}
    return night.start("consumers")


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def digest(row: dict[str, Any]) -> str:
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(canonical.encode(), digest_size=8).hexdigest()


def test_a_batch_is_stored_and_counted(night: NightOfMocks, consumers: Played) -> None:
    answer = consumers.post(URL, BATCH, **keyed("k1"))
    assert (answer.status, answer.json()) == (201, {"stored": 2, "replayed": False})
    assert consumers.get("/planning/plan?business_date=2026-11-23").json() == {"rows": 2, "batches": 1}
    assert consumers.get("/planning/plan?business_date=2026-11-22").json() == {"rows": 0, "batches": 0}
    assert consumers.get("/audit/plan").json() == {"rows": 0, "batches": 0}
    value = {"key": "k1", "rows": 2, "business_date": "2026-11-23", "fallback_of": None}
    assert night.events("batch") == [
        ("invoke", value, None),
        ("ok", value | {"stored": 2, "replayed": False}, None),
    ]
    assert {event.component for event in night.history().of("batch")} == {"planning"}


def test_the_same_key_and_payload_again_is_a_replay(night: NightOfMocks, consumers: Played) -> None:
    consumers.post(URL, BATCH, **keyed("k1"))
    reordered = BATCH | {"rows": [dict(reversed(row.items())) for row in ROWS]}
    for again in (BATCH, reordered):
        answer = consumers.post(URL, again, **keyed("k1"))
        assert (answer.status, answer.json()) == (200, {"stored": 0, "replayed": True})
    assert consumers.get("/planning/plan").json() == {"rows": 2, "batches": 1}
    assert night.events("batch")[-1][1]["replayed"] is True


@pytest.mark.parametrize(
    "other",
    [
        {"rows": ROWS[:1]},
        {"rows": ROWS[::-1]},
        {"business_date": "2026-11-24"},
        {"fallback_of": "2026-11-22"},
        {"rows": [ROWS[0], ROWS[1] | {"quantity": 3}]},
    ],
)
def test_the_same_key_with_another_payload_is_refused(
    night: NightOfMocks, consumers: Played, other: dict[str, Any]
) -> None:
    consumers.post(URL, BATCH, **keyed("k1"))
    answer = consumers.post(URL, BATCH | other, **keyed("k1"))
    assert (answer.status, answer.json()["field"]) == (422, "Idempotency-Key")
    assert consumers.get("/planning/plan").json() == {"rows": 2, "batches": 1}
    assert night.events("batch")[-1][0] == "fail"


def test_without_a_key_the_same_batch_is_stored_twice(consumers: Played) -> None:
    assert [consumers.post(URL, BATCH).status for _ in range(2)] == [201, 201]
    assert consumers.get("/planning/plan").json() == {"rows": 4, "batches": 2}


def test_a_key_is_one_consumers_own(consumers: Played) -> None:
    assert consumers.post(URL, BATCH, **keyed("k1")).status == 201
    assert consumers.post("/audit/batches", BATCH, **keyed("k1")).status == 201


def test_a_batch_without_rows_is_a_batch(consumers: Played) -> None:
    empty = BATCH | {"rows": []}
    assert consumers.post(URL, empty, **keyed("k1")).status == 201
    assert consumers.post(URL, empty, **keyed("k1")).json() == {"stored": 0, "replayed": True}


def test_settle_tells_what_each_consumer_holds(night: NightOfMocks, consumers: Played) -> None:
    consumers.post(URL, BATCH, **keyed("k1"))
    consumers.post(URL, BATCH | {"fallback_of": "2026-11-22", "rows": ROWS[:1]})
    consumers.post("/audit/batches", BATCH | {"rows": ROWS[:1]})
    consumers.done("POST", "settle")
    history = night.history()
    first, fallback = history.of("holds", component="planning")
    said = {"business_date": "2026-11-23", "fallback_of": None, "batch": 1, "rows": 2}
    assert said.items() <= first.value.items()
    said = {"business_date": "2026-11-23", "fallback_of": "2026-11-22", "batch": 2, "rows": 1}
    assert said.items() <= fallback.value.items()
    told = [(f"north|{row['sku']}", digest(row), row) for row in ROWS]
    assert [list(history.rows(event).contents()) for event in (first, fallback)] == [told, told[:1]]
    assert night.held("audit") == [("1|north|a", digest(ROWS[0]))], "no key columns: all, by name"


def test_the_digest_of_a_night_depends_on_the_rows_that_are_held(night: NightOfMocks, consumers: Played) -> None:
    digests = set()
    for quantity in (1, 2, 1):
        consumers.done("POST", "reset", night.plan)
        consumers.post(URL, BATCH | {"rows": [ROWS[0] | {"quantity": quantity}]})
        consumers.done("POST", "settle")
        (held,) = night.history().of("holds")
        digests.add((held.value["digest"], held.value["sum"]))
    assert len(digests) == 2


@pytest.mark.parametrize("odd", ["},{", '{"a":1},{"b":2}', [{"a": 1}, {"b": 2}], [{}, {}], {"a": {"b": []}}, "", "é\n"])
def test_every_row_has_its_own_digest_whatever_its_values_look_like(
    night: NightOfMocks, consumers: Played, odd: object
) -> None:
    rows = [row | {"note": odd} for row in ROWS]
    consumers.post(URL, BATCH | {"rows": rows})
    consumers.done("POST", "settle")
    assert night.held("planning") == [(f"north|{row['sku']}", digest(row)) for row in rows]


def test_consumers_that_get_the_same_batch_tell_its_rows_by_their_own_keys(
    night: NightOfMocks, consumers: Played
) -> None:
    for url in (URL, "/audit/batches", URL):
        assert consumers.post(url, BATCH).status == 201
    consumers.done("POST", "settle")
    keys = {name: [key for key, _ in night.held(name)] for name in ("planning", "audit")}
    assert keys == {"planning": ["north|a", "north|b"] * 2, "audit": ["1|north|a", "2|north|b"]}


@pytest.mark.parametrize("room", ["REMEMBERED_BATCHES", "REMEMBERED_BYTES"])
def test_a_batch_that_comes_again_is_not_read_again_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    bodies = [json.dumps(BATCH | {"business_date": f"2026-11-{day}"}).encode() for day in (21, 22, 23)]
    size = len(reading.Reader().read(bodies[0], ("sku",)).lines)
    monkeypatch.setattr(reading, room, 2 if room == "REMEMBERED_BATCHES" else 2 * size)
    read = mock.Mock(wraps=reading._read)
    monkeypatch.setattr(reading, "_read", read)
    reader = reading.Reader()
    first, second = (reader.read(body, ("sku",)) for body in bodies[:2])
    assert (reader.read(bytes(bytearray(bodies[0])), ("sku",)), reader.read(bodies[1], ("sku",))) == (first, second)
    assert read.call_count == 2
    assert reader.read(bodies[0], ("site",)) != first  # by other keys: now there is no room for those before
    assert (reader.read(bodies[0], ("sku",)), read.call_count) == (first, 4)


def test_a_batch_that_cannot_be_remembered_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.RowsFile, "append", mock.Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
    reader, body = reading.Reader(), json.dumps(BATCH).encode()
    assert reader.read(body, ("sku",)) == reader.read(body, ("sku",))


def test_what_is_held_can_be_read_from_the_files(night: NightOfMocks, consumers: Played) -> None:
    consumers.post(URL, BATCH)
    lines = [line.split("\t") for line in (night.dir / "consumers" / "planning.rows").read_text().splitlines()]
    assert [(json.loads(key), held) for key, held, _ in lines] == [(f"north|{row['sku']}", digest(row)) for row in ROWS]
    assert [json.loads(content) for _, _, content in lines] == ROWS
    database = sqlite3.connect(night.dir / "consumers" / "planning.db")
    assert database.execute("select business_date, rows from batches").fetchall() == [("2026-11-23", 2)]
    database.close()


def test_reset_forgets_what_was_held(night: NightOfMocks, consumers: Played) -> None:
    consumers.post(URL, BATCH, **keyed("k1"))
    consumers.done("POST", "reset", night.plan)
    assert consumers.get("/planning/plan").json() == {"rows": 0, "batches": 0}
    assert consumers.post(URL, BATCH, **keyed("k1")).status == 201


def test_an_unknown_consumer_is_a_404_that_names_the_known(consumers: Played) -> None:
    answer = consumers.post("/finance/batches", BATCH)
    error = "consumer: found 'finance', expected one of these: audit, planning"
    assert (answer.status, answer.json()) == (404, {"error": error, "field": "consumer"})
    assert consumers.get("/finance/plan").status == 404


@pytest.mark.parametrize(
    ("body", "field", "error"),
    [
        (b"{", "body", "found no JSON"),
        (b'{"rows": [NaN]}', "body", "NaN is not a JSON number"),
        ([], "body", "expected a JSON object"),
        ({"rows": ROWS}, "business_date", "found nothing, expected a text"),
        (BATCH | {"business_date": "23.11.2026"}, "business_date", "expected a date as YYYY-MM-DD"),
        (BATCH | {"business_date": "20261123"}, "business_date", "expected a date as YYYY-MM-DD"),
        (BATCH | {"fallback_of": "yesterday"}, "fallback_of", "expected a date as YYYY-MM-DD"),
        ({"business_date": "2026-11-23"}, "rows", "found nothing, expected a list of objects"),
        (BATCH | {"rows": {}}, "rows", "found {}, expected a list of objects"),
        (BATCH | {"rows": [ROWS[0], 3]}, "rows[1]", "found 3, expected an object"),
        (BATCH | {"rows": [ROWS[0], {"site": "n"}]}, "rows[1].sku", "expected a value: the column is part of the row"),
        (BATCH | {"fallback_off": None}, "fallback_off", "only business_date, rows, fallback_of"),
    ],
)
def test_a_batch_of_the_wrong_shape_is_refused_by_name(
    night: NightOfMocks, consumers: Played, body: object, field: str, error: str
) -> None:
    answer = consumers.post(URL, body, **keyed("k1"))
    assert (answer.status, answer.json()["field"]) == (400, field)
    assert error in answer.json()["error"]
    assert night.events("batch") == [("fail", {"key": "k1", "field": field}, answer.json()["error"])]


@pytest.mark.exhaustive
def test_a_tenth_of_a_year_of_flights_takes_little_work(night: NightOfMocks, consumers: Played) -> None:
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["carrier", "flight", "origin", "hour"]}}
    consumers.done("POST", "reset", night.plan)
    flight = {"carrier": "UA", "origin": "EWR", "dest": "IAH", "tailnum": "N14228", "dep_delay": 2, "air_time": 227}
    rows = [flight | {"flight": number, "hour": f"2013-01-01 {number % 24:02}:00"} for number in range(923)]
    bodies = [json.dumps({"business_date": "2013-01-01", "rows": rows}).encode()] * 36
    begun = time.process_time()
    for body in bodies:
        json.dumps(json.loads(body))
    once_s = time.process_time() - begun
    before = cpu_s(consumers)
    for body in bodies:
        assert consumers.post(URL, body).status == 201
    consumers.done("POST", "settle")
    took_s = cpu_s(consumers) - before
    assert consumers.get("/planning/plan").json() == {"rows": 923 * 36, "batches": 36}
    assert took_s < 20 * once_s, f"it took {took_s:.1f} s, and {once_s:.1f} s to read and write the text"


def cpu_s(played: Played) -> float:
    """What a mock has computed so far: unlike the wall's time, it does not depend on who else is busy."""
    fields = Path(f"/proc/{played.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_volatile_columns_are_no_part_of_a_row() -> None:
    first, again = (
        Batch.of("2026-11-23", None, [{"sku": "a", "loaded_at": at}], key_columns=("sku",), volatile=("loaded_at",))
        for at in (1, 2)
    )
    assert first == again
    assert first != Batch.of("2026-11-23", None, [{"sku": "b", "loaded_at": 1}], key_columns=("sku",))
