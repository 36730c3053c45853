"""What a chain would have to say of a consumer is proposed from a calm night; pasted, it makes the night compare."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.chain.loading import load_chain
from harness.checks import Outcome
from harness.errors import AuthorError
from harness.night.proposing import sides
from harness.night.proposing.as_yaml import as_yaml
from harness.night.proposing.calm_nights import proposed
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.calibration import patience_s
from tests.night.test_night import CHAIN, SCENARIO
from tests.runs import HARNESS

BEFORE = CHAIN.partition("consumers:")[0]
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
    """A chain that publishes some files, and delivers these rows."""

    def __init__(self, folder: Path, runner: NightRunner) -> None:
        self.folder = folder
        self.runner = runner
        self.files = {"forecast": "csv"}
        (folder / "runbook.md").write_text("Ask.\n")

    def publishes(self, name: str, records: list[dict[str, Any]]) -> None:
        names = list(records[0])
        lines = [",".join(names), *(",".join(str(one[name]) for name in names) for one in records)]
        (self.folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
        self.files[name] = "csv"

    def delivers(self, rows: list[dict[str, Any]], script: str = "") -> None:
        body = json.dumps({"business_date": "2026-11-23", "rows": rows})
        (self.folder / "body.json").write_text(body)
        send = script or 'BODY="$(cat body.json)"'
        ask = f'{ASK}\n{send}\nask "$PLANNING/batches" -H \'Idempotency-Key: k\' -d "$BODY"\n'
        (self.folder / "fetch.sh").write_text(ask)

    def declares(self, consumers: str) -> None:
        before, _, rest = BEFORE.partition("  forecast:\n")
        after = rest[rest.index("environment:") :]
        files = "".join(
            f'  {name}: {{name: "{name}_{{date:%Y%m%d}}.{kind}", arrives: "01:00", content: {{copy: {name}.{kind}}}}}\n'
            for name, kind in self.files.items()
        )
        (self.folder / "chain.yaml").write_text(f"{before}{files}{after}{consumers}")

    def proposal(self, said: str = "key: [id]") -> str:
        self.declares(f"consumers:\n  planning: {{kind: http, {said}}}\n")
        chain = load_chain(self.folder / "chain.yaml")
        return "\n".join(as_yaml(proposed(self.runner, chain, dt.date(2026, 11, 23)))) + "\n"

    def pasted(self, consumers: str) -> Result:
        self.declares(consumers)
        (self.folder / "night.yaml").write_text(SCENARIO.replace("FAULT", "no_fault: {}"))
        return self.runner.run(load_scenario(self.folder / "night.yaml"))


@pytest.fixture
def feed(tmp_path: Path, night_runner: NightRunner) -> Feed:
    made = Feed(tmp_path, night_runner)
    made.publishes("forecast", RECORDS)
    return made


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


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pasted_proposal_makes_the_night_compare(feed: Feed, shape: str) -> None:
    change, lines = SHAPES[shape]
    feed.delivers(held(change))
    told = feed.proposal()
    for line in lines:
        assert line in told
    assert "60 of 60 records are held, none of them with other values" in told
    result = feed.pasted(told)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert "each as published" in result.judgement.of("delivered_once").sentence  # type: ignore[union-attr]


def compares(feed: Feed, told: str, *lines: str) -> None:
    """The proposal says that, and pasted it makes the night compare."""
    for line in lines:
        assert line in told
    result = feed.pasted(told)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because


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
    compares(feed, feed.proposal("key: [state]"), line)


def test_sums_are_derived_though_most_are_of_one_record(feed: Feed) -> None:
    feed.publishes("forecast", [{"site": f"s{one // 2 if one < 10 else one}", "qty": one} for one in range(60)])
    sums = {f"s{one}": 4 * one + 1 for one in range(5)} | {f"s{one}": one for one in range(10, 60)}
    feed.delivers([{"site": site, "total": total} for site, total in sums.items()])
    line = "records: derived  # 5 of 55 rows are made of several records of one site each, 10 in all; total is"
    compares(feed, feed.proposal("key: [site]"), line)


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
    feed.delivers(held(lambda one: all_of(one, run="RUN")), 'BODY="$(sed "s/RUN/$RANDOM$RANDOM/g" body.json)"')
    told = feed.proposal()
    assert "run: volatile  # two calm nights hold other values, such as " in told
    compares(feed, told)


def test_values_of_a_few_rows_that_nothing_explains_are_no_declaration(feed: Feed) -> None:
    wrong = {"P007": "13.37", "P008": "13.38"}
    feed.delivers(held(lambda one: all_of(one, amount=wrong.get(one["number"], one["amount"]))))
    told = feed.proposal()
    assert "    # columns: {amount: derived}  # equal in 58 of 60 rows, not in P007: published '49.07'," in told
    assert "compared, and not as published: 2 values differ, such as P007: amount was published as 49.07" in told
    assert feed.pasted(told).outcome is Outcome.DAMAGED


def test_two_columns_that_are_swapped_are_not_declared(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, party=one["due"], due=one["party"])))
    told = feed.proposal()
    assert "# columns: {party: {from: due}}  # equal in 60 of 60 rows; but a column 'party' is published too" in told
    assert feed.pasted(told).outcome is Outcome.DAMAGED


def test_rows_of_another_day_are_not_declared_to_be_the_chains_own(feed: Feed) -> None:
    feed.publishes("forecast", [{"id": one["number"], "note": f"n{one['number']}"} for one in RECORDS])
    feed.delivers([{"id": f"Q{number}", "note": f"m{number}"} for number in range(60)])
    told = feed.proposal()
    assert "    # records: derived  # 0 of 60 rows are a record that was published, by any column: a defect" in told
    assert feed.pasted(told).outcome is Outcome.DAMAGED


def test_a_file_that_cannot_be_read_back_is_told(feed: Feed) -> None:
    (feed.folder / "forecast.xml").write_text("<records><record id='P000'/></records>\n")
    (feed.folder / "forecast.bin").write_bytes(b"\0\1\2")
    feed.files = {"forecast": "bin"}
    feed.delivers(held(all_of))
    compares(feed, feed.proposal(), "records: derived  # forecast_20261123.bin: found a file of which no columns are")


def test_what_is_declared_well_stays_as_it_is(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, run="x")))
    told = feed.proposal("key: [id], columns: {id: {from: number}, run: derived}")
    assert "      id: {from: number}\n      run: derived\n" in told


def test_of_many_rows_the_first_are_looked_at_and_all_are_compared(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "MOST_ROWS", 30)
    feed.delivers(held(all_of))
    told = feed.proposal()
    assert "records:" not in told
    assert "60 of 60 records are held" in told
    compares(feed, told, "id: {from: number}  # equal in 30 of 30 rows")


def test_rows_that_are_none_of_the_first_records_are_not_said_to_be_none(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "MOST_ROWS", 20)
    monkeypatch.setattr(sides, "MOST_RECORDS", 20)
    feed.delivers(held(all_of)[::-1])
    assert "which is too few to tell anything: try it with a smaller file" in feed.proposal()


def test_a_night_that_is_not_calm_proposes_nothing(feed: Feed) -> None:
    feed.delivers([], "exit 3")
    with pytest.raises(AuthorError, match=r"chain.yaml:\d+: in the night of 2026-11-23, without any fault, it failed"):
        feed.proposal()


def test_the_command_prints_what_can_be_pasted_and_fails_where_it_does_not_compare(feed: Feed) -> None:
    feed.delivers(held(lambda one: all_of(one, run="x")))
    feed.declares("consumers:\n  planning: {kind: http, key: [id]}\n")
    command = (*HARNESS, "lint", str(feed.folder / "chain.yaml"), "--night", "2026-11-23")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=3 * patience_s())

    good = run()
    assert "id: {from: number}" in good.stdout
    assert "in 1 chain" in good.stderr
    declared = YAML(typ="safe").load(good.stdout)["consumers"]["planning"]["columns"]
    assert declared == {"id": {"from": "number"}, "run": "derived"}
    assert good.returncode == 0, good.stderr
    feed.delivers(held(lambda one: all_of(one, note="x")))
    wrong = run()
    assert wrong.returncode == 1
    assert "not as published: 60 values differ" in wrong.stdout


def test_the_finding_tells_the_command(feed: Feed) -> None:
    feed.delivers(held(all_of))
    result = feed.pasted("consumers:\n  planning: {kind: http, key: [id]}\n")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "harness lint chain.yaml --night 2026-11-23 proposes the lines" in result.judgement.because
