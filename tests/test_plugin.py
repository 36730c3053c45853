"""The pytest plugin, as a project uses it: a folder of its own, run by pytest in a process of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runs import HARNESS, PYTEST, Run, User, user_in

REFERENCE = Path(__file__).parents[1] / "fixtures/chains/planning_feed"
CHAIN = REFERENCE / "chain.yaml"

RECOVERS = """\
scenario: a launch failure is restarted
chain: {chain}
night: 2026-11-23
faults:
  - launch_failure: {{job: retrieve, times: 1}}
expect:
  outcome: {outcome}
"""


def write_scenario(folder: Path, *, outcome: str = "recovered", name: str = "night") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(RECOVERS.format(chain=CHAIN, outcome=outcome))
    return file


IN_PYTHON = f"""
from harness import LaunchFailure, Outcome

def test_a_launch_failure_is_retried(night):
    night.load({str(CHAIN)!r})
    night.inject(LaunchFailure(job="retrieve", times=2))
    result = night.run()
    assert result.outcome is Outcome.RECOVERED
    assert result.finished_at < result.deadline

def test_without_a_defence_the_same_fault_does_damage(night):
    night.load({str(CHAIN)!r}).without("all")
    night.inject(LaunchFailure(job="retrieve", times=2))
    assert night.run().outcome is Outcome.DAMAGED

def test_now_can_be_pinned_to_the_night(night):
    import datetime
    night.load({str(CHAIN)!r}, night="2026-11-23")
    with night.frozen("02:00"):
        now = datetime.datetime.now(datetime.UTC)
    assert now == datetime.datetime(2026, 11, 23, 1, 0, tzinfo=datetime.UTC)

def test_hopeful(night):
    night.load({str(CHAIN)!r}).inject(LaunchFailure(job="retrieve"))
    result = night.run()
    assert result.outcome is Outcome.UNAFFECTED

def test_vacuous(night):
    night.load({str(CHAIN)!r}).inject(LaunchFailure(job="retrieve", call=9))
    night.run()
