"""What a chain would have to say of a consumer is proposed from both sides; pasted, it makes them compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ruamel.yaml import YAML

from harness.chain.model import HttpConsumer
from harness.contract.plan import Plan
from harness.night.chosen_records import passing, required
from harness.night.declared_columns import Declared
from harness.night.proposing import sides
from harness.night.proposing.as_yaml import as_yaml
from harness.night.proposing.proposal import Proposal, propose
from harness.night.proposing.sides import Sides
from harness.night.rows_compared import Compared, compare

TEXTS = frozenset({"number", "party", "state", "note", "city", "country"})
BEGINS, CLOSES = (
    int(dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC).timestamp()) * 10**9 for day, hour in ((22, 21), (23, 11))
)
PLAN = cast(Plan, SimpleNamespace(begins_ns=BEGINS, closes_ns=CLOSES))
STATES = ("PAID", "OPEN", "VOID")
RECORDS: list[dict[str, Any]] = [
    {
        "number": f"P{one:03}",
        "amount": f"{one * 7 % 90}.{one % 100:02}",
        "due": f"2026-11-{one % 28 + 1:02}",
        "party": f"p{one}",
        "state": STATES[one % 3],
        "note": "" if one % 5 else f"n{one}",
    }
    for one in range(60)
]


class Feed:
    """What a source publishes, and what a consumer holds of it in two calm nights."""

    def __init__(self) -> None:
        self.files: dict[str, list[dict[str, Any]]] = {"forecast": RECORDS}
        self.rows: list[dict[str, Any]] = []
        self.again: list[dict[str, Any]] | None = None

    def publishes(self, name: str, records: list[dict[str, Any]]) -> None:
        self.files[name] = records

    def delivers(self, rows: list[dict[str, Any]], again: list[dict[str, Any]] | None = None) -> None:
        self.rows, self.again = rows, again

    def proposal(self, said: str = "key: [id]") -> str:
        consumer = HttpConsumer.model_validate(YAML(typ="safe").load(f"{{kind: http, {said}}}"))
        made = Proposal("planning", "chain.yaml:24", consumer)
        files = {name: records[: sides.MOST_RECORDS] for name, records in self.files.items()}
        rows, again = (one[: sides.MOST_ROWS] for one in (self.rows, self.again or self.rows))
        propose(made, Sides(files, {}, TEXTS, rows, again), PLAN)
        return "\n".join(as_yaml([made])) + "\n"

    def pasted(self, told: str) -> Compared:
        """What comes of the comparison with it."""
        consumer = HttpConsumer.model_validate(YAML(typ="safe").load(told)["consumers"]["planning"])
        assert consumer.records != "derived"
        records = [one for name in consumer.files or self.files for one in self.files[name]]
        chosen = [*passing(records, consumer.records)]
        found = compare(chosen, self.rows, consumer.key, text=TEXTS, declared=Declared.by(consumer))
        assert found.records - found.lost.total >= required(consumer.records, found.records)
        return found


@pytest.fixture
def feed() -> Feed:
    return Feed()


def held(change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    return [change(record) for record in RECORDS]


def all_of(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": record["number"], **{name: record[name] for name in record if name != "number"}} | more


SHAPES: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], list[str]]] = {
    "renamed, cents, a date's form, dropped and derived": (
        lambda one: {
            "id": one["number"],
            "cents": round(float(one["amount"]) * 100),
            "due_on": "{2}.{1}.{0}".format(*one["due"].split("-")),
            "to": one["party"],
            "state": one["state"],
            "run": "feed-1",
        },
        [
            "id: {from: number}  # equal in 60 of 60 rows",
            "cents: {from: amount, times: 100}  # equal in 60 of 60 rows",
            'due_on: {from: due, date: "%d.%m.%Y"}  # equal in 60 of 60 rows',
            "to: {from: party}  # equal in 60 of 60 rows",
            "run: derived  # in no form is it a published column's, such as 'feed-1'",
            "note: dropped  # published, and not held",
        ],
    ),
    "rounded": (
        lambda one: all_of(one, amount=round(float(one["amount"]))),
        [
            "amount: {round: 0}  # 59 of 60 differ from what was published, such as P001: published '7.01', held '7'",
        ],
    ),
    "a header in another case": (
        lambda one: {name if name != "due" else "Due": value for name, value in all_of(one).items()},
        ["Due: {from: due}  # equal in 60 of 60 rows"],
    ),
    "the time of loading": (
        lambda one: all_of(one, loaded_at="2026-11-23T02:30:00+01:00"),
        ["loaded_at: volatile  # moments of the night itself, such as 2026-11-23T02:30:00+01:00: a fault moves them"],
    ),
}


def compares(feed: Feed, told: str, *lines: str) -> None:
    """The proposal says that, and pasted it makes the night compare."""
    for line in lines:
        assert line in told
    found = feed.pasted(told)
    assert found.because is None
    assert (found.changed.first, found.invented.first) == ([], [])
    assert not found.only_published | found.only_held


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pasted_proposal_makes_the_rows_compare(feed: Feed, shape: str) -> None:
    change, lines = SHAPES[shape]
    feed.delivers(held(change))
    compares(feed, feed.proposal(), *lines)


def test_the_value_that_decides_which_records_are_held_is_a_filter(feed: Feed) -> None:
    feed.delivers([all_of(one) for one in RECORDS if one["state"] == "PAID"])
    line = "records: {where: {state: PAID}}  # 20 of 60 records are held, and these values tell which; if all are to be"
    compares(feed, feed.proposal(), line)


def test_few_values_that_are_left_out_are_an_exception(feed: Feed) -> None:
    feed.delivers([all_of(one) for one in RECORDS if one["state"] != "VOID"])
    compares(feed, feed.proposal(), "records: {except: {state: VOID}}")


def test_two_columns_decide_together(feed: Feed) -> None:
    feed.publishes("forecast", [one | {"country": "FR" if one["number"] < "P030" else "DE"} for one in RECORDS])
    feed.delivers([all_of(one, country="FR") for one in RECORDS if one["state"] == "PAID" and one["number"] < "P030"])
    compares(feed, feed.proposal(), "records: {where: {state: PAID, country: FR}}")


def test_where_no_value_decides_it_is_a_share(feed: Feed) -> None:
    feed.delivers([all_of(one) for one in RECORDS[:50]])
    line = 'records: {at_least: "80%"}  # 50 of 60 records are held, and no column\'s values tell which; if all are'
    compares(feed, feed.proposal(), line)


def test_of_two_files_the_one_whose_records_are_held(feed: Feed) -> None:
    feed.publishes("party", [{"party": one["party"], "city": f"c{one['number']}"} for one in RECORDS])
    feed.delivers([all_of(one, city=f"c{one['number']}") for one in RECORDS])
    compares(
        feed, feed.proposal(), "files: [forecast]  # of party no record is held", "city: derived", "id: {from: number}"
    )


def test_records_of_two_files_are_held_together(feed: Feed) -> None:
    feed.publishes("more", [one | {"number": f"M{one['number']}"} for one in RECORDS])
    feed.delivers([*held(all_of), *(all_of(one, id=f"M{one['number']}") for one in RECORDS)])
    told = feed.proposal()
    assert "files:" not in told
    compares(feed, told, "id: {from: number}  # equal in 120 of 120 rows")


def test_sums_are_derived(feed: Feed) -> None:
    sums = [{"state": one, "total": sum(float(r["amount"]) for r in RECORDS if r["state"] == one)} for one in STATES]
    feed.delivers(sums)
    line = "records: derived  # 3 of 3 rows are made of several records of one state each, 60 in all; total is the sum"
    assert line in feed.proposal("key: [state]")


def test_sums_are_derived_though_most_are_of_one_record(feed: Feed) -> None:
    feed.publishes("forecast", [{"site": f"s{one // 2 if one < 10 else one}", "qty": one} for one in range(60)])
    sums = {f"s{one}": 4 * one + 1 for one in range(5)} | {f"s{one}": one for one in range(10, 60)}
    feed.delivers([{"site": site, "total": total} for site, total in sums.items()])
    line = "records: derived  # 5 of 55 rows are made of several records of one site each, 10 in all; total is"
    assert line in feed.proposal("key: [site]")


def test_the_last_version_of_each_key_is_some_of_the_records(feed: Feed) -> None:
    feed.publishes("forecast", [one | {"version": two} for one in RECORDS for two in (1, 2)])
    feed.delivers([all_of(one, version=2) for one in RECORDS])
    compares(feed, feed.proposal(), "records: {where: {version:", "id: {from: number}")


def test_without_a_key_the_rows_are_known_by_their_values(feed: Feed) -> None:
    feed.delivers(held(lambda one: {"id": one["number"], "sum": one["amount"], "day": one["due"]}))
    compares(feed, feed.proposal("key: []"), "sum: {from: amount}", "day: {from: due}", "party: dropped")


def test_a_key_of_the_chains_own_making_is_none(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, row=f"r-{one['number'][::-1]}x")))
    line = "key: [id]  # no record has the values of row"
    compares(feed, feed.proposal("key: [row]"), line, "row: derived", "id: {from: number}")


def test_what_two_calm_nights_hold_differently_is_volatile(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, run="one")), held(lambda one: all_of(one, run="other")))
    compares(feed, feed.proposal(), "run: volatile  # two calm nights hold other values, such as 'one' and 'other'")


def test_values_of_a_few_rows_that_nothing_explains_are_no_declaration(feed: Feed) -> None:
    wrong = {"P007": "13.37", "P008": "13.38"}
    feed.delivers(held(lambda one: all_of(one, amount=wrong.get(one["number"], one["amount"]))))
    told = feed.proposal()
    assert "    # columns: {amount: derived}  # equal in 58 of 60 rows, not in P007: published '49.07'," in told
    assert feed.pasted(told).changed.total == 2


def test_two_columns_that_are_swapped_are_not_declared(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, party=one["due"], due=one["party"])))
    told = feed.proposal()
    assert "# columns: {party: {from: due}}  # equal in 60 of 60 rows; but a column 'party' is published too" in told
    assert feed.pasted(told).changed.total == 120


def test_rows_of_another_day_are_not_declared_to_be_the_chains_own(feed: Feed) -> None:
    feed.publishes("forecast", [{"id": one["number"], "note": f"n{one['number']}"} for one in RECORDS])
    feed.delivers([{"id": f"Q{number}", "note": f"m{number}"} for number in range(60)])
    told = feed.proposal()
    assert "    # records: derived  # 0 of 60 rows are a record that was published, by any column: a defect" in told


def test_what_is_declared_well_stays_as_it_is(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, run="x", amount=round(float(one["amount"])))))
    told = feed.proposal("key: [id], columns: {id: {from: number}, run: volatile, amount: {round: 0}}")
    compares(feed, told, "run: volatile  # as it is declared", "amount: {round: 0}")


def test_of_many_rows_the_first_are_looked_at_and_all_are_compared(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "MOST_ROWS", 30)
    feed.delivers(held(all_of))
    told = feed.proposal()
    assert "records:" not in told
    compares(feed, told, "id: {from: number}  # equal in 30 of 30 rows")


def test_rows_that_are_none_of_the_first_records_are_not_said_to_be_none(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "MOST_ROWS", 20)
    monkeypatch.setattr(sides, "MOST_RECORDS", 20)
    feed.delivers(held(all_of)[::-1])
    assert "which is too few to tell anything: try it with a smaller file" in feed.proposal()
