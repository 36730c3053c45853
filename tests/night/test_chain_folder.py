"""What a job keeps or changes in its chain's folder: no other night has it, and it is told and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.checks import Outcome
from harness.night.chain_folder import chain_folder_value
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.report.timeline import timeline
from harness.scenario.loading import load_scenario
from harness.stack.chain_views.changes import Change
from tests.ask import ASK
from tests.sample import sample
from tests.stack.chain_views.stacks import KINDS, stack_of

CHAIN = """
chain: feed
owner: data-ops
deadline: "06:00"
files:
  forecast: {name: "forecast_{date:%Y%m%d}.csv", arrives: "01:00", content: {copy: forecast.csv}}
environment:
  SOURCE: {from: source.url}
  PLANNING: {from: planning.url}
  DESK: {from: desk.url}
jobs:
  fetch: {run: [sh, jobs/fetch.sh], at: "02:00"}
  publish: {run: [sh, jobs/publish], after: [fetch]}
consumers:
  planning: {kind: http}
"""
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [FAULT]
expect: {outcome: recovered}
"""
FETCH = f"""
{ASK}
ask "$SOURCE/files/forecast_20261123.csv" -o cache.csv || [ -s cache.csv ]
"""
PUBLISH = f"""
{ASK}
ask "$PLANNING/batches" -H 'Idempotency-Key: k' -d '{{"business_date": "2026-11-23", "rows": [{{"key": "a"}}]}}'
"""
REFUSED = "connection_refused: {}"

Night = Callable[..., Result]


@pytest.fixture(scope="module", params=KINDS)
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NightRunner]:
    folder = tmp_path_factory.mktemp("stack")
    with stack_of(request.param, folder) as stack:
        if stack.clock != "virtual":
            pytest.skip(f"nights in real time would take hours: {stack.clock}")
        yield NightRunner(stack, folder / "store")


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    """The chain in a folder of its own."""
    for name, text in {
        "forecast.csv": "key\na\n",
        "chain.yaml": CHAIN,
        "runbook.md": "Ask.\n",
        "watermark.json": "{}\n",
        "jobs/publish": PUBLISH,
        "jobs/fetch.sh": FETCH,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return load_chain(tmp_path / "chain.yaml")


@pytest.fixture
def night(chain: Chain, runner: NightRunner) -> Night:
    """One night in which the job that fetches does something more, with one fault."""
    folder = chain.folder

    def run(more: str = "", fault: str = "no_fault: {}") -> Result:
        (folder / "jobs" / "fetch.sh").write_text(FETCH + more)
        (folder / "night.yaml").write_text(SCENARIO.replace("FAULT", f"{{{fault}}}"))
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        result = runner.run(load_scenario(folder / "night.yaml"))
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        return result

    return run


def test_the_night_has_not_what_the_baseline_cached(night: Night) -> None:
    assert night().outcome is Outcome.UNAFFECTED
    result = night(fault=REFUSED)
    assert [event.value["job"] for event in result.history.of("job", type="fail")] == ["fetch"]
    assert not result.history.of("batch", type="ok")


def test_a_cache_and_a_watermark_are_told_and_make_no_night_red(night: Night) -> None:
    result = night("echo '{\"at\": 1}' >watermark.json")
    assert result.outcome is Outcome.UNAFFECTED
    (left,) = result.history.of("chain_folder")
    assert left.value == {
        "programs": [],
        "data": [{"path": "watermark.json", "how": "changed"}],
        "added": ["cache.csv"],
        "more": 0,
    }
    finding = result.judgement.of("programs_unchanged")
    assert finding is not None
    assert finding.state == "holds"
    assert "watermark.json (changed)" in finding.sentence


EDITS = [
    ("echo '# later' | cat jobs/publish - >new; mv new jobs/publish", "jobs/publish (changed)"),
    ("rm chain.yaml", "chain.yaml (removed)"),
    ("echo '# later' >>jobs/fetch.sh", "jobs/fetch.sh (changed)"),
    ("sed -i s/06:00/09:00/ chain.yaml", "chain.yaml (changed)"),
]


@pytest.mark.parametrize(("edit", "told"), sample(EDITS, 2))
def test_a_job_that_changes_what_later_nights_run_damages_the_night_and_none_but_it(
    night: Night, edit: str, told: str
) -> None:
    result = night(edit)
    assert result.outcome is Outcome.DAMAGED
    finding = result.judgement.of("programs_unchanged")
    assert finding is not None
    assert finding.sentence == f"a job of this night changed what later nights will run: {told}"
    assert any(moment.kind == "bad" and "jobs have changed" in moment.text for moment in timeline(result))
    assert night().outcome is Outcome.UNAFFECTED


def test_a_job_may_let_its_scripts_be_started(night: Night) -> None:
    result = night("chmod +x jobs/*")
    assert result.outcome is Outcome.UNAFFECTED
    (left,) = result.history.of("chain_folder")
    assert left.value["programs"] == []
    assert [one["path"] for one in left.value["data"]] == ["jobs/fetch.sh", "jobs/publish"]


def test_two_nights_have_one_digest_whatever_names_their_files_have(night: Night) -> None:
    first, second = (night("mktemp -p . >/dev/null") for _ in range(2))
    added = [result.history.of("chain_folder")[0].value["added"] for result in (first, second)]
    assert added[0] != added[1]
    assert first.history.digest() == second.history.digest()


def test_what_a_job_runs_is_a_program_whatever_it_is_called(chain: Chain) -> None:
    paths = ("chain.yaml", "data.csv", "jobs/publish", "jobs/fetch.sh")
    told = chain_folder_value(chain, [Change(path, "changed", program=path.endswith(".sh")) for path in paths])
    assert told is not None
    assert [one["path"] for one in told["programs"]] == ["chain.yaml", "jobs/fetch.sh", "jobs/publish"]
    assert [one["path"] for one in told["data"]] == ["data.csv"]


def test_of_thousands_of_files_the_first_are_named_and_all_are_counted(chain: Chain) -> None:
    told = chain_folder_value(chain, [Change(f"{number:04}.csv", "added") for number in range(1000)])
    assert told is not None
    assert (told["added"][0], len(told["added"]), told["more"]) == ("0000.csv", 100, 900)
