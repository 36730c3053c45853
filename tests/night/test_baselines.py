"""A run's baselines: each is lived once, whoever needs it and whoever dies, and is the same to all of them."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.history import Event, History
from harness.night.baselines import Baselines
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

pytest_plugins = ["pytester"]

TOP = Path(__file__).parents[2]
HISTORY = History(
    [
        Event(0, 1_000, "night", "info", "begin", {"files": ["forecast.csv"], "owner": "équipe"}),
        Event(1, 2_000, "planning", "info", "holds", {"rows": [["a", "1"], ["b", "2"]]}),
        Event(2, 3_000, "retrieve", "fail", "job", {}, "exit code 1"),
    ]
)

ANOTHER_WORKER = """
import sys
from pathlib import Path
from harness.night.baselines import Baselines
from harness.history import Event, History

def live():
    print("living", flush=True)
    sys.stdin.readline()
    return History([Event(0, 1_000, "night", "info", "begin", {"lived": "there"})])

print(Baselines(Path(sys.argv[1])).get("a night", live)[0].value["lived"], flush=True)
"""

Worker = subprocess.Popen[str]


@contextmanager
def another_worker(folder: Path) -> Iterator[Worker]:
    command = [sys.executable, "-c", ANOTHER_WORKER, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=TOP, stdin=pipe, stdout=pipe, text=True) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def said(worker: Worker) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def go_on(worker: Worker) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def lived_here() -> History:
    return HISTORY


def never() -> History:
    raise AssertionError("lived again")


def test_without_a_folder_a_baseline_is_lived_once_and_remembered() -> None:
    baselines = Baselines()
    assert baselines.get_unless_busy("a night", lived_here) is HISTORY
    assert baselines.get("a night", never) is HISTORY
    with pytest.raises(AssertionError, match="lived again"):
        baselines.get("another night", never)


def test_who_reads_a_baseline_has_the_same_events_as_who_lived_it(tmp_path: Path) -> None:
    lived = Baselines(tmp_path).get("a night", lived_here)
    read = Baselines(tmp_path).get_unless_busy("a night", never)
    assert list(lived) == list(read or ()) == list(HISTORY)
    assert [event.to_json() for event in read or ()] == [event.to_json() for event in HISTORY]


def test_while_another_worker_lives_it_there_is_time_for_something_else_and_then_it_is_read(tmp_path: Path) -> None:
    with another_worker(tmp_path) as worker:
        assert said(worker) == "living"
        assert Baselines(tmp_path).get_unless_busy("a night", never) is None
        with another_worker(tmp_path) as waiting:
            assert not select.select([waiting.stdout], [], [], 0)[0]
            go_on(worker)
            assert said(worker) == "there"
            assert said(waiting) == "there"  # and never "living"
    assert Baselines(tmp_path).get("a night", never)[0].value["lived"] == "there"


def test_nobody_waits_for_a_worker_that_was_killed_while_it_lived_a_baseline(tmp_path: Path) -> None:
    with another_worker(tmp_path) as worker:
        assert said(worker) == "living"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert list(Baselines(tmp_path).get_unless_busy("a night", lived_here) or ()) == list(HISTORY)


def test_a_baseline_that_cannot_be_lived_is_nobody_elses(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="lived again"):
        Baselines(tmp_path).get("a night", never)
    assert list(Baselines(tmp_path).get_unless_busy("a night", lived_here) or ()) == list(HISTORY)


@pytest.mark.parametrize("bytes_lost", [1, 10, 80])
def test_a_file_that_was_cut_is_not_believed_and_the_baseline_is_lived_again(tmp_path: Path, bytes_lost: int) -> None:
    Baselines(tmp_path).get("a night", lived_here)
    [kept] = tmp_path.glob("*.jsonl")
    whole = kept.read_bytes()
    os.truncate(kept, len(whole) - bytes_lost)
    assert list(Baselines(tmp_path).get("a night", lived_here)) == list(HISTORY)
    assert kept.read_bytes() == whole


def test_half_a_file_of_a_worker_that_died_while_it_wrote_is_never_seen(tmp_path: Path) -> None:
    Baselines(tmp_path).get("a night", lived_here)
    [kept] = tmp_path.glob("*.jsonl")
    half = kept.read_bytes()[:100]
    kept.unlink()
    (tmp_path / f"{kept.name.partition('.')[0]}.part").write_bytes(half)
    assert list(Baselines(tmp_path).get("a night", lived_here)) == list(HISTORY)


def test_the_verdict_is_the_same_by_a_baseline_that_was_lived_and_one_that_was_read(
    night_runner: NightRunner, tmp_path: Path
) -> None:
    scenario = load_scenario(TOP / "scenarios/access/access_denied.yaml")  # its fallback asks for a second baseline
    stack, store = night_runner.stack, tmp_path / "store"
    alone = NightRunner(stack, store).run(scenario)
    folder = tmp_path / "shared"
    folder.mkdir()
    lived, read = (NightRunner(stack, store, baselines=Baselines(folder)).run(scenario) for _ in range(2))
    assert len(list(folder.glob("*.jsonl"))) == 2
    assert lived.judgement == read.judgement == alone.judgement
    assert lived.digest == read.digest == alone.digest
    assert list(lived.baseline) == list(read.baseline)
    assert lived.baseline.digest() == alone.baseline.digest()


# ---- under xdist -----------------------------------------------------------------------------------------

SCENARIO = """
scenario: {sentence}
chain: {chain}
night: 2026-11-23
faults: [launch_failure: {{job: retrieve, times: 1}}]
expect: {{outcome: recovered}}
"""

COUNTED = """
import os, signal
from pathlib import Path
from harness.night.runner import BASELINE, NightRunner

lived = NightRunner._night

def counted(self, *arguments, **options):
    baseline = BASELINE in arguments
    with Path("nights.txt").open("a") as nights:
        nights.write(f"{os.environ.get('PYTEST_XDIST_WORKER')} {'baseline' if baseline else 'night'}\\n")
    killed = Path("killed")
    if baseline and WORKERS_DIE and not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return lived(self, *arguments, **options)

NightRunner._night = counted
"""


def run_on_two_workers(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, workers_die: bool) -> Any:
    """Four scenarios of one chain and date; pytest with no plugins but those that this is about."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(COUNTED.replace("WORKERS_DIE", str(workers_die)))
    chain = TOP / "fixtures/chains/planning_feed/chain.yaml"
    for name in "abcd":
        pytester.makefile(".yaml", **{name: SCENARIO.format(sentence=f"the night of {name}", chain=chain)})
    return pytester.runpytest_subprocess("-p", "xdist", "-p", "harness.plugin", "-n2")


def nights(pytester: pytest.Pytester) -> list[list[str]]:
    return [line.split() for line in (pytester.path / "nights.txt").read_text().splitlines()]


def test_two_workers_live_a_baseline_once(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    run_on_two_workers(pytester, monkeypatch, workers_die=False).assert_outcomes(passed=4)
    workers, kinds = zip(*nights(pytester), strict=True)
    assert sorted(kinds) == ["baseline", *["night"] * 4]
    assert set(workers) == {"gw0", "gw1"}


@pytest.mark.exhaustive  # what a killed worker leaves to another is seen above, without pytest
def test_a_worker_that_is_killed_in_its_baseline_does_not_hang_the_others(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run_on_two_workers(pytester, monkeypatch, workers_die=True)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*worker 'gw?' crashed while running *"])
    assert [kind for _, kind in nights(pytester)].count("baseline") == 2
