"""The pytest plugin, as a project uses it: a folder of its own, run by pytest in a process of its own."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

REFERENCE = Path(__file__).parents[1] / "fixtures/chains/planning_feed"


@pytest.fixture(autouse=True)
def without_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under CI, pytest repeats whole failures in its summary; these tests count the lines that people see."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)


RECOVERS = """
scenario: a launch failure is restarted
chain: {chain}
night: 2026-11-23
faults:
  - launch_failure: {{job: retrieve, times: 1}}
expect:
  outcome: {outcome}
"""


def write_scenario(pytester: pytest.Pytester, *, outcome: str = "recovered", name: str = "night") -> Path:
    text = RECOVERS.format(chain=REFERENCE / "chain.yaml", outcome=outcome)
    file: Path = pytester.makefile(".yaml", **{name: text})
    return file


def test_a_scenario_file_is_a_test_named_by_its_sentence(pytester: pytest.Pytester) -> None:
    write_scenario(pytester)
    result = pytester.runpytest_subprocess("-v")
    result.stdout.fnmatch_lines(["*night.yaml::a launch failure is restarted PASSED*"])
    result.assert_outcomes(passed=1)


def test_other_yaml_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", values="replicas: 3\n")
    assert pytester.runpytest_subprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_night_that_is_not_as_expected_fails_on_one_screen_and_keeps_its_history(pytester: pytest.Pytester) -> None:
    write_scenario(pytester, outcome="degraded")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected degraded, found recovered: complete, exact and on time after 1 re-run*",
            "*02:00:00 [*] scheduler  launch_failure on retrieve*",
            "repeat it:  harness run *night.yaml",
        ]
    )
    output = result.stdout.str()
    assert "Traceback" not in output
    assert len(output.splitlines()) < 50
    kept = pytester.path / ".night-harness"
    (history, _) = sorted(kept.glob("histories/night-yaml-a-launch-failure-is-restarted-*.jsonl"), reverse=True)
    assert f"history:    {history}" in output
    assert (kept / ".gitignore").read_text() == "*\n"


def test_two_scenarios_of_one_sentence_keep_two_histories(pytester: pytest.Pytester) -> None:
    write_scenario(pytester, outcome="degraded", name="one")
    write_scenario(pytester, outcome="degraded", name="two")
    pytester.runpytest_subprocess().assert_outcomes(failed=2)
    kept = pytester.path / ".night-harness/histories"
    assert len(list(kept.glob("*.baseline.jsonl"))) == 2
    files = ("one.yaml", "two.yaml", "sub/one.yaml")
    (pytester.path / "sub").mkdir()
    (pytester.path / "sub/one.yaml").write_text((pytester.path / "one.yaml").read_text())
    pytester.run(Path(sys.executable).parent / "harness", "run", *files, "--histories", "kept")
    histories = {path.name for path in (pytester.path / "kept").iterdir() if "baseline" not in path.name}
    assert histories == {"one.jsonl", "two.jsonl", "one-2.jsonl"}


def test_the_command_that_a_failure_prints_repeats_it(pytester: pytest.Pytester) -> None:
    write_scenario(pytester, outcome="degraded")
    [line] = [line for line in pytester.runpytest_subprocess().outlines if line.startswith("repeat it:")]
    program, *arguments = line.removeprefix("repeat it:").split()
    again = pytester.run(Path(sys.executable).parent / program, *arguments)
    assert again.ret == 1
    again.stderr.fnmatch_lines(["*expected degraded, found recovered*"])


def test_a_fault_that_never_acts_is_red(pytester: pytest.Pytester) -> None:
    file = write_scenario(pytester)
    file.write_text(file.read_text().replace("times: 1", "call: 7"))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the night proves nothing: a fault never acted: 0:launch_failure*"])


def test_mistakes_are_errors_at_collection_all_at_once_with_their_lines(pytester: pytest.Pytester) -> None:
    file = write_scenario(pytester, outcome="recoverd")
    file.write_text(file.read_text().replace("launch_failure", "lanch_failure"))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*night.yaml:5: unknown fault 'lanch_failure'. Did you mean 'launch_failure'?*", "*night.yaml:7: *recoverd*"]
    )
    assert "Traceback" not in result.stdout.str()


def test_the_python_fixture_says_the_same_as_a_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from harness import LaunchFailure, Outcome

        def test_a_launch_failure_is_retried(night):
            night.load({str(REFERENCE / "chain.yaml")!r})
            night.inject(LaunchFailure(job="retrieve", times=2))
            result = night.run()
            assert result.outcome is Outcome.RECOVERED
            assert result.finished_at < result.deadline

        def test_without_a_defence_the_same_fault_does_damage(night):
            night.load({str(REFERENCE / "chain.yaml")!r}).without("all")
            night.inject(LaunchFailure(job="retrieve", times=2))
            assert night.run().outcome is Outcome.DAMAGED

        def test_now_can_be_pinned_to_the_night(night):
            import datetime
            night.load({str(REFERENCE / "chain.yaml")!r}, night="2026-11-23")
            with night.frozen("02:00"):
                now = datetime.datetime.now(datetime.UTC)
            assert now == datetime.datetime(2026, 11, 23, 1, 0, tzinfo=datetime.UTC)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_an_assert_that_fails_shows_the_night_that_it_is_about(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from harness import LaunchFailure, Outcome

        def test_hopeful(night):
            night.load({str(REFERENCE / "chain.yaml")!r}).inject(LaunchFailure(job="retrieve"))
            result = night.run()
            assert result.outcome is Outcome.UNAFFECTED
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*where * = <Result *>.outcome",
            "*the night, *",
            "*02:00:00 [*] scheduler  launch_failure on retrieve*",
            "repeat it:  pytest 'test_an_assert_that_fails_shows_the_night_that_it_is_about.py::test_hopeful'*",
        ]
    )


def test_a_python_night_that_proves_nothing_fails_whatever_the_test_asserts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from harness import LaunchFailure

        def test_vacuous(night):
            night.load({str(REFERENCE / "chain.yaml")!r}).inject(LaunchFailure(job="retrieve", call=9))
            night.run()
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the night proves nothing*"])


def test_scenarios_run_under_xdist_with_k_and_marks_and_leave_their_facts_in_junit_xml(
    pytester: pytest.Pytester,
) -> None:
    write_scenario(pytester, name="one")
    write_scenario(pytester, name="two", outcome="degraded")
    pytester.makepyfile("def test_plain(): pass")
    result = pytester.runpytest_subprocess("-n2", "-m", "night", "-k", "restarted", "--junitxml=report.xml")
    result.assert_outcomes(passed=1, failed=1)
    cases = ET.parse(pytester.path / "report.xml").getroot().iter("testcase")
    facts = [{one.get("name"): one.get("value") for one in case.iter("property")} for case in cases]
    assert [fact["night_harness.outcome"] for fact in facts] == ["recovered", "recovered"]
    assert len({fact["night_harness.digest"] for fact in facts}) == 1


def test_without_a_container_engine_nights_in_containers_are_skipped_loudly(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{pytester.path}/nobody.sock")
    monkeypatch.delenv("HARNESS_REQUIRE_DOCKER", raising=False)
    write_scenario(pytester)
    result = pytester.runpytest_subprocess("--stack", "docker", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*NOT RUN, no container engine (HARNESS_REQUIRE_DOCKER=1 makes this a failure)*"])
    monkeypatch.setenv("HARNESS_REQUIRE_DOCKER", "1")
    pytester.runpytest_subprocess("--stack", "docker").assert_outcomes(errors=1)
