"""What a file states of itself follows what is done to its units."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from harness.contract.content import FileLayout
from harness.contract.layout import Cell, Kind, Stated, Summand, UnitLayout
from harness.formats.cells import Cells
from harness.formats.figures import Told, following, told, without_change
from harness.formats.known import KNOWN
from harness.formats.units import Step, Unit
from tests.formats.cells.samples import (
    BAI2,
    CAMT,
    EDIFACT,
    HEADER,
    NACHA,
    OF_SAMPLES,
    PIPE,
    PIPE_TWO_TRAILERS,
    SAMPLES,
    TRAILER,
    kind,
    layout,
    units,
)

STATING = ["pipe.txt", "pipe0.txt", "pipe2t.txt", "nacha.ach", "bai2.txt", "edifact.edi", "camt.xml"]


def sample(name: str) -> list[Unit]:
    return units((SAMPLES / name).read_bytes(), OF_SAMPLES[name])


def followed(steps: Sequence[Step], laid_out: FileLayout) -> list[Unit]:
    return list(following(lambda: iter(steps), laid_out))


def kept(found: Sequence[Unit]) -> list[Step]:
    return [Step(unit, unit) for unit in found]


def wrong(found: Sequence[Unit], laid_out: FileLayout) -> dict[str, tuple[Decimal | None, Decimal]]:
    return {one.stated.name: (one.states, one.comes_to) for one in told(found, laid_out) if not one.agrees}


def said(found: Sequence[Unit], laid_out: FileLayout) -> dict[str, str | None]:
    return {one.stated.name: one.text for one in told(found, laid_out)}


@pytest.mark.parametrize("name", STATING)
def test_the_samples_state_what_they_come_to(name: str) -> None:
    assert said(sample(name), OF_SAMPLES[name])
    assert wrong(sample(name), OF_SAMPLES[name]) == {}


@pytest.mark.parametrize("name", STATING)
def test_what_is_kept_stays_as_it_is(name: str) -> None:
    assert followed(kept(sample(name)), OF_SAMPLES[name]) == sample(name)


@pytest.mark.parametrize("name", STATING)
@pytest.mark.parametrize("seed", range(5))
def test_figures_agree_whatever_happens_to_records(name: str, seed: int) -> None:
    dice, found = random.Random(seed), sample(name)
    steps: list[Step] = []
    for unit in found:
        happens = dice.choice(["keep", "keep", "drop", "double"]) if unit.is_record else "keep"
        steps += [Step(unit, None if happens == "drop" else unit)] + [Step(None, unit)] * (happens == "double")
    after = followed(steps, OF_SAMPLES[name])
    assert wrong(after, OF_SAMPLES[name]) == {}
    back = [Step(step.now, step.was) for step in steps]
    stated = iter(unit for unit in after if not unit.is_record)
    undone = [step if (step.was or step.now).is_record else Step(next(stated), step.now) for step in back]  # type: ignore[union-attr]
    again = [Step(was, was if now and not now.is_record else now) for was, now in undone]
    assert followed(again, OF_SAMPLES[name]) == found


def test_without_change_nothing_follows() -> None:
    found = sample("pipe.txt")
    steps = [Step(unit, None if unit.is_record else unit) for unit in found]
    assert list(without_change(steps)) == [found[0], found[-1]]


def test_totals_keep_their_form() -> None:
    found = sample("pipe.txt")
    after = followed([*kept(found[:1]), Step(found[1], None), *kept(found[2:])], PIPE)
    assert after[-1].data == b"T|11|1166|1457.50\n"


def test_a_figure_that_was_wrong_stays_wrong_by_as_much() -> None:
    found = sample("pipe.txt")
    found[-1] = found[-1]._replace(data=b"T|0007|1266|\n")
    told_why = following(lambda: iter([*kept(found[:2]), Step(found[2], None), *kept(found[3:])]), PIPE)
    assert [*told_why][-1].data == b"T|0006|1165|\n"
    assert told_why.because == {"amount": "found '' where it stands, expected a number"}


def test_a_figure_that_is_not_there_is_left_alone() -> None:
    found = sample("pipe.txt")
    found[-1] = found[-1]._replace(data=b"T|12\n")
    told_why = following(lambda: iter([*kept(found[:2]), Step(found[2], None), *kept(found[3:])]), PIPE)
    assert [*told_why][-1].data == b"T|11\n"
    assert told_why.because == told_why.wrong == {}


def test_a_figure_that_does_not_fit_is_left_alone() -> None:
    laid_out = layout(
        UnitLayout(
            kinds=(TRAILER, Kind(name="record", role="record")),
            stated=(Stated(name="count", kind="trailer", cell=Cell(start=1, width=1), counts=("records",)),),
        )
    )
    found = units(b"a\n" * 9 + b"T9\n", laid_out)
    told_why = following(lambda: iter([Step(None, found[0]), *kept(found)]), laid_out)
    assert [*told_why][-1].data == b"T9\n"
    assert told_why.because == {"count": "found '10', 2 wide, expected at most 1"}


def test_of_two_trailer_lines_each_states_its_own() -> None:
    found = sample("pipe2t.txt")
    after = followed([*kept(found[:3]), Step(found[3], None), *kept(found[4:])], PIPE_TWO_TRAILERS)
    assert [unit.data for unit in after[-2:]] == [b"T1|COUNT|9\n", b"T2|SUM|134\n"]


def test_a_batch_that_goes_whole_is_counted() -> None:
    found = sample("nacha.ach")
    first, last = (next(i for i, unit in enumerate(found) if unit.data[:1] == sign) for sign in (b"5", b"8"))
    steps = [Step(unit, None if first <= at <= last else unit) for at, unit in enumerate(found)]
    after = followed(steps, NACHA)
    assert wrong(after, NACHA) == {}
    assert said(after, NACHA)["batches"] == "000001"
    assert said(after, NACHA)["blocks"] == "000001"


def test_a_batch_that_comes_again_keeps_its_figures_and_is_counted() -> None:
    found = sample("nacha.ach")
    first, last = (next(i for i, unit in enumerate(found) if unit.data[:1] == sign) for sign in (b"5", b"8"))
    batch = found[first : last + 1]
    steps = [*kept(found[: last + 1]), *(Step(None, unit) for unit in batch), *kept(found[last + 1 :])]
    after = followed(steps, NACHA)
    assert wrong(after, NACHA) == {}
    assert after[last + 1 : 2 * last - first + 2] == batch
    assert said(after, NACHA)["batches"] == "000003"


def test_only_the_batch_of_a_changed_entry_and_the_file_follow() -> None:
    found, cells = sample("nacha.ach"), Cells(NACHA)
    entry = found[2]
    changed = cells.with_number(entry, cells.columns["amount"], Decimal("10.99"))
    after = followed([*kept(found[:2]), Step(entry, changed), *kept(found[3:])], NACHA)
    assert wrong(after, NACHA) == {}
    assert [old != new for old, new in zip(found, after, strict=True)] == [
        unit in (entry, found[8], found[-4]) for unit in found
    ]


def test_a_second_header_or_end_of_a_batch_leaves_the_batch_one() -> None:
    found = sample("nacha.ach")
    steps = [*kept(found[:2]), Step(None, found[1]), Step(found[2], None), *kept(found[3:8]), Step(None, found[8])]
    after = followed([*steps, *kept(found[8:])], NACHA)
    assert after[8] == after[9]
    assert Cells(NACHA).text(after[9], Cell(start=4, width=6)) == "000005"


def test_records_are_counted_with_their_continuations() -> None:
    found = sample("bai2.txt")
    first = next(unit for unit in found if unit.is_record)
    assert first.lines == 2
    after = followed([Step(unit, None if unit is first else unit) for unit in found], BAI2)
    assert said(after, BAI2) == {
        "account total": "507476",
        "account records": "11",
        "group total": "507476",
        "accounts": "1",
        "group records": "13",
        "records": "15",
    }
    assert after[-1].data == b"99,508476,1,15/\n"


def test_what_stands_before_the_records_follows_too() -> None:
    found = sample("camt.xml")
    record = next(unit for unit in found if unit.is_record)
    asked = 0

    def steps() -> Iterator[Step]:
        nonlocal asked
        asked += 1
        return iter([Step(unit, None if unit is record else unit) for unit in found])

    after = list(following(steps, CAMT))
    assert asked == 2
    assert b"<NbOfNtries>7</NbOfNtries><Sum>115.78</Sum>" in b"".join(unit.data for unit in after)
    assert wrong(after, CAMT) == {}


def test_steps_are_made_once_when_no_figure_stands_in_front() -> None:
    asked = 0

    def steps() -> Iterator[Step]:
        nonlocal asked
        asked += 1
        return iter(kept(sample("pipe.txt")))

    assert len(list(following(steps, PIPE))) == 14
    assert asked == 1


def test_each_group_has_its_own_figures_in_front_of_it() -> None:
    laid_out = layout(
        UnitLayout(
            separators=("|",),
            kinds=(Kind(name="H", role="header", starts=("H|",), opens="order"), Kind(name="D", role="record")),
            stated=(Stated(name="lines", kind="H", cell=Cell(field=2), counts=("records",), within="order"),),
        )
    )
    found = units(b"H|2\nD|a\nD|b\nH|3\nD|a\nD|b\nD|c\nH|0\n", laid_out)
    steps = [Step(unit, None if unit.data == b"D|b\n" else unit) for unit in found]
    steps += [Step(None, found[0]), Step(None, found[1]), Step(None, found[1])]
    after = b"".join(unit.data for unit in followed(steps, laid_out))
    assert after == b"H|1\nD|a\nH|2\nD|a\nD|c\nH|0\nH|2\nD|a\nD|a\n"


def test_lines_are_counted_with_or_without_those_of_its_kind_and_never_with_filling() -> None:
    stated = Stated(name="lines", kind="trailer", cell=Cell(field=2), counts=("lines",))
    laid_out = layout(
        UnitLayout(separators=("|",), kinds=(HEADER, TRAILER, Kind(name="record", role="record")), stated=(stated,))
    )
    data = b"H|\nx\n\nT|3\n\x1a"
    assert [one.comes_to for one in told(units(data, laid_out), laid_out)] == [3]
    assert laid_out.units is not None
    without = replace(laid_out, units=replace(laid_out.units, stated=(replace(stated, itself=False),)))
    assert [one.comes_to for one in told(units(data, without), without)] == [2]


def test_parts_are_counted_and_added_up_by_their_kind() -> None:
    assert EDIFACT.units is not None
    made = EDIFACT.units
    quantity = Stated(
        name="quantity",
        kind="control",
        cell=Cell(field=2, component=1),
        sums=(Summand(cell=Cell(field=2, component=2), kind="quantity"),),
    )
    descriptions = Stated(name="descriptions", kind="control", cell=Cell(field=2), counts=("description",))
    laid_out = replace(EDIFACT, units=replace(made, stated=(quantity, descriptions)))
    comes_to = {one.stated.name: one.comes_to for one in told(sample("edifact.edi"), laid_out)}
    lines = sum(unit.is_record for unit in sample("edifact.edi"))
    assert comes_to == {
        "descriptions": lines,
        "quantity": sum((Decimal("10.5") + number for number in range(lines)), Decimal(0)),
    }


def test_segments_may_have_line_ends_behind_them() -> None:
    data = (SAMPLES / "edifact.edi").read_bytes().replace(b"'", b"'\r\n").replace(b"?'\r\n", b"?'")
    found = units(data, EDIFACT)
    assert wrong(found, EDIFACT) == {}
    first = next(unit for unit in found if unit.is_record)
    assert [unit.kind.name for unit in Cells(EDIFACT).parts(first)] == ["line", "description", "quantity"]
    assert b"".join(unit.data for unit in Cells(EDIFACT).parts(first)) == first.data


def test_what_nobody_knows_is_told_without_a_number() -> None:
    found = units(b"T|x\n", PIPE)
    assert next(told(found, PIPE)) == Told(PIPE.units.stated[0], "x", None, Decimal(0))  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["N/A", "1.250,00", "1,234"])
def test_a_total_does_not_follow_what_is_no_number(text: str) -> None:
    found = units(f"H|\nD|1|a|b|2|{text}\nD|1|a|b|2|1.00\nT|2|4|1.00\n".encode(), PIPE)
    told_why = following(lambda: iter([*kept(found[:2]), Step(None, found[1]), *kept(found[2:])]), PIPE)
    assert [*told_why][-1].data == b"T|3|6|1.00\n"
    assert told_why.wrong == {"amount": f"found {text!r} in what it adds up, expected a number"}


def test_a_total_follows_where_what_is_no_number_stays_or_is_nothing() -> None:
    found = units(b"H|\nD|1|a|b|2|N/A\nD|1|a|b|2|\nT|2|4|0.00\n", PIPE)
    changed = found[1]._replace(data=b"D|1|a|b|3|N/A\n")
    told_why = following(
        lambda: iter([*kept(found[:1]), Step(found[1], changed), Step(found[2], None), *kept(found[3:])]),
        PIPE,
    )
    assert [*told_why][-1].data == b"T|1|3|0.00\n"
    assert told_why.wrong == {}


def test_a_figure_in_front_does_not_follow_what_is_no_number() -> None:
    total = Stated(name="total", kind="H", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2), kind="D"),))
    kinds = (Kind(name="H", role="header", starts=("H|",)), Kind(name="D", role="record"))
    laid_out = layout(UnitLayout(separators=("|",), kinds=kinds, stated=(total,)))
    found = units(b"H|7\nD|3\nD|x\n", laid_out)
    told_why = following(lambda: iter([*kept(found[:2]), Step(found[2], None)]), laid_out)
    assert next(told_why).data == b"H|7\n"
    assert told_why.wrong == {"total": "found 'x' in what it adds up, expected a number"}


def test_a_hash_total_is_written_with_all_its_digits() -> None:
    total = Stated(name="hash", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2)),), digits=4)
    laid_out = layout(UnitLayout(separators=("|",), kinds=(TRAILER, kind("records")), stated=(total,)))
    found = units(b"D|6000\nD|7000\nT|3000\n", laid_out)
    for steps, after in [
        ([Step(found[0], None), Step(found[1], None), *kept(found[2:])], b"T|0000\n"),
        ([*kept(found[:2]), Step(None, found[1]), *kept(found[2:])], b"T|0000\n"),
        ([*kept(found[:2]), Step(None, found[0]), *kept(found[2:])], b"T|9000\n"),
    ]:
        assert followed(steps, laid_out)[-1].data == after


def test_a_plus_is_seen_in_records_that_stay() -> None:
    total = Stated(name="sum", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2)),))
    laid_out = layout(UnitLayout(separators=("|",), kinds=(TRAILER, kind("records")), stated=(total,)))
    found = units(b"D|+04\nD|-06\nT|-02\n", laid_out)
    assert followed([*kept(found[:1]), Step(found[1], None), *kept(found[2:])], laid_out)[-1].data == b"T|+04\n"


def test_a_net_sum_becomes_positive_as_the_standard_has_it() -> None:
    laid_out = layout(KNOWN["camt053"].units, form="xml")
    entry = "<Ntry><Amt>{}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>"
    net = "<TtlNtries><TtlNetNtry><Amt>5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>"
    inner = f"<TxsSummry>{net}</TxsSummry>{entry.format('2.00')}{entry.format('3.00')}"
    text = f"<Document><BkToCstmrStmt><Stmt>{inner}</Stmt></BkToCstmrStmt></Document>"
    found = units(text.encode(), laid_out)
    first = next(unit for unit in found if unit.is_record)
    credit = first._replace(data=first.data.replace(b"2.00", b"9.00").replace(b"DBIT", b"CRDT"))
    told_why = following(lambda: iter([Step(unit, credit if unit is first else unit) for unit in found]), laid_out)
    assert b"<Amt>6.00</Amt><CdtDbtInd>CRDT" in b"".join(unit.data for unit in told_why)
    assert told_why.because == {}


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (["01,a/", "16,1/", "99,9/"], b"99,10/    \n"),
        (["01,a/", "16,1/", "99,9/x"], b"99,10/x   \n"),
        (["01,a/", "16,1/ " * 9, "99,9/"], b"99,10/     \n"),
    ],
)
def test_a_line_that_blanks_pad_keeps_its_width(lines: list[str], after: bytes) -> None:
    total = Stated(
        name="sum", kind="trailer", cell=Cell(field=2, component=1), sums=(Summand(cell=Cell(field=2, component=1)),)
    )
    kinds = (kind("header", "header", "01"), kind("trailer", "trailer", "99"), kind("records"))
    laid_out = layout(UnitLayout(separators=(",", "/"), kinds=kinds, stated=(total,)))
    found = units("".join(line.ljust(10) + "\n" for line in lines).encode(), laid_out)
    again = found[1]._replace(data=b"16,1/     \n")
    assert followed([*kept(found[:2]), Step(None, again), *kept(found[2:])], laid_out)[-1].data == after
    if after == b"99,10/    \n":
        fewer = units(b"01,a/     \n16,1/     \n99,10/    \n", laid_out)
        assert (
            followed([*kept(fewer[:1]), Step(fewer[1], None), *kept(fewer[2:])], laid_out)[-1].data == b"99,9/     \n"
        )
