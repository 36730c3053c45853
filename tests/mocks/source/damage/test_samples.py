"""Feeds as they really are: each was damaged in another way than its fault's page says, and is no more."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.mocks.source.damage import NothingToDamage
from tests.mocks.source.damage.samples import feed, wrong_figures


def lines_of(data: bytes) -> list[str]:
    return data.decode().split("\n")[:-1]


def changed(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    return [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("percent", range(5, 101, 5))
def test_a_cut_of_quoted_values_is_between_records(percent: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "quoted.csv")
    kept = rows(file.damaged("cut", fraction=percent / 100, where="record_boundary"))
    assert kept == rows(file.content)[: len(kept)]
    assert len(kept) == max(1, 12 * percent // 100 + (percent < 100)) or abs(len(kept) - 12 * percent / 100) <= 2


@pytest.mark.parametrize("how", ["missing", "doubled", "out_of_order"])
@pytest.mark.parametrize("part", range(1, 6))
def test_a_wrong_part_of_quoted_values_has_whole_records(how: str, part: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "quoted.csv")
    header, *true = rows(file.content)
    first, *served = rows(file.damaged("part", part=part, of=5, how=how, where="record_boundary"))
    assert first == header
    assert all(row in true for row in served)
    assert len(served) == {"out_of_order": 12}.get(how, len(served))
    assert served != true


def test_quotes_are_only_where_they_were(tmp_path: Path) -> None:
    file = feed(tmp_path, "quoted.csv")
    data = file.damaged("zone", hours=-1)
    assert data == file.content.replace(b"2026-11-23", b"2026-11-22")


def test_an_inch_is_no_quote(tmp_path: Path) -> None:
    file = feed(tmp_path, "quoted.csv")
    content = b'id,customer,note,amount,day\n1,5",pipe,2.50,2026-11-23\n2,6",tube,3.50,2026-11-23\n'
    inches = file.other(content)
    assert inches.damaged("zone", hours=-1) == content.replace(b"-23\n", b"-22\n")
    assert inches.damaged("columns", how="moved", column="id", header="follows") == (
        b'customer,note,amount,day,id\n5",pipe,2.50,2026-11-23,1\n6",tube,3.50,2026-11-23,2\n'
    )


def test_all_totals_of_a_trailer_follow_and_the_third_is_kept(tmp_path: Path) -> None:
    file = feed(tmp_path, "pipe.txt")
    assert lines_of(file.damaged("repeat", records=1, totals="follow"))[-1] == "T|13|1371|1713.75"
    assert lines_of(file.damaged("repeat", records=1, totals="kept"))[-1] == "T|12|1266|1582.50"
    assert lines_of(file.damaged("totals", of="record_count", by="1"))[-1] == "T|13|1266|1582.50"
    assert lines_of(file.damaged("totals", of="control_total", by="1"))[-1] == "T|12|1267|1582.50"
    assert lines_of(file.damaged("empty", leave="no_records"))[1:] == ["T|0|0|0.00"]


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("repeat", {"records": 1, "totals": "follow"}),
        ("revise", {"every": 1}),
        ("empty", {"leave": "no_records"}),
        ("flip", {"where": "text"}),
        ("part", {"part": 1, "of": 2, "how": "missing", "where": "record_boundary"}),
    ],
)
def test_a_file_without_records_is_not_touched(key: str, given: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(NothingToDamage, match="record"):
        feed(tmp_path, "pipe0.txt").damaged(key, **given)


def test_two_lines_of_a_trailer_are_each_what_they_are(tmp_path: Path) -> None:
    file = feed(tmp_path, "pipe2t.txt")
    true = lines_of(file.content)
    assert lines_of(file.damaged("repeat", records=1, totals="follow"))[-2:] == ["T1|COUNT|11", "T2|SUM|159"]
    assert changed(true, lines_of(file.damaged("totals", of="record_count", by="1"))) == [
        ("T1|COUNT|10", "T1|COUNT|11")
    ]
    assert changed(true, lines_of(file.damaged("totals", of="control_total", by="1"))) == [("T2|SUM|145", "T2|SUM|146")]
    assert lines_of(file.damaged("drop_trailer")) == true[:-2]
    assert lines_of(file.damaged("columns", how="moved", column="day", header="follows"))[:3] == [
        "H|ORDERS|20261123", "type|sku|qty|day", "D|SKU0|10|2026-11-23",
    ]  # fmt: skip


def test_a_payment_is_doubled_in_its_batch_and_the_fill_is_not_touched(tmp_path: Path) -> None:
    file = feed(tmp_path, "nacha.ach")
    true, data = lines_of(file.content), file.damaged("repeat", records=1, totals="follow")
    lines = lines_of(data)
    twice = [now for before, now in pairwise(lines) if before == now and not now.startswith("9")]
    assert [line[:1] for line in twice] == ["6"]
    assert lines[-3:] == true[-3:]
    assert wrong_figures(data, file.layout) == []
    assert {len(line) for line in lines} == {94}
    [(before, now)] = changed(true, lines_of(file.damaged("totals", of="control_total", by="1")))
    assert (before[:1], before[43:55], now[43:55]) == ("9", "000000126925", "000000127025")
    [(before, now)] = changed(true, lines_of(file.damaged("totals", of="record_count", by="1")))
    assert (before[:1], before[13:21], now[13:21]) == ("9", "00000011", "00000012")
    assert [line[:1] for line in lines_of(file.damaged("drop_trailer"))[-4:]] == ["8", "9", "9", "9"]


@pytest.mark.parametrize("every", [1, 2, 5])
def test_a_transaction_is_doubled_with_its_continuation(every: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "bai2.txt")
    for count in range(1, 9):
        data = file.damaged("repeat", records=count, totals="follow")
        assert wrong_figures(data, file.layout) == []
        for before, line in pairwise(lines_of(data)):
            assert line[:2] != "88" or (before[:2] == "16" and before[-1] == line[-1])
    assert wrong_figures(file.damaged("revise", every=every), file.layout) == []


def test_of_a_count_and_a_sum_the_one_that_is_meant_is_wrong(tmp_path: Path) -> None:
    file = feed(tmp_path, "bai2.txt")
    true = lines_of(file.content)
    [(before, now)] = changed(true, lines_of(file.damaged("totals", of="record_count", by="1")))
    assert (before, now) == ("99,508476,1,17/", "99,508476,1,18/")
    [(before, now)] = changed(true, lines_of(file.damaged("totals", of="control_total", by="1")))
    assert before.replace("508476", "508477") == now
    assert lines_of(file.damaged("drop_trailer")) == true[:-1]


@pytest.mark.parametrize("percent", [20, 50, 80, 100])
def test_a_cut_of_one_line_of_segments_keeps_whole_segments(percent: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "edifact.edi")
    try:
        data = file.damaged("cut", fraction=percent / 100, where="record_boundary")
    except NothingToDamage:
        assert percent == 20  # that is within the segments before the first line item
        return
    assert data.endswith(b"'")
    assert data.count(b"LIN+") == data.count(b"QTY+12")
    assert data.startswith(b"UNA:+.? 'UNB+")


def test_the_counts_of_a_message_follow(tmp_path: Path) -> None:
    file = feed(tmp_path, "edifact.edi")
    data = file.damaged("repeat", records=2, totals="follow")
    assert wrong_figures(data, file.layout) == []
    assert b"CNT+2:12'" in data
    assert data.count(b"LIN+") == 12
    assert file.damaged("drop_trailer") == file.content[: file.content.index(b"UNZ+")]


@pytest.mark.parametrize(
    ("key", "given", "entries"),
    [
        ("repeat", {"records": 2, "totals": "follow"}, 10),
        ("repeat", {"records": 8, "totals": "kept"}, 16),
        ("part", {"part": 2, "of": 3, "how": "missing", "where": "record_boundary"}, 5),
        ("part", {"part": 2, "of": 3, "how": "out_of_order", "where": "record_boundary"}, 8),
        ("part", {"part": 3, "of": 3, "how": "out_of_order", "where": "record_boundary"}, 8),
        ("empty", {"leave": "no_records"}, 0),
        ("empty", {"leave": "header"}, 0),
        ("revise", {"every": 1}, 8),
        ("zone", {"hours": -1}, 8),
        ("flip", {"where": "text"}, 8),
        ("decimal_comma", {}, 8),
    ],
)
def test_xml_stays_well_formed(key: str, given: dict[str, object], entries: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "camt.xml")
    data = file.damaged(key, **given)
    root = ET.fromstring(data)
    ns = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
    assert abs(len(root.findall(f".//{ns}Ntry")) - entries) <= (key == "part")
    assert b'"<' not in data
    assert data.startswith(b"<?xml version=")
    if given.get("totals") == "follow" or given.get("leave") == "no_records" or key in ("revise", "zone"):
        assert wrong_figures(data, file.layout) == []


@pytest.mark.parametrize(
    ("key", "given", "ids"),
    [
        ("repeat", {"records": 2, "totals": "kept"}, [0, 1, 2, 3, 4, 5, 6, 5, 6, 7, 8, 9, 10, 11]),
        ("repeat", {"records": 99, "totals": "follow"}, [*range(12), *range(12)]),
        ("part", {"part": 4, "of": 4, "how": "missing", "where": "record_boundary"}, [*range(10)]),
        ("part", {"part": 4, "of": 4, "how": "out_of_order", "where": "record_boundary"}, None),
        ("part", {"part": 4, "of": 4, "how": "doubled", "where": "record_boundary"}, None),
        ("empty", {"leave": "no_records"}, []),
        ("empty", {"leave": "header"}, []),
    ],
)
def test_json_stays_json(key: str, given: dict[str, object], ids: list[int] | None, tmp_path: Path) -> None:
    found = json.loads(feed(tmp_path, "array.json").damaged(key, **given))
    assert ids is None or [one["id"] for one in found] == ids


def test_values_of_json_keep_their_types_and_the_rest_its_bytes(tmp_path: Path) -> None:
    file = feed(tmp_path, "array.json")
    data = file.damaged("revise", every=12)
    assert data == file.content.replace(b'"qty": 21', b'"qty": 22')
    first, *_ = json.loads(file.damaged("columns", how="renamed", column="qty", header="kept"))
    assert first == {"id": 0, "site": "A", "qty_id": 10, "price": "0.50", "day": "2026-11-23"}
    data = feed(tmp_path, "object.json").damaged("zone", hours=-1)
    assert data == feed(tmp_path, "object.json").content.replace(b"24.11.2026", b"23.11.2026")


def test_a_line_that_tells_the_delimiter_still_tells_the_old_one(tmp_path: Path) -> None:
    file = feed(tmp_path, "quoted.csv")
    told = file.other(b'sep=,\r\nid,customer,note,amount,day\r\n1,"a;b, c",;,1.50,2026-11-23\r\n')
    assert told.damaged("delimiter", delimiter=";") == (
        b'sep=,\r\nid;customer;note;amount;day\r\n1;"a;b, c";";";1.50;2026-11-23\r\n'
    )


def test_packed_decimals_are_not_touched_but_where_they_are_meant(tmp_path: Path) -> None:
    file = feed(tmp_path, "a mainframe's")
    for key, given in [("zone", {"hours": -1}), ("flip", {"where": "text"}), ("revise", {"every": 1})]:
        data = file.damaged(key, **given)
        assert [unit.data[8:12] for unit in file.units(data)] == [unit.data[8:12] for unit in file.units()]
    [(before, now)] = [pair for pair in zip(file.units(), file.units(file.damaged("totals", of="record_count", by="1")),
                                            strict=True) if pair[0] != pair[1]]  # fmt: skip
    assert (before.data.decode("cp037").rstrip(), now.data.decode("cp037").rstrip()) == ("T00020", "T00021")


def test_a_count_that_has_no_room_to_follow_is_no_damage(tmp_path: Path) -> None:
    file = feed(tmp_path, "a mainframe's")
    full = file.other(file.content.replace("T00020".encode("cp037"), "T99999".encode("cp037")))
    with pytest.raises(NothingToDamage, match=r"its record count cannot follow: found .*100000.*, expected at most 5"):
        full.damaged("repeat", records=1, totals="follow")
    assert len(full.damaged("repeat", records=1, totals="kept")) == len(full.content) + 20
