"""The plan of a night: what the mocks are told."""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.chain import Chain
from harness.planning import Planner

NIGHT = dt.date(2026, 11, 23)


class Nowhere:
    """A stack's answers without a stack."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def places(self, *, folders: Iterable[str] = (), consumers: Iterable[str] = ()) -> dict[str, str]:
        known = {"source.url": "http://source", "desk.url": "http://desk", "scheduler.url": "http://scheduler"}
        known |= {f"folder.{name}": f"/night/folders/{name}" for name in folders}
        return known | {f"{name}.url": f"http://consumers/{name}" for name in consumers}

    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:
        return {"PATH": "/usr/bin", "COMPONENT": component}

    def job_cwd(self, chain_folder: Path) -> str:
        return f"/night/chain{chain_folder}"

    def agent(self, image: str | None = None) -> str:
        return f"agent-of-{image}"

    def store(self, sha256: str, content: bytes | Path) -> None:
        self.stored[sha256] = content if isinstance(content, bytes) else content.read_bytes()


CONTENT = {"factory": "forecast", "rows": 20}
CHAIN = Chain.model_validate(
    {
        "chain": "feed",
        "timezone": "Europe/Paris",
        "owner": "data-ops",
        "runbook": "runbook.md",
        "deadline": "06:00",
        "environment": {"NIGHT": {"from": "night.date"}, "RETRY": "by hand", "SOURCE": {"from": "source.url"}},
        "folders": {"landing": {}, "archive": {"holds": [{"file": "forecast", "days_before": 1}]}},
        "files": {
            "forecast": {"name": "f_{date:%Y%m%d}.csv", "arrives": "23:30", "content": CONTENT},
            "week": {"name": "w_{date}.csv", "arrives": "01:00", "days": 3, "content": CONTENT},
        },
        "jobs": {
            "retrieve": {
                "run": ["python", "retrieve.py"], "at": "02:00", "latest_start": "03:30", "max_run_time": "45m",
                "retry_on_failure": {"attempts": 3, "every": "10m", "defence": "rerun"},
                "rules": [
                    {"when": "initialization_error", "do": "restart", "after": "5m", "times": 3, "defence": "relaunch"},
                    {"when": "failed", "do": ["page"]},
                ],
            },
            "load": {
                "run": ["load"], "after": "retrieve", "owner": "planners", "image": "tools",
                "environment": {
                    "IN": {"from": "folder.landing"}, "TO": {"from": "planning.url"}, "ME": {"from": "job.name"},
                    "WHO": {"from": "job.owner"}, "CHAIN_OWNER": {"from": "chain.owner"}, "SOURCE": "none",
                },
            },
        },
        "consumers": {"planning": {"kind": "http", "key": ["site", "sku"]}},
        "defences": {"retry": {"variable": "RETRY"}, "checksum": {"variable": "SUM"}, "relaunch": {}, "rerun": {}},
    }
).located(Path("/chains/feed"))  # fmt: skip


@pytest.fixture
def stack() -> Nowhere:
    return Nowhere()


def plan(tmp_path: Path, stack: Nowhere, chain: Chain = CHAIN, seed: int = 0, night: dt.date = NIGHT) -> dict[str, Any]:
    return Planner(tmp_path).plan(chain, night, seed=seed, stack=stack)


def utc(at_ns: int) -> str:
    return dt.datetime.fromtimestamp(at_ns / 1e9, dt.UTC).strftime("%m-%d %H:%M")


def test_a_plan_is_json(tmp_path: Path, stack: Nowhere) -> None:
    made = plan(tmp_path, stack)
    assert json.loads(json.dumps(made)) == made
    assert (made["chain"], made["owner"], made["runbook"], made["date"]) == (
        "feed",
        "data-ops",
        "runbook.md",
        "2026-11-23",
    )
    moments = [utc(made[key]) for key in ("begins_ns", "deadline_ns", "closes_ns")]
    assert moments == [
        "11-22 21:00",
        "11-23 05:00",
        "11-23 11:00",
    ]
    assert made["consumers"] == {"planning": {"kind": "http", "key": ["site", "sku"]}}


def test_each_file_arrives_with_its_true_content_in_the_store(tmp_path: Path, stack: Nowhere) -> None:
    first = plan(tmp_path, stack)["files"][0]
    body = stack.stored[first["sha256"]]
    assert (first["name"], utc(first["arrives_ns"])) == ("f_20261123.csv", "11-22 22:30")
    assert (first["size"], first["records"]) == (len(body), 20)
    assert hashlib.sha256(body).hexdigest() == first["sha256"]
    assert hashlib.md5(body).hexdigest() == first["md5"]


def test_each_file_says_how_it_is_laid_out_and_what_its_control_column_adds_up_to(
    tmp_path: Path, stack: Nowhere
) -> None:
    first = plan(tmp_path, stack)["files"][0]
    rows = list(csv.DictReader(stack.stored[first["sha256"]].decode().splitlines()))[:-1]
    assert first["control_total"] == sum(int(row["quantity"]) for row in rows)
    layout = first["layout"]
    assert [column["name"] for column in layout.pop("columns")] == list(rows[0])
    assert layout == {
        "format": "csv", "compress": None, "encoding": "utf-8", "line_end": "\n", "delimiter": ",", "header": 1,
        "trailer": 1, "control": "quantity", "date_columns": ["day"],
    }  # fmt: skip


def test_a_flag_has_the_name_of_its_file_or_day_in_it(tmp_path: Path, stack: Nowhere) -> None:
    given = CHAIN.model_dump(mode="json", exclude_none=True)
    given["files"]["forecast"]["flag"] = "{name}.done"
    given["files"]["week"]["flag"] = "{date:%Y%m%d}.ok"
    flags = [file["flag"] for file in plan(tmp_path, stack, Chain.model_validate(given))["files"]]
    assert flags == ["f_20261123.csv.done", "20261121.ok", "20261122.ok", "20261123.ok"]
    assert {file["flag"] for file in plan(tmp_path, stack)["files"]} == {None}


def test_a_set_of_days_is_one_file_a_day_up_to_the_business_date(tmp_path: Path, stack: Nowhere) -> None:
    made = plan(tmp_path, stack)
    names = [file["name"] for file in made["files"]]
    assert names == ["f_20261123.csv", "w_2026-11-21.csv", "w_2026-11-22.csv", "w_2026-11-23.csv"]
    assert made["watch"] == names
    assert len({file["sha256"] for file in made["files"]}) == 4


def test_a_folder_holds_what_that_earlier_night_had(tmp_path: Path, stack: Nowhere) -> None:
    yesterday = plan(tmp_path, stack, night=dt.date(2026, 11, 22))["files"][0]
    held = {"name": yesterday["name"], "sha256": yesterday["sha256"]}
    assert plan(tmp_path, stack)["folders"] == {"landing": [], "archive": [held]}


def test_a_job_is_told_in_nanoseconds(tmp_path: Path, stack: Nowhere) -> None:
    retrieve, load = plan(tmp_path, stack)["jobs"]
    minute = 60_000_000_000
    assert (utc(retrieve["at_ns"]), utc(retrieve["latest_start_ns"])) == ("11-23 01:00", "11-23 02:30")
    assert retrieve["max_run_time_ns"] == 45 * minute
    assert retrieve["retry_on_failure"] == {"attempts": 3, "every_ns": 10 * minute}
    assert retrieve["rules"] == [
        {"when": "initialization_error", "do": ["restart"], "after_ns": 5 * minute, "times": 3},
        {"when": "failed", "do": ["page"], "after_ns": 0, "times": None},
    ]
    assert (load["after"], load["owner"], load["at_ns"], load["agent"]) == (
        ["retrieve"],
        "planners",
        None,
        "agent-of-tools",
    )
    assert load["cwd"] == "/night/chain/chains/feed"


def test_a_jobs_environment_is_scrubbed_and_mapped(tmp_path: Path, stack: Nowhere) -> None:
    _, load = plan(tmp_path, stack)["jobs"]
    assert load["environment"] == {
        "PATH": "/usr/bin", "COMPONENT": "load", "NIGHT": "2026-11-23", "SOURCE": "none",
        "IN": "/night/folders/landing", "TO": "http://consumers/planning", "ME": "load", "WHO": "planners",
        "CHAIN_OWNER": "data-ops", "RETRY": "on", "SUM": "on",
    }  # fmt: skip


def test_a_defence_that_is_off_says_off_whatever_the_file_sets_by_hand(tmp_path: Path, stack: Nowhere) -> None:
    retrieve, _ = plan(tmp_path, stack, CHAIN.without(["retry", "relaunch", "rerun"]))["jobs"]
    assert (retrieve["environment"]["RETRY"], retrieve["environment"]["SUM"]) == ("off", "on")
    assert [rule["when"] for rule in retrieve["rules"]] == ["failed"]
    assert retrieve["retry_on_failure"] is None


def test_the_same_night_is_the_same_plan_and_another_seed_is_another(tmp_path: Path, stack: Nowhere) -> None:
    assert plan(tmp_path / "a", stack) == plan(tmp_path / "b", stack)
    assert plan(tmp_path / "a", stack, seed=1)["files"] != plan(tmp_path / "a", stack)["files"]
