"""Control files: what they state, over every protocol, and of a file that is served damaged."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import pytest

from harness.contract.codec import write
from harness.contract.content import FileLayout, PlacedColumn
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.formats import Form, find_layout
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import logged_in

NAME, CONTROL = "orders.csv", "orders_20261123.ctl"
TEMPLATE = "{name}|{date:%d.%m.%Y}|{records:06}|{control_total:010.2f}|{size}|{md5}\n"
DUE = 90
HEADER, TRAILER = b"sku,amount\n", b"TRAILER,100,505.00\n"
TEXT = HEADER + b"".join(b"%d,%d.10\n" % (number, number % 10 + number % 2) for number in range(100)) + TRAILER


def at(minutes: float) -> int:
    return BEGINS_NS + int(minutes * MINUTE_NS)


def started(
    night: NightOfMocks, content: bytes = TEXT, text: str = TEMPLATE, source: str = "http", due: float = 0
) -> Played:
    path = night.dir / "found"
    path.write_bytes(content)
    layout, totals = find_layout(path, Form(control="amount"))
    night.publish(
        NAME, content, records=totals.records, md5=hashlib.md5(content).hexdigest(), source=source,
        control_total=totals.control_total, layout=write(layout.described()), arrives_ns=at(due),
        control_file={"name": CONTROL, "text": text, "date": "2026-11-23"},
    )  # fmt: skip
    return night.start("source")


def sum_of(text: bytes) -> float:
    return sum(float(line.split(b",")[1]) for line in text.splitlines() if line[:1].isdigit())


def expected(served: bytes, text: bytes) -> str:
    records = sum(line[:1].isdigit() for line in text.splitlines())
    total = f"{sum_of(text):010.2f}"
    return f"{NAME}|23.11.2026|{records:06}|{total}|{len(served)}|{hashlib.md5(served).hexdigest()}\n"


def test_over_http_it_is_there_with_the_file_and_states_what_that_holds(night: NightOfMocks) -> None:
    source = started(night)
    answer = source.get(f"/files/{CONTROL}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain")
    assert answer.data.decode() == expected(TEXT, TEXT)
    served = night.history("source").of("serve", type="ok")
    assert [(event.value["name"], event.value["what"]) for event in served] == [(CONTROL, "manifest")]


def test_over_sftp_it_is_listed_with_its_size_and_read(night: NightOfMocks) -> None:
    with logged_in(started(night, source="sftp")) as sftp:
        assert sorted(sftp.listdir("/inbox")) == [NAME, f"{NAME}.manifest.json", CONTROL]
        with sftp.open(f"/inbox/{CONTROL}") as file:
            assert file.read().decode() == expected(TEXT, TEXT)
        assert sftp.stat(f"/inbox/{CONTROL}").st_size == len(expected(TEXT, TEXT))
        sftp.rename(f"/inbox/{CONTROL}", "/inbox/done.ctl")
        with sftp.open("/inbox/done.ctl") as file:
            assert file.read().decode() == expected(TEXT, TEXT)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        {"cut": {"fraction": 0.5, "where": "record_boundary"}},
        {"drop_trailer": {}},
        {"repeat": {"records": 7, "totals": "kept"}},
        {"empty": {"leave": "header"}},
        {"empty": {"leave": "nothing"}},
    ],
)
def test_with_a_manifest_that_follows_it_states_what_is_served(
    night: NightOfMocks, damage: dict[str, Any], packed: bool
) -> None:
    content = gzip.compress(TEXT, mtime=1) if packed else TEXT
    source = started(night, content)
    source.arm("serve", damage | {"manifest": "follows"}, where={"file": "orders", "what": "file"})
    served = source.get(f"/files/{NAME}").data
    assert served != content
    text = gzip.decompress(served) if packed and served else served
    assert source.get(f"/files/{CONTROL}").data.decode() == expected(served, text)


def test_with_a_true_manifest_it_states_the_true_file(night: NightOfMocks) -> None:
    source = started(night)
    cut = {"cut": {"fraction": 0.5, "where": "record_boundary"}}
    source.arm("serve", cut, where={"file": "orders", "what": "file"})
    assert source.get(f"/files/{NAME}").data != TEXT
    assert source.get(f"/files/{CONTROL}").data.decode() == expected(TEXT, TEXT)


def test_a_sum_that_cannot_be_made_of_what_is_served_is_that_of_the_true_file(night: NightOfMocks) -> None:
    source = started(night, text="{control_total}")
    source.arm("serve", {"decimal_comma": {}, "manifest": "follows"}, where={"what": "file"})
    assert b"," in source.get(f"/files/{NAME}").data
    assert float(source.get(f"/files/{CONTROL}").data) == pytest.approx(sum_of(TEXT))


def test_records_by_their_prefix_are_added_up_as_the_layout_tells(night: NightOfMocks) -> None:
    content = b"H|x\n" + b"".join(b"D|%d|%d\n" % (number, number * 100) for number in range(50)) + b"T|50|122500\n"
    columns = tuple(
        PlacedColumn(name=name, type="integer", start=None, width=None, cell=Cell(field=field, decimals=decimals))
        for name, field, decimals in (("sku", 2, 0), ("amount", 3, 2))
    )
    kinds = (
        Kind(name="header", role="header", starts=("H|",)),
        Kind(name="record", role="record", starts=("D|",)),
        Kind(name="trailer", role="trailer", starts=("T|",)),
    )
    layout = FileLayout(
        format="csv", compress=None, encoding="utf-8", line_end="\n", delimiter="|", header=1, trailer=1,
        columns=columns, control="amount", date_columns=(), units=UnitLayout(separators=("|",), kinds=kinds),
    )  # fmt: skip
    night.publish(
        NAME, content, records=50, control_total="1225.00", layout=write(layout),
        control_file={"name": CONTROL, "text": "{records} {control_total}", "date": "2026-11-23"},
    )  # fmt: skip
    source = night.start("source")
    assert source.get(f"/files/{CONTROL}").data == b"50 1225.00"
    cut = {"cut": {"fraction": 0.5, "where": "record_boundary"}, "manifest": "follows"}
    source.arm("serve", cut, where={"what": "file"})
    records = source.get(f"/files/{NAME}").data.splitlines()[1:]
    assert 0 < len(records) < 50
    assert source.get(f"/files/{CONTROL}").data == f"{len(records)} {sum(range(len(records)))}.00".encode()


@pytest.mark.parametrize(
    ("parts", "at_once", "later"),
    [
        ({"manifest": 10 * MINUTE_NS}, [True, False, False], [True, True, True]),
        ({"manifest": None}, [True, False, False], [True, False, False]),
        ({"file": 10 * MINUTE_NS}, [False, True, True], [True, True, True]),
    ],
)
def test_it_comes_late_and_never_with_the_manifest(
    night: NightOfMocks, parts: dict[str, Any], at_once: list[bool], later: list[bool]
) -> None:
    source = started(night, due=DUE)

    def there() -> list[bool]:
        return [source.get(f"/files/{name}").status == 200 for name in (NAME, CONTROL, f"{NAME}.manifest.json")]

    source.arm("arrive", {"parts": parts}, where={"file": "orders"})
    night.run(DUE - 1)
    assert there() == [False, False, False]
    night.run(DUE + 1)
    assert there() == at_once
    night.run(DUE + 11)
    assert there() == later


def test_a_file_under_another_name_takes_the_name_of_its_control_file_along(night: NightOfMocks) -> None:
    night.publish(
        NAME, TEXT, arrives_ns=at(DUE), control_file={"name": f"{NAME}.ctl", "text": "{name}", "date": "2026-11-23"}
    )
    source = night.start("source")
    source.arm("arrive", {"as": "{stem} (1){suffix}"}, where={"file": "orders"})
    night.run(DUE + 1)
    assert source.get("/files/orders%20(1).csv.ctl").data == b"orders (1).csv"
