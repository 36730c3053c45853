"""A roster: who is on call, its mistakes with file and line, and what of it the night's plan has."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.chain import roster as rosters
from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content import shipped
from harness.contract.addresses import Holder, RosterAddresses
from harness.contract.codec import read, write
from harness.contract.roster import Roster
from harness.errors import AuthorError, LoadError
from harness.night.roster_plan import planned_roster
from harness.night.times import NightTimes, night_times
from harness.scenario.schemas import roster_schema
from harness.values.units import ClockTime, Duration
from harness.values.yaml_source import read as read_yaml

CHAIN = """\
chain: c
timezone: Europe/Paris
owner: data-ops
oncall: oncall.yaml
deadline: "06:00"
jobs: {a: {run: [x], at: "02:00"}}
"""
ROSTER = """\
people:
  ada: {mail: ada@example.org}
  bob: {hours: {from: "22:00", until: "06:00"}, timezone: America/New_York}
owners:
  data-ops: {on_call: [ada, bob], escalate_after: 15m}
"""
NIGHT = dt.date(2026, 11, 23)


def written(folder: Path, roster: str, chain: str = CHAIN) -> Path:
    (folder / "oncall.yaml").write_text(roster)
    (folder / "chain.yaml").write_text(chain)
    return folder / "chain.yaml"


def mistakes(folder: Path, roster: str, chain: str = CHAIN) -> list[str]:
    with pytest.raises(LoadError) as refused:
        load_chain(written(folder, roster, chain))
    return [f"{one.file.name}:{one.line}: {one.text}" for one in refused.value.mistakes]


def planned(folder: Path, roster: str, night: dt.date = NIGHT) -> tuple[Roster, NightTimes]:
    chain = load_chain(written(folder, roster))
    times = night_times(chain, night)
    found = planned_roster(chain, times)
    assert found is not None
    return found, times


def test_a_chain_knows_its_people_and_where_they_stand(tmp_path: Path) -> None:
    chain = load_chain(written(tmp_path, ROSTER))
    assert chain.roster is not None
    assert list(chain.roster.people) == ["ada", "bob"]
    assert chain.where("oncall", "people", "bob").endswith("oncall.yaml:3")
    assert chain.without("all").roster == chain.roster


def test_a_chain_without_one_has_none() -> None:
    assert load_chain(shipped.fixtures() / "chains/planning_feed/chain.yaml").roster is None


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("[ada, bob]", "[ada, bbo]", "oncall.yaml:5: unknown person 'bbo'. Did you mean 'bob'?"),
        ("[ada, bob]", "[ada, ada]", "oncall.yaml:5: found 'ada' twice"),
        ("[ada, bob]", "[]", "oncall.yaml:5: found a list, expected at least one entry"),
        ("escalate_after: 15m", "escalate_after: 15", "oncall.yaml:5: found 15, expected a duration with its unit"),
        ("escalate_after", "escalates_after", "oncall.yaml:5: unknown key 'escalates_after'. Did you mean"),
        ("ada@example.org", "ada", "oncall.yaml:2: found 'ada', expected a mailbox"),
        ("America/New_York", "America/Paris", "oncall.yaml:3: found 'America/Paris', expected a time zone's name"),
        ('until: "06:00"', 'until: "22:00"', "oncall.yaml:3: found \"22:00\", which is 'from' as well"),
        ('until: "06:00"', "until: 06:00", 'oncall.yaml:3: found 06:00 without quotes, expected "06:00"'),
        (
            "{mail: ada@example.org}",
            "{leave: [{first: 2026-12-02, last: 2026-12-01}]}",
            "oncall.yaml:2: found 2026-12-01, which is before 'first' 2026-12-02",
        ),
        ("{on_call", "{addresses: {fax: x}, on_call", "oncall.yaml:5: unknown channel 'fax'"),
        ("{on_call", "{addresses: {pagerduty: abc}, on_call", "oncall.yaml:5: found 'abc', expected a routing key: 32"),
        (
            "{on_call",
            "{addresses: {mail: ADA@example.org}, on_call",
            "oncall.yaml:2: found 'ada@example.org', which is",
        ),
        (
            "{hours:",
            "{mail: Ada+x@EXAMPLE.org, hours:",
            "oncall.yaml:3: found 'Ada+x@EXAMPLE.org', which is the mail address of 'ada' too",
        ),
        ('until: "06:00"', 'until: "22:00:00"', "oncall.yaml:3: found \"22:00:00\", which is 'from' as well"),
        ("{on_call", "{addresses: {}, on_call", "oncall.yaml:5: found a mapping, expected at least one entry"),
        (
            "{on_call: [ada, bob]",
            "{addresses: {webhook: web}, on_call: [ada]}\n  web: {on_call: [bob]",
            "oncall.yaml:5: found 'web', which is the webhook address of 'web' too",
        ),
        ("{mail: ada@example.org}", '{left: "2026-W05-1"}', "oncall.yaml:2: found '2026-W05-1', expected a date"),
    ],
)
def test_its_mistakes_are_told_with_file_and_line(tmp_path: Path, change: str, to: str, says: str) -> None:
    assert change in ROSTER
    assert any(one.startswith(says) for one in mistakes(tmp_path, ROSTER.replace(change, to)))


def test_people_who_are_not_there_at_all_are_missed_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, ROSTER.replace("people:", "persons:"))
    assert found == [
        "oncall.yaml:1: missing key 'people'",
        "oncall.yaml:1: unknown key 'persons'. Known: people, owners",
    ]


def test_the_last_day_that_there_is_has_no_end(tmp_path: Path) -> None:
    """So records of people say "for ever", and "not yet"."""
    never = ROSTER.replace("{mail: ada@example.org}", "{left: 9999-12-31}")
    roster, times = planned(tmp_path, never)
    assert roster.people["ada"].away(times.begins_ns) is None
    assert not any("has left" in one for one in said(tmp_path / "chain.yaml"))
    ever = ROSTER.replace("{mail: ada@example.org}", "{leave: [{first: 0001-01-01, last: 9999-12-31}]}")
    roster, _ = planned(tmp_path, ever)
    assert roster.people["ada"].away(times.closes_ns) == "leave"


def test_all_mistakes_of_chain_and_roster_are_told_at_once(tmp_path: Path) -> None:
    roster = ROSTER.replace("[ada, bob]", "[eve]").replace("ada@example.org", "ada")
    found = mistakes(tmp_path, roster, CHAIN.replace('"06:00"', '"26:00"'))
    assert sorted(one.partition(":")[0] for one in found) == ["chain.yaml", "oncall.yaml", "oncall.yaml"]


def test_a_roster_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    with pytest.raises(LoadError, match=r"chain\.yaml:4: there is no roster 'oncall\.yaml'"):
        load_chain(tmp_path / "chain.yaml")


def test_a_chain_like_another_takes_its_roster_or_names_one_beside_itself(tmp_path: Path) -> None:
    written(tmp_path, ROSTER)
    other = tmp_path / "other"
    other.mkdir()
    (other / "people.yaml").write_text(ROSTER.replace("ada", "eve"))
    (other / "same.yaml").write_text("chain: d\nlike: ../chain.yaml\n")
    (other / "own.yaml").write_text("chain: d\nlike: ../chain.yaml\noncall: people.yaml\n")
    for name, first in ("same", "ada"), ("own", "eve"):
        roster = load_chain(other / f"{name}.yaml").roster
        assert roster is not None
        assert next(iter(roster.people)) == first


def test_the_plan_says_when_each_is_there(tmp_path: Path) -> None:
    roster, times = planned(tmp_path, ROSTER)
    early, late = times.at(ClockTime("02:00")), times.at(ClockTime("05:00"))
    assert [roster.people["bob"].away(at) for at in (early, late)] == ["hours", None]  # 22:00 in New York is 04:00
    assert roster.on_call("data-ops", early) == "ada"
    assert roster.there("data-ops", early, after="ada") is None
    assert roster.there("data-ops", late, after="ada") == "bob"
    assert read(Roster, write(roster), "roster") == roster


@pytest.mark.parametrize(
    ("ada", "why"),
    [
        ("{leave: [{first: 2026-11-20, last: 2026-11-23}]}", "leave"),
        ("{leave: [{first: 2026-11-20, last: 2026-11-22}]}", None),
        ("{left: 2026-11-22}", "left"),
        ("{left: 2026-11-23}", None),
        ('{hours: {from: "08:00", until: "18:00"}}', "hours"),
        ('{hours: {from: "20:00", until: "02:01"}}', None),
    ],
)
def test_who_is_not_there_is_passed_over_and_told_when_nobody_is(tmp_path: Path, ada: str, why: str | None) -> None:
    text = ROSTER.replace("{mail: ada@example.org}", ada)
    roster, times = planned(tmp_path, text.replace(", timezone: America/New_York", ""))
    at = times.at(ClockTime("02:00"))
    assert roster.people["ada"].away(at) == why
    assert roster.on_call("data-ops", at) == ("bob" if why else "ada")
    alone, _ = planned(tmp_path, text.replace("[ada, bob]", "[ada]"))
    assert alone.on_call("data-ops", at) == "ada"
    assert alone.on_call("nobody-knows", at) is None


def test_hours_are_those_of_the_clocks_in_the_night_in_which_they_change(tmp_path: Path) -> None:
    text = ROSTER.replace("{mail: ada@example.org}", '{hours: {from: "22:00", until: "04:00"}}')
    roster, times = planned(tmp_path, text, dt.date(2026, 10, 25))
    assert roster.people["ada"].away(times.at(ClockTime("04:00")) - 1) is None
    assert roster.people["ada"].away(times.at(ClockTime("04:00"))) == "hours"


@pytest.mark.parametrize("night", [dt.date(2026, 10, 25), dt.date(2026, 3, 29), NIGHT])
def test_a_change_of_shifts_leaves_nobody_out_and_has_nobody_twice(tmp_path: Path, night: dt.date) -> None:
    """Not even at a time of day that comes twice that night, or never."""
    text = ROSTER.replace("{mail: ada@example.org}", '{hours: {from: "18:00", until: "02:30"}}')
    text = text.replace(
        '{from: "22:00", until: "06:00"}, timezone: America/New_York', '{from: "02:30", until: "18:00"}'
    )
    roster, times = planned(tmp_path, text, night)
    for at in range(times.begins_ns, times.closes_ns, 600_000_000_000):
        there = [name for name, person in roster.people.items() if person.away(at) is None]
        assert there == [roster.on_call("data-ops", at)]


def test_a_leave_that_begins_in_the_night_begins_at_midnight_of_their_own_day(tmp_path: Path) -> None:
    leave = "{leave: [{first: 2026-11-23, last: 2026-11-23}]}"
    roster, times = planned(tmp_path, ROSTER.replace("{mail: ada@example.org}", leave))
    midnight = times.at(ClockTime("00:00"))
    assert [roster.people["ada"].away(at) for at in (midnight - 1, midnight)] == [None, "leave"]
    there = ROSTER.replace("{mail: ada@example.org}", leave.replace("}]", "}], timezone: America/New_York"))
    roster, _ = planned(tmp_path, there)
    assert [roster.people["ada"].away(midnight + hours * 3_600 * 10**9) for hours in (5, 6)] == [None, "leave"]


def test_where_nobody_is_there_the_first_who_has_not_left_is_told(tmp_path: Path) -> None:
    """Somebody who is not on duty may wake up; who has left will not."""
    text = ROSTER.replace("{mail: ada@example.org}", "{left: 2026-01-31}")
    roster, times = planned(tmp_path, text)
    assert roster.on_call("data-ops", times.at(ClockTime("02:00"))) == "bob"


def test_somebody_of_two_owners_is_told_for_the_one_of_the_chain(tmp_path: Path) -> None:
    text = ROSTER.replace("owners:\n", "owners:\n  web: {on_call: [ada]}\n")
    roster, _ = planned(tmp_path, text)
    addresses = RosterAddresses({"data-ops"}, roster, clock=lambda: 0)
    assert addresses.holder("mail", "ada@example.org") == Holder("data-ops", person="ada")
    assert RosterAddresses((), roster, clock=lambda: 0).holder("mail", "ada@example.org") == Holder("web", person="ada")


def test_the_schema_takes_what_loads_and_refuses_what_does_not() -> None:
    validator = Draft202012Validator(roster_schema())
    for file in sorted((shipped.fixtures() / "chains/planning_feed/roster").glob("*.yaml")):
        validator.validate(json.loads(json.dumps(dict(read_yaml(file, "a roster").data), default=str)))
    assert not validator.is_valid({"people": {"ada": {}}, "owners": {"data-ops": {"on_call": []}}})
    assert not validator.is_valid({"people": {"ada": {"phone": "1"}}, "owners": {"data-ops": {"on_call": ["ada"]}}})


LINTED = """\
people:
  ada: {left: 2026-01-31}
  bob: {}
  eve: {}
