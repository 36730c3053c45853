"""The plan of a night: what the mocks are told."""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.chain.model import Chain
from harness.contract.codec import read, write
from harness.contract.consumers import Kinds, PlannedHttp
from harness.contract.plan import Plan, PlannedControlFile, SeededFile
from harness.contract.schedule import Dependency, Retry, Rule
from harness.errors import AuthorError
from harness.night.plan import Planner

NIGHT = dt.date(2026, 11, 23)


class Nowhere:
    """A stack's answers without a stack."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def places(self, *, folders: Iterable[str] = (), consumers: Kinds | None = None) -> dict[str, str]:
        known = {"source.url": "http://source", "desk.url": "http://desk", "scheduler.url": "http://scheduler"}
        known |= {f"folder.{name}": f"/night/folders/{name}" for name in folders}
        return known | {f"{name}.url": f"http://consumers/{name}" for name in consumers or {}}

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


def plan(tmp_path: Path, stack: Nowhere, chain: Chain = CHAIN, seed: int = 0, night: dt.date = NIGHT) -> Plan:
    return Planner(tmp_path).plan(chain, night, seed=seed, stack=stack)


def utc(at_ns: int | None) -> str:
    assert at_ns is not None
    return dt.datetime.fromtimestamp(at_ns / 1e9, dt.UTC).strftime("%m-%d %H:%M")


def test_a_plan_survives_the_way_to_the_mocks(tmp_path: Path, stack: Nowhere) -> None:
    made = plan(tmp_path, stack)
    assert read(Plan, json.loads(json.dumps(write(made))), "plan") == made
    assert (made.chain, made.owner, made.runbook, made.date) == (
        "feed",
        "data-ops",
        "runbook.md",
        "2026-11-23",
    )
    moments = [utc(at_ns) for at_ns in (made.begins_ns, made.deadline_ns, made.closes_ns)]
    assert moments == [
        "11-22 21:00",
        "11-23 05:00",
        "11-23 11:00",
    ]
    assert made.consumers == {"planning": PlannedHttp(key=("site", "sku"))}


def test_each_file_arrives_with_its_true_content_in_the_store(tmp_path: Path, stack: Nowhere) -> None:
    first = plan(tmp_path, stack).files[0]
    held = first.content
    body = stack.stored[held.sha256]
    assert (first.name, utc(first.arrives_ns)) == ("f_20261123.csv", "11-22 22:30")
    assert (held.size, held.records) == (len(body), 20)
    assert hashlib.sha256(body).hexdigest() == held.sha256
    assert hashlib.md5(body).hexdigest() == held.md5


def test_each_file_says_how_it_is_laid_out_and_what_its_control_column_adds_up_to(
    tmp_path: Path, stack: Nowhere
) -> None:
    held = plan(tmp_path, stack).files[0].content
    rows = list(csv.DictReader(stack.stored[held.sha256].decode().splitlines()))[:-1]
    assert held.control_total == sum(int(row["quantity"]) for row in rows)
    layout = write(held.layout)
    assert [column["name"] for column in layout.pop("columns")] == list(rows[0])
    units = layout.pop("units")
    assert [kind["name"] for kind in units["kinds"]] == ["header", "trailer", "records"]
    assert [stated["name"] for stated in units["stated"]] == ["record count", "control total"]
    assert layout == {
        "format": "csv", "compress": None, "encoding": "utf-8", "line_end": "\n", "delimiter": ",", "header": 1,
        "trailer": 1, "control": "quantity", "date_columns": ["day"],
    }  # fmt: skip


def test_a_flag_has_the_name_of_its_file_or_day_in_it(tmp_path: Path, stack: Nowhere) -> None:
    given = CHAIN.model_dump(mode="json", exclude_none=True)
    given["files"]["forecast"]["flag"] = "{name}.done"
    given["files"]["week"]["flag"] = "{date:%Y%m%d}.ok"
    flags = [file.flag for file in plan(tmp_path, stack, Chain.model_validate(given)).files]
    assert flags == ["f_20261123.csv.done", "20261121.ok", "20261122.ok", "20261123.ok"]
    assert {file.flag for file in plan(tmp_path, stack).files} == {None}


def test_a_control_file_has_the_name_of_its_file_or_day_in_it_and_states_that_day(
    tmp_path: Path, stack: Nowhere
) -> None:
    given = CHAIN.model_dump(mode="json", exclude_none=True)
    given["files"]["week"]["control_file"] = {"name": "w_{date:%Y%m%d}.ctl", "text": "{date}:{records}"}
    told = [file.control_file for file in plan(tmp_path, stack, Chain.model_validate(given)).files]
    assert told == [
        None,
        *(
            PlannedControlFile(name=f"w_202611{day}.ctl", text="{date}:{records}", date=f"2026-11-{day}")
            for day in (21, 22, 23)
        ),
    ]


def test_what_is_not_added_up_cannot_be_stated(tmp_path: Path, stack: Nowhere) -> None:
    (tmp_path / "sites.csv").write_text("site,pieces\na,1\n")
    given = CHAIN.model_dump(mode="json", exclude_none=True)
    given["files"]["forecast"] |= {
        "content": {"copy": str(tmp_path / "sites.csv")},
        "control_file": {"name": "{name}.ctl", "text": "{control_total}"},
    }
    with pytest.raises(AuthorError, match=r"found \{control_total\}, and nothing in the file is added up"):
        plan(tmp_path, stack, Chain.model_validate(given))
    given["files"]["forecast"]["content"]["control"] = "pieces"
    assert plan(tmp_path, stack, Chain.model_validate(given)).files[0].content.control_total == 1


def test_a_set_of_days_is_one_file_a_day_up_to_the_business_date(tmp_path: Path, stack: Nowhere) -> None:
    made = plan(tmp_path, stack)
    names = [file.name for file in made.files]
    assert names == ["f_20261123.csv", "w_2026-11-21.csv", "w_2026-11-22.csv", "w_2026-11-23.csv"]
    assert made.watch == tuple(names)
    assert len({file.content.sha256 for file in made.files}) == 4


def test_a_folder_holds_what_that_earlier_night_had(tmp_path: Path, stack: Nowhere) -> None:
    yesterday = plan(tmp_path, stack, night=dt.date(2026, 11, 22)).files[0]
    held = SeededFile(name=yesterday.name, sha256=yesterday.content.sha256)
    assert plan(tmp_path, stack).folders == {"landing": (), "archive": (held,)}


def test_a_job_is_told_in_nanoseconds(tmp_path: Path, stack: Nowhere) -> None:
    retrieve, load = plan(tmp_path, stack).jobs
    minute = 60_000_000_000
    assert (utc(retrieve.at_ns), utc(retrieve.latest_start_ns)) == ("11-23 01:00", "11-23 02:30")
    assert retrieve.max_run_time_ns == 45 * minute
    assert retrieve.retry_on_failure == Retry(attempts=3, every_ns=10 * minute)
    assert retrieve.rules == (
        Rule(when="initialization_error", do=("restart",), after_ns=5 * minute, times=3),
        Rule(when="failed", do=("page",)),
    )
    assert (load.dependencies, load.owner, load.at_ns, load.agent) == (
        (Dependency(job="retrieve"),),
        "planners",
        None,
        "agent-of-tools",
    )
    assert load.cwd == "/night/chain/chains/feed"


def test_a_jobs_environment_is_scrubbed_and_mapped(tmp_path: Path, stack: Nowhere) -> None:
    _, load = plan(tmp_path, stack).jobs
    assert load.environment == {
        "PATH": "/usr/bin", "COMPONENT": "load", "NIGHT": "2026-11-23", "SOURCE": "none",
        "IN": "/night/folders/landing", "TO": "http://consumers/planning", "ME": "load", "WHO": "planners",
        "CHAIN_OWNER": "data-ops", "RETRY": "on", "SUM": "on",
    }  # fmt: skip


def test_a_defence_that_is_off_says_off_whatever_the_file_sets_by_hand(tmp_path: Path, stack: Nowhere) -> None:
    retrieve, _ = plan(tmp_path, stack, CHAIN.without(["retry", "relaunch", "rerun"])).jobs
    assert (retrieve.environment["RETRY"], retrieve.environment["SUM"]) == ("off", "on")
    assert [rule.when for rule in retrieve.rules] == ["failed"]
    assert retrieve.retry_on_failure is None


def test_the_same_night_is_the_same_plan_and_another_seed_is_another(tmp_path: Path, stack: Nowhere) -> None:
    assert plan(tmp_path / "a", stack) == plan(tmp_path / "b", stack)
    assert plan(tmp_path / "a", stack, seed=1).files != plan(tmp_path / "a", stack).files


def test_a_plan_says_which_places_the_jobs_take(stack: Nowhere, tmp_path: Path) -> None:
    made = plan(tmp_path, stack)
    taken = {"chain.owner", "folder.landing", "job.name", "job.owner", "planning.url"}
    assert set(made.takes) >= taken
    assert "source.token" not in made.takes


def test_a_plan_has_what_the_whole_schedule_declares(stack: Nowhere, tmp_path: Path) -> None:
    given = CHAIN.model_dump(mode="json", exclude_none=True, by_alias=True)
    given |= {"calendars": {"holidays": ["2026-12-25"]}, "machine": {"maximum_jobs": 4, "kill_allowed": False}}
    given |= {"thresholds": {"rows": 5}, "resources": {"link": 2}, "properties": {"Region": "EU"}}
    made = plan(tmp_path, stack, Chain.model_validate(given))
    assert (made.calendars, made.maximum_jobs, made.kill_allowed) == ({"holidays": ("2026-12-25",)}, 4, False)
    assert (made.thresholds, made.resources, made.properties) == ({"rows": 5}, {"link": 2}, {"Region": "EU"})
