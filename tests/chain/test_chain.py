"""What a chain is, built in Python: the same names as in its file."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.model import Chain, Content, FileSpec, Job, RetryOnFailure, Rule
from harness.chain.rules import NEIGHBOURS, find_cycle
from harness.errors import AuthorError


def chain(**changes: Any) -> Chain:
    given: dict[str, Any] = {
        "chain": "feed",
        "owner": "data-ops",
        "deadline": "06:00",
        "jobs": {"retrieve": {"run": ["python", "retrieve.py"], "at": "02:00"}},
    }
    return Chain.model_validate(given | changes)


def mistakes(**changes: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        chain(**changes)
    return {".".join(map(str, one["loc"])): one["msg"] for one in raised.value.errors()}


def test_a_chain_can_be_built_from_its_parts() -> None:
    feed = Chain(
        chain="feed",
        owner="data-ops",
        deadline="06:00",
        files={"forecast": FileSpec(name="f_{date}.csv", arrives="01:30", content=Content(factory="forecast", rows=9))},
        jobs={"retrieve": Job(run=["python", "retrieve.py"], at="02:00", rules=[Rule(when="failed", do="page")])},
    )
    assert feed.jobs["retrieve"].rules[0].do == ("page",)
    assert feed.files["forecast"].content.parameters == {"rows": 9}
    assert feed.owner_of("retrieve") == "data-ops"


def test_a_chain_is_the_same_after_a_round_trip() -> None:
    feed = chain(
        defences={"retry": {"variable": "RETRY"}}, without="retry", environment={"URL": {"from": "source.url"}}
    )
    assert Chain.model_validate(feed.model_dump()) == feed


def test_a_chain_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        chain().owner = "somebody-else"


@pytest.mark.parametrize(
    ("after", "path"),
    [
        ({"a": ["a"]}, "a -> a"),
        ({"a": ["b"], "b": ["a"]}, "a -> b -> a"),
        ({"a": [], "b": ["a", "d"], "c": ["b"], "d": ["c"]}, "b -> c -> d -> b"),
    ],
)
def test_a_cycle_is_told_as_a_path_in_the_order_of_the_runs(after: dict[str, list[str]], path: str) -> None:
    assert " -> ".join(find_cycle(after)) == path
    jobs = {name: {"run": ["x"], "after": jobs} | ({} if jobs else {"at": "02:00"}) for name, jobs in after.items()}
    assert any(text.endswith(f"in a cycle: {path}") for text in mistakes(jobs=jobs).values())


def test_a_diamond_is_no_cycle() -> None:
    assert find_cycle({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}) == []


def test_an_unknown_predecessor_is_told_with_the_nearest_job() -> None:
    jobs = {"retrieve": {"run": ["x"], "at": "02:00"}, "validate": {"run": ["x"], "after": ["retreive"]}}
    assert mistakes(jobs=jobs) == {
        "jobs.validate.after.0": "unknown job 'retreive'. Did you mean 'retrieve'? Known: retrieve, validate"
    }


def test_a_job_that_nothing_starts_is_a_mistake() -> None:
    assert "would never start" in mistakes(jobs={"retrieve": {"run": ["x"]}})["jobs.retrieve"]


@pytest.mark.parametrize(
    "name", ["forecast.csv", "f_{day}.csv", "f_{date:2026}.csv", "in/f_{date}.csv", "f_{date", "f_{}"]
)
def test_a_file_needs_a_name_that_changes_with_the_date(name: str) -> None:
    files = {"forecast": {"name": name, "arrives": "01:30", "content": {"factory": "forecast"}}}
    assert list(mistakes(files=files)) == ["files.forecast.name"]


def test_a_files_name_is_that_of_its_date() -> None:
    files = {"f": {"name": "f_{date:%Y%m%d}.csv", "arrives": "01:30", "content": {"factory": "forecast"}}}
    assert chain(files=files).files["f"].name.format(date=dt.date(2026, 11, 23)) == "f_20261123.csv"


@pytest.mark.parametrize("content", [{}, {"factory": "f", "copy": "g"}])
def test_content_has_one_origin(content: dict[str, Any]) -> None:
    files = {"f": {"name": "f_{date}.csv", "arrives": "01:30", "content": content}}
    assert list(mistakes(files=files)) == ["files.f.content"]


def test_a_copied_file_takes_its_form_and_no_parameters() -> None:
    content = {"copy": "g", "rows": 3, "delimiter": ";", "header": 2}
    files = {"f": {"name": "f_{date}.csv", "arrives": "01:30", "content": content}}
    assert list(mistakes(files=files)) == ["files.f.content.rows"]


@pytest.mark.parametrize("flag", ["done", "{nme}.done", "{name}", "a/{name}", "{name", "{date:%d}/x"])
def test_a_flag_is_a_name_of_its_own_for_each_file(flag: str) -> None:
    file = {"name": "f_{date}.csv", "arrives": "01:30", "content": {"factory": "f"}}
    assert list(mistakes(files={"f": file | {"flag": flag}})) == ["files.f.flag"]
    FileSpec.model_validate(file | {"flag": "{name}.done"})


@pytest.mark.parametrize(
    ("control", "at"),
    [
        ({"name": "sums.ctl", "text": "{records}"}, ["name"]),
        ({"name": "{name}", "text": "{records}"}, ["name"]),
        ({"name": "{name}.done", "text": "{records}"}, ["name"]),
        ({"name": "{name}.ctl", "text": "{rows}"}, ["text"]),
        ({"name": "{name}.ctl", "text": "{records"}, ["text"]),
        ({"name": "{name}.ctl", "text": "{records:q}"}, ["text"]),
        ({"name": "{name}.ctl", "text": "of nothing"}, ["text"]),
        ({"name": "{name}.ctl"}, ["text"]),
    ],
)
def test_a_control_file_has_a_name_of_its_own_and_states_what_can_be_stated(
    control: dict[str, Any], at: list[str]
) -> None:
    file = {"name": "f_{date}.csv", "arrives": "01:30", "content": {"factory": "f"}, "flag": "{name}.done"}
    assert list(mistakes(files={"f": file | {"control_file": control}})) == [
        f"files.f.control_file.{key}" for key in at
    ]
    FileSpec.model_validate(file | {"control_file": {"name": "{name}.ctl", "text": "{name};{records:09}\n"}})


def test_mistakes_between_keys_are_told_beside_wrong_keys() -> None:
    found = mistakes(
        dedline="06:00", without=["retri"], timezone="Europe/Pariss", folders={"in": {"holds": [{"file": "f"}]}}
    )
    assert set(found) == {"dedline", "without.0", "timezone", "folders.in.holds.0.file"}


def test_a_job_needs_an_owner_of_its_own_or_of_the_chain() -> None:
    with pytest.raises(ValidationError, match="job 'a' has no owner"):
        Chain.model_validate({"chain": "c", "deadline": "06:00", "jobs": {"a": {"run": ["x"], "at": "02:00"}}})


def test_a_place_must_be_one_that_the_night_has() -> None:
    job = {"run": ["x"], "at": "02:00", "environment": {"URL": {"from": "planing.url"}}}
    found = mistakes(jobs={"a": job}, consumers={"planning": {}})
    assert "Did you mean 'planning.url'?" in found["jobs.a.environment.URL.from"]


@pytest.mark.parametrize("name", ["LD_PRELOAD", "NIGHT_CLOCK", "A=B", "", " "])
def test_a_variable_that_would_switch_the_clock_off_or_is_none_is_refused(name: str) -> None:
    found = mistakes(environment={name: "x"}, defences={"retry": {"variable": name or "="}})
    assert set(found) == {f"environment.{name}", "defences.retry.variable"}


def test_a_variables_value_may_be_empty_and_is_text_or_a_place() -> None:
    assert chain(environment={"OPTIONS": ""}).environment == {"OPTIONS": ""}
    assert list(mistakes(environment={"ROWS": 5}).values()) == ['found 5, expected text: write it in quotes, "5"']


@pytest.mark.parametrize("kind", ["jobs", "folders", "consumers"])
@pytest.mark.parametrize("name", ["../inbox", "a/b", "..", " "])
def test_what_gives_files_and_addresses_their_names_has_a_plain_one(kind: str, name: str) -> None:
    one = {"run": ["x"], "at": "02:00"} if kind == "jobs" else {}
    assert "expected a plain name" in mistakes(**{kind: {name: one}})[f"{kind}.{name}"]


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_consumer_is_not_called_like_a_part_of_the_night(name: str) -> None:
    assert list(mistakes(consumers={name: {}})) == [f"consumers.{name}"]


def test_a_key_names_each_column_once() -> None:
    assert list(mistakes(consumers={"planning": {"key": ["a", "b", "a"]}})) == ["consumers.planning.key.2"]


def test_a_list_that_is_written_as_text_is_told_how_to_write_it() -> None:
    assert mistakes(jobs={"a": {"run": "./fetch.sh --all", "at": "02:00"}}) == {
        "jobs.a.run": "found './fetch.sh --all', expected a list: write run: [./fetch.sh, --all]"
    }


@pytest.mark.parametrize("owner", ["", " "])
def test_an_owner_is_somebody(owner: str) -> None:
    assert "expected text that is not empty" in mistakes(owner=owner)["owner"]


def test_no_time_at_all_is_no_max_run_time() -> None:
    jobs = {"a": {"run": ["x"], "at": "02:00", "max_run_time": "0m"}}
    assert mistakes(jobs=jobs)["jobs.a.max_run_time"].startswith("found '0m', expected a duration longer than nothing")


@pytest.mark.parametrize("closes", ["12:00", "12:30"])
def test_a_night_ends_before_the_next_one_begins(closes: str) -> None:
    assert "earlier than 'evening'" in mistakes(evening="12:00", closes=closes)["evening"]


def test_times_must_lie_within_the_night() -> None:
    found = mistakes(deadline="13:00", evening="20:00")
    assert 'from "20:00" on the evening before to "12:00"' in found["deadline"]


DEFENDED = {
    "jobs": {
        "retrieve": Job(
            run=["x"],
            at="02:00",
            retry_on_failure=RetryOnFailure(attempts=2, every="10m", defence="rerun"),
            rules=[Rule(when="failed", do="page"), Rule(when="initialization_error", do="restart", defence="relaunch")],
        )
    },
    "defences": {"retry": {"variable": "RETRY"}, "relaunch": {}, "rerun": {}},
}


def test_a_defence_that_is_off_takes_its_rules_along() -> None:
    fragile = chain(**DEFENDED).without("relaunch")
    assert [rule.when for rule in fragile.jobs["retrieve"].rules] == ["failed"]
    assert fragile.jobs["retrieve"].retry_on_failure is not None
    assert fragile.switched_off == ("relaunch",)


def test_without_all_is_without_every_declared_defence() -> None:
    fragile = chain(**DEFENDED).without("all")
    assert fragile.switched_off == ("retry", "relaunch", "rerun")
    assert fragile.jobs["retrieve"].retry_on_failure is None
    assert (
        chain(**DEFENDED, without="all") == fragile == chain(**DEFENDED).without(["retry", "rerun"]).without("relaunch")
    )


def test_switching_off_leaves_the_chain_itself_alone() -> None:
    feed = chain(**DEFENDED)
    feed.without("all")
    assert feed.switched_off == ()
    assert len(feed.jobs["retrieve"].rules) == 2


def test_an_unknown_defence_cannot_be_switched_off() -> None:
    with pytest.raises(AuthorError, match=r"chain feed: unknown defence 'retri'. Did you mean 'retry'\?"):
        chain(**DEFENDED).without("retri")


CONTROLLED: dict[str, Any] = {
    "defences": {
        "checksum": {"variable": "CHECKSUM", "detects": ["size", "checksum"]},
        "trailer": {"variable": "TRAILER", "detects": "trailer record"},
        "manifest": {"variable": "MANIFEST", "detects": ["size"]},
    }
}


def test_what_a_chain_can_notice_is_what_its_defences_detect_that_are_not_off() -> None:
    feed = chain(**CONTROLLED)
    both = ("checksum", "manifest")
    assert feed.controls == {"size": both, "checksum": ("checksum",), "trailer record": ("trailer",)}
    assert feed.without("checksum").controls == {"trailer record": ("trailer",), "size": ("manifest",)}
    assert feed.without("all").controls == {}


def test_a_control_that_nothing_switches_is_always_on() -> None:
    always = {"manifest": {"detects": ["size"]}}
    feed = chain(defences=CONTROLLED["defences"] | always)
    assert feed.without("all").controls == {"size": ("manifest",)}
    assert feed.without("all").switched_off == ("checksum", "trailer")
    assert chain(defences=CONTROLLED["defences"] | always, without="all") == feed.without("all")
    with pytest.raises(AuthorError, match="the defence 'manifest' is always on: it has no variable, and no rule"):
        feed.without("manifest")
    assert mistakes(defences=always, without="manifest")["without.0"].startswith("the defence 'manifest' is always on")


def test_an_unknown_control_is_told_with_the_nearest_one() -> None:
    found = mistakes(defences={"checksum": {"detects": ["chekcsum"]}})
    assert found["defences.checksum.detects.0"].startswith("unknown control 'chekcsum'. Did you mean 'checksum'?")


def test_a_work_limit_is_a_duration_or_none() -> None:
    assert str(chain(work_limit="30m").work_limit) == "30m"
    assert chain(work_limit="none").work_limit == "none"
    assert chain().work_limit is None
    (mistake,) = mistakes(work_limit="30").values()
    assert mistake == "found '30', expected a duration with its unit, such as 45m, 1h30m or 90s"