owners:
  data-ops: {addresses: {mail: ops@example.org}, on_call: [ada, bob]}
"""


def said(path: Path) -> list[str]:
    return [f"{one.file.name}:{one.line}: {one.text}" for one in lint(path)]


def test_lint_tells_what_is_wrong_with_the_people(tmp_path: Path) -> None:
    chain = CHAIN.replace("jobs:", "environment: {HOOK: {from: desk.slack_url}}\njobs:").replace(
        "{run: [x]", "{owner: other, run: [x]"
    )
    found = said(written(tmp_path, LINTED, chain))
    assert "oncall.yaml:6: 'ada' has left on 2026-01-31, and is still on call for 'data-ops'" in found
    assert "oncall.yaml:4: 'eve' is on call for nobody" in found
    assert "oncall.yaml:6: nobody is told when who is on call for 'data-ops' does not answer" in found
    assert any(one.startswith("chain.yaml:7: 'other' is paged, and has nobody on call") for one in found)
    assert any("takes 'desk.slack_url', and 'data-ops' has no address of slack" in one for one in found)


def test_lint_has_nothing_to_say_of_a_roster_that_is_right() -> None:
    for name in ("oncall", "chain"):
        found = lint(shipped.fixtures() / f"chains/planning_feed/{name}.yaml")
        assert [one for one in found if one.severity == "error" or one.file.parent.name == "roster"] == []


def test_python_says_the_same_with_the_same_names(tmp_path: Path) -> None:
    roster = rosters.Roster(
        people={"ada": rosters.Person(mail="ada@example.org")},
        owners={"data-ops": rosters.OwnerOnCall(on_call=("ada",), escalate_after=Duration.parse("15m"))},
    )
    chain = load_chain(written(tmp_path, ROSTER)).with_roster(roster)
    assert chain.roster == roster
    assert planned_roster(chain, night_times(chain, NIGHT)) is not None
    with pytest.raises(AuthorError, match="unknown person 'eve'"):
        rosters.Roster(people={"ada": rosters.Person()}, owners={"o": rosters.OwnerOnCall(on_call=("eve",))})