"""


@dataclass(frozen=True)
class Project:
    """A project of our user, after its pytest has run once over all that is in it, in two workers."""

    folder: Path
    run: Run
    user: User

    def ended(self, node: str) -> str:
        """How a test has ended, as ``-v`` tells."""
        [word] = re.findall(rf"(\w+) {re.escape(node)} *$", self.run.out, flags=re.MULTILINE)
        return str(word)

    def shown(self, about: str) -> list[str]:
        """The lines of the one failure that tells about something."""
        shown = re.split(r"^_+ (.+) _+$", self.run.out.partition("=== short test summary")[0], flags=re.MULTILINE)
        [told] = [text for text in shown[2::2] if about in text]
        return told.splitlines()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    write_scenario(folder)
    write_scenario(folder, outcome="degraded", name="one")
    write_scenario(folder, outcome="degraded", name="two")
    never = write_scenario(folder, name="never")
    never.write_text(never.read_text().replace("times: 1", "call: 7"))
    (folder / "test_python.py").write_text(IN_PYTHON)
    with pytest.MonkeyPatch.context() as patch, user_in(folder) as user:
        without_ci(patch)
        yield Project(folder, user.runs(*PYTEST, "-n2", "-v", "--junitxml=report.xml"), user)


def without_ci(patch: pytest.MonkeyPatch) -> None:
    """Under CI, pytest repeats whole failures in its summary; these tests count the lines that people see."""
    patch.delenv("CI", raising=False)
    patch.delenv("BUILD_NUMBER", raising=False)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    without_ci(monkeypatch)
    with user_in(tmp_path) as user:
        yield user


def test_a_scenario_file_is_a_test_named_by_its_sentence(project: Project) -> None:
    assert project.ended("night.yaml::a launch failure is restarted") == "PASSED"


def test_other_yaml_is_left_alone(user: User) -> None:
    (user.folder / "values.yaml").write_text("replicas: 3\n")
    assert user.runs(*PYTEST).code == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_night_that_is_not_as_expected_fails_on_one_screen_and_keeps_its_history(project: Project) -> None:
    assert project.ended("one.yaml::a launch failure is restarted") == "FAILED"
    shown = project.shown("one.yaml")
    in_order(
        shown,
        "expected degraded, found recovered: complete, exact and on time after 1 re-run",
        r"02:00:00 \* scheduler  launch_failure on retrieve",
        r"repeat it:  harness run .*one\.yaml$",
    )
    assert "Traceback" not in "".join(shown)
    assert len(shown) < 45
    kept = project.folder / ".night-harness"
    [history] = {*kept.glob("histories/one-yaml-a-launch*.jsonl")} - {*kept.glob("histories/*.baseline.jsonl")}
    assert f"history:    {history}" in shown
    assert (kept / ".gitignore").read_text() == "*\n"


def test_two_scenarios_of_one_sentence_keep_two_histories(project: Project) -> None:
    kept = project.folder / ".night-harness/histories"
    assert {path.name.partition("-")[0] for path in kept.glob("*.baseline.jsonl")} >= {"one", "two"}


def test_the_command_that_a_failure_prints_repeats_it_and_others_of_its_name_beside_it(project: Project) -> None:
    [line] = [line for line in project.shown("one.yaml") if line.startswith("repeat it:")]
    program, *arguments = line.removeprefix("repeat it:").split()
    assert program == "harness"
    (project.folder / "sub").mkdir()
    (project.folder / "sub/one.yaml").write_text((project.folder / "one.yaml").read_text())
    again = project.user.runs(*HARNESS, *arguments, "sub/one.yaml", "--histories", "kept")
    assert again.code == 1
    assert again.err.count("expected degraded, found recovered") == 2
    histories = {path.name for path in (project.folder / "kept").iterdir() if "baseline" not in path.name}
    assert histories == {"one.jsonl", "one.rows", "one-2.jsonl", "one-2.rows"}


def test_a_fault_that_never_acts_is_red(project: Project) -> None:
    assert project.ended("never.yaml::a launch failure is restarted") == "FAILED"
    in_order(project.shown("never.yaml"), "the night proves nothing: a fault never acted: 0:launch_failure")


def test_mistakes_are_errors_at_collection_all_at_once_with_their_lines(user: User) -> None:
    file = write_scenario(user.folder, outcome="recoverd")
    file.write_text(file.read_text().replace("launch_failure", "lanch_failure"))
    run = user.runs(*PYTEST)
    assert "1 error" in run.out.splitlines()[-1]
    in_order(
        run.out.splitlines(),
        r"night\.yaml:5: unknown fault 'lanch_failure'\. Did you mean 'launch_failure'\?",
        r"night\.yaml:7: .*recoverd",
    )
    assert "Traceback" not in run.out


@pytest.mark.parametrize(
    "name",
    [
        "a_launch_failure_is_retried",
        "without_a_defence_the_same_fault_does_damage",
        "now_can_be_pinned_to_the_night",
    ],
)
def test_the_python_fixture_says_the_same_as_a_file(project: Project, name: str) -> None:
    assert project.ended(f"test_python.py::test_{name}") == "PASSED"


def test_an_assert_that_fails_shows_the_night_that_it_is_about(project: Project) -> None:
    assert project.ended("test_python.py::test_hopeful") == "FAILED"
    in_order(
        project.shown("def test_hopeful"),
        r"where .* = <Result .*>\.outcome",
        "the night, ",
        r"02:00:00 \* scheduler  launch_failure on retrieve",
        r"repeat it:  pytest 'test_python\.py::test_hopeful'",
    )


def test_a_python_night_that_proves_nothing_fails_whatever_the_test_asserts(project: Project) -> None:
    assert project.ended("test_python.py::test_vacuous") == "FAILED"
    in_order(project.shown("def test_vacuous"), "the night proves nothing")


def test_nights_of_workers_leave_their_facts_in_junit_xml(project: Project) -> None:
    cases = ET.parse(project.folder / "report.xml").getroot().iter("testcase")
    facts = {
        case.get("classname"): {one.get("name"): one.get("value") for one in case.iter("property")} for case in cases
    }
    same = [facts[f"{name}.yaml"] for name in ("night", "one", "two")]
    assert [fact["night_harness.outcome"] for fact in same] == ["recovered"] * 3
    assert len({fact["night_harness.digest"] for fact in same}) == 1


def test_scenarios_are_chosen_by_k_and_marks(project: Project) -> None:
    files = ("night.yaml", "one.yaml", "never.yaml", "test_python.py")
    run = project.user.runs(*PYTEST, "--collect-only", "-q", "-m", "night", "-k", "restarted and not never", *files)
    chosen = [line for line in run.out.splitlines() if "::" in line]
    assert chosen == [f"{name}.yaml::a launch failure is restarted" for name in ("night", "one")]


@pytest.mark.exhaustive
def test_without_a_container_engine_nights_in_containers_are_skipped_loudly(user: User) -> None:
    write_scenario(user.folder)
    nobody = f"unix://{user.folder}/nobody.sock"
    run = user.runs(*PYTEST, "--stack", "docker", "-rs", DOCKER_HOST=nobody, HARNESS_REQUIRE_DOCKER="")
    assert "1 skipped" in run.out.splitlines()[-1]
    assert "NOT RUN, no container engine (HARNESS_REQUIRE_DOCKER=1 makes this a failure)" in run.out
    run = user.runs(*PYTEST, "--stack", "docker", DOCKER_HOST=nobody, HARNESS_REQUIRE_DOCKER="1")
    assert "1 error" in run.out.splitlines()[-1]


def in_order(lines: list[str], *patterns: str) -> None:
    """Each is found in a line after that of the one before."""
    left = iter(lines)
    for pattern in patterns:
        assert any(re.search(pattern, line) for line in left), f"{pattern!r} is not there, or comes too early"
