"""What lint says of a chain before go-live."""

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.chain.lint import lint, program_findings
from harness.chain.loading import load_chain
from harness.content import shipped

CHAIN = """
    chain: feed
    timezone: Europe/Paris
    owner: data-ops
    runbook: runbook.md
    deadline: "06:00"
    files:
      forecast: {name: "f_{date}.csv", arrives: "01:30", content: {factory: forecast}}
    jobs:
      retrieve:
        run: [./retrieve.sh]
        at: "02:00"
        latest_start: "03:30"
        max_run_time: 45m
        retry_on_failure: {attempts: 3, every: 10m}
        rules:
          - {when: initialization_error, do: restart, after: 5m, times: 3}
          - {when: exceeded_max_run_time, do: [kill, restart], times: 1}
          - {when: failed, do: page}
          - {when: missed_start, do: page}
      load:
        run: [python, load.py]
        after: [retrieve]
        rules: [{when: failed, do: page}, {when: late_to_finish, do: kill}]
        late_to_finish: "05:30"
    defences:
      retry: {variable: RETRY}
      checksum: {variable: CHECKSUM, detects: [checksum]}
"""

Lint = Callable[..., list[str]]


@pytest.fixture
def lint_of(tmp_path: Path) -> Lint:
    program = tmp_path / "retrieve.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "load.py").write_text("")
    (tmp_path / "runbook.md").write_text("call data-ops\n")

    def linted(right: str = "", wrong: str = "") -> list[str]:
        text = textwrap.dedent(CHAIN).lstrip("\n")
        assert right in text
        (tmp_path / "chain.yaml").write_text(text.replace(right, wrong) if right else text)
        return [str(finding).replace(f"{tmp_path}/", "") for finding in lint(tmp_path / "chain.yaml")]

    return linted


def test_a_sound_chain_has_no_findings(lint_of: Lint) -> None:
    assert lint_of() == []


def test_the_reference_chain_has_no_findings() -> None:
    assert lint(shipped.fixtures() / "chains" / "planning_feed" / "chain.yaml") == []


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("runbook: runbook.md\n", "", "chain.yaml:1: error: the chain has no runbook"),
        ("runbook.md", "run.md", "chain.yaml:4: error: the runbook 'run.md' does not exist"),
        ("./retrieve.sh", "./retriev.sh", "chain.yaml:10: error: the program './retriev.sh' does not exist"),
        ("./retrieve.sh", "./load.py", "chain.yaml:10: error: the program './load.py' is not executable; chmod +x"),
        ("./retrieve.sh", "./", "chain.yaml:10: error: the program './' is a folder"),
        ("./retrieve.sh", "no-such-program", "chain.yaml:10: warning: the program 'no-such-program' of job"),
        ("load.py", "laod.py", "chain.yaml:21: error: 'laod.py' does not exist"),
        ('deadline: "06:00"', 'deadline: "03:00"', "chain.yaml:12: error: job 'retrieve' may start at 03:30, and"),
        ('arrives: "01:30"', 'arrives: "07:00"', "chain.yaml:7: error: the file 'forecast' arrives at 07:00"),
        ('latest_start: "03:30"', 'latest_start: "01:30"', "chain.yaml:12: error: job 'retrieve' starts at 02:00"),
        ("initialization_error", "late", "chain.yaml:14: warning: job 'retrieve' is retried when it fails"),
        ("exceeded_max_run_time", "late", "chain.yaml:13: warning: the max_run_time of job 'retrieve' only flags it"),
        ("missed_start", "late", "chain.yaml:12: warning: when job 'retrieve' misses its latest_start"),
        ("[{when: failed, do: page}, ", "[", "chain.yaml:20: warning: nobody is told when job 'load' fails"),
        ("    max_run_time: 45m\n", "", "chain.yaml:16: error: job 'retrieve' has no max_run_time, so this"),
        (
            ', {when: late_to_finish, do: kill}]\n    late_to_finish: "05:30"',
            "]",
            "chain.yaml:20: warning: nothing ends job 'load' when a neighbour hangs: it is held for the",
        ),
        (
            "max_run_time: 45m",
            "max_run_time: 4h",
            "chain.yaml:13: warning: job 'retrieve' is killed at 06:00 at the earliest, and the deadline is 06:00",
        ),
        (
            '"05:30"',
            '"06:15"',
            "chain.yaml:24: warning: job 'load' is killed at 06:15 at the earliest, and the deadline",
        ),
        ("{variable: RETRY}", "{}", "chain.yaml:26: error: the defence 'retry' switches nothing"),
        (
            "[{when: failed, do: page}",
            "[{when: failed, do: restart}",
            "chain.yaml:23: warning: this rule restarts job",
        ),
        (
            "[{when: failed, do: page}",
            "[{when: failed, do: [kill, page]}",
            "chain.yaml:23: error: when job 'load' is",
        ),
        ("do: [kill, restart]", "do: restart", "chain.yaml:17: error: job 'retrieve' still runs when it exceeds its"),
        ("missed_start, do: page", "missed_start, do: restart", "chain.yaml:19: error: a job that is past its latest"),
        ("do: page", "do: kill", "chain.yaml:3: error: no rule of any job pages anybody: data-ops can never be told"),
        ("owner: data-ops\n", "", "chain.yaml:1: error: missing key 'owner'"),
        ("after: [retrieve]", "after: [load]", "chain.yaml:22: error: the jobs wait for each other in a cycle: load"),
        ('deadline: "06:00"\n', "", "chain.yaml:1: error: missing key 'deadline'"),
        (
            "files:\n",
            "folders: {good: {holds: [{file: forecast, days_before: 1}]}}\nfiles:\n",
            "chain.yaml:6: warning: the folder 'good' holds an earlier day's file, and nothing says whether a refused",
        ),
    ],
)
def test_a_finding_has_its_line_and_what_to_do(lint_of: Lint, right: str, wrong: str, expected: str) -> None:
    findings = lint_of(right, wrong)
    assert any(finding.startswith(expected) for finding in findings), findings


def test_a_control_that_is_always_on_needs_no_switch(lint_of: Lint) -> None:
    assert lint_of("{variable: RETRY}", "{detects: [checksum]}") == []


@pytest.mark.parametrize("checked", ["true", "false"])
def test_whoever_says_what_may_be_in_a_folder_is_not_asked(lint_of: Lint, checked: str) -> None:
    held = f"{{checked: {checked}, holds: [{{file: forecast, days_before: 1}}]}}"
    assert lint_of("files:\n", f"folders: {{good: {held}}}\nfiles:\n") == []


def test_a_program_that_ends_its_job_is_a_limit_as_well(lint_of: Lint, tmp_path: Path) -> None:
    [said] = lint_of(', {when: late_to_finish, do: kill}]\n    late_to_finish: "05:30"', "]")
    assert "nothing ends job 'load'" in said
    text = (tmp_path / "chain.yaml").read_text()
    (tmp_path / "chain.yaml").write_text(text.replace("[python, load.py]", "[timeout, 30m, python, load.py]"))
    assert lint(tmp_path / "chain.yaml") == []


def test_a_file_that_no_job_waits_for_is_fine(lint_of: Lint) -> None:
    assert lint_of("forecast: {", "unused: {") == []


def test_a_chain_that_can_notice_nothing_is_warned_that_it_can_only_be_lucky(lint_of: Lint) -> None:
    [found] = lint_of(", detects: [checksum]")
    assert found.startswith("chain.yaml:25: warning: no defence says what it detects")


def test_a_chain_whose_defences_are_off_is_only_warned_that_nobody_is_told() -> None:
    findings = lint(shipped.fixtures() / "chains/planning_feed/fragile.yaml")
    assert {finding.severity for finding in findings} == {"warning"}
    assert any("pages anybody" in finding.text for finding in findings)


@pytest.mark.parametrize("place", ["desk.url", "desk.routing_key", "smtp.host"])
def test_jobs_may_page_by_themselves(lint_of: Lint, tmp_path: Path, place: str) -> None:
    assert any("pages anybody" in finding for finding in lint_of("do: page", "do: kill"))
    with (tmp_path / "chain.yaml").open("a") as file:
        file.write(f"environment:\n  DESK: {{from: {place}}}\n")
    assert not any("pages anybody" in finding.text for finding in lint(tmp_path / "chain.yaml"))


def test_a_job_of_its_own_image_brings_its_own_programs(lint_of: Lint) -> None:
    assert lint_of("run: [./retrieve.sh]", "image: tools\n    run: [/opt/bin/retrieve]") == []


def test_a_missing_file_is_a_finding_too(tmp_path: Path) -> None:
    assert "there is no such file" in str(lint(tmp_path / "none.yaml")[0])


def test_programs_can_be_asked_for_alone(lint_of: Lint, tmp_path: Path) -> None:
    lint_of("runbook: runbook.md\n", "")
    (tmp_path / "retrieve.sh").chmod(0o644)
    findings = program_findings(load_chain(tmp_path / "chain.yaml"))
    assert [finding.text for finding in findings] == ["the program './retrieve.sh' is not executable"]


@pytest.mark.parametrize("in_images", [True, False])
def test_in_images_only_what_lies_in_the_chains_folder_is_looked_at(
    in_images: bool, lint_of: Lint, tmp_path: Path
) -> None:
    lint_of("run: [python, load.py]", "run: [/opt/feed/load, --all]\n    image: feed/load")
    chain = load_chain(tmp_path / "chain.yaml")
    assert len(program_findings(chain, in_images=in_images)) == (0 if in_images else 1)
    (tmp_path / "retrieve.sh").unlink()
    assert len(program_findings(chain, in_images=in_images)) == (1 if in_images else 2)


def test_a_program_is_looked_for_on_the_path_of_jobs_or_the_chains_own(lint_of: Lint, tmp_path: Path) -> None:
    lint_of("[./retrieve.sh]", "[retrieve.sh]")
    chain = load_chain(tmp_path / "chain.yaml")
    [found] = program_findings(chain, path="/usr/bin:/bin")
    assert found.text == "the program 'retrieve.sh' of job 'retrieve' is not on the PATH of jobs (/usr/bin:/bin)"
    assert program_findings(chain) == []
    own = (tmp_path / "chain.yaml").read_text().replace("runbook:", 'environment: {PATH: "bin:."}\nrunbook:', 1)
    (tmp_path / "chain.yaml").write_text(own)
    assert program_findings(load_chain(tmp_path / "chain.yaml"), path="/usr/bin:/bin") == []


def test_a_program_that_the_clock_cannot_enter_is_named(lint_of: Lint, tmp_path: Path) -> None:
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    header[18:20] = {"x86_64": 62, "aarch64": 183}[os.uname().machine].to_bytes(2, "little")
    (tmp_path / "retrieve.sh").write_bytes(header)
    text = "chain.yaml:10: error: the program './retrieve.sh' is out of the clock's reach: retrieve.sh is linked stat"
    assert any(line.startswith(text) for line in lint_of())
    chain = load_chain(tmp_path / "chain.yaml")
    assert len(program_findings(chain, path="/bin")) == len(program_findings(chain, in_images=True)) == 1


def test_a_job_whose_interpreter_is_not_there_cannot_start(lint_of: Lint, tmp_path: Path) -> None:
    (tmp_path / "retrieve.sh").write_text("#!/usr/bin/env no-such-python\n")
    assert lint_of() == []  # it may be on the PATH that jobs get
    [found] = program_findings(load_chain(tmp_path / "chain.yaml"), path="/usr/bin:/bin")
    assert "its #! line names no-such-python: no such program is on the PATH" in found.text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("{when: still_attempting_start, do: restart}", "counts as running while it is Still Attempting Start"),
        ("{when: failed, do: [mark_failed, restart], times: 1}", "its end is known, and nobody has to mark it"),
        ("{when: finished_ok, do: restart, times: 1}", "a rule does not restart a job that is over"),
        ("{when: finished_ok, do: kill}", "there is nothing to kill"),
    ],
)
def test_what_the_scheduler_would_refuse_is_told_before_the_night(tmp_path: Path, rule: str, text: str) -> None:
    (tmp_path / "runbook.md").write_text("restart it")
    chain = tmp_path / "chain.yaml"
    chain.write_text(
        'chain: feed\nowner: data-ops\nrunbook: runbook.md\ndeadline: "06:00"\njobs:\n  load:\n'
        f'    run: [python, "-V"]\n    at: "02:00"\n    rules:\n      - {{when: failed, do: page}}\n      - {rule}\n'
    )
    assert any(text in finding.text for finding in lint(chain))


def test_a_job_that_runs_no_program_has_none_to_be_missed(tmp_path: Path) -> None:
    (tmp_path / "runbook.md").write_text("restart it")
    chain = tmp_path / "chain.yaml"
    chain.write_text(
        'chain: feed\nowner: data-ops\nrunbook: runbook.md\ndeadline: "06:00"\njobs:\n  gate:\n    null_job: true\n'
        '    at: "02:00"\n    rules:\n      - {when: failed, do: page}\n'
    )
    assert lint(chain) == []


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("max_run_time: 45m", "max_run_time: 45m\n    works: 45m", "works 45m, and is killed after 45m: so in every"),
        ("after: [retrieve]", "after: [retrieve]\n    works: 4h", "job 'load' ends at 06:00 at the earliest"),
        ("after: [retrieve]", "after: [retrieve]\n    works: 3h59m", ""),
        (
            "after: [retrieve]",
            'after: [retrieve]\n    latest_start: "01:30"',
            "what job 'load' waits for ends at 02:00",
        ),
    ],
)
def test_the_work_that_a_chain_states_must_leave_it_in_time(lint_of: Lint, right: str, wrong: str, says: str) -> None:
    errors = [line for line in lint_of(right, wrong) if "error" in line]
    assert [says in line for line in errors] == [True] * bool(says), errors


def test_the_work_of_jobs_adds_up_along_the_chain(tmp_path: Path, lint_of: Lint) -> None:
    assert not any("deadline" in line for line in lint_of("max_run_time: 45m", "max_run_time: 3h\n    works: 2h"))
    text = (tmp_path / "chain.yaml").read_text().replace("after: [retrieve]", "after: [retrieve]\n    works: 2h30m")
    (tmp_path / "chain.yaml").write_text(text)
    assert any("job 'load' ends at 06:30 at the earliest" in str(finding) for finding in lint(tmp_path / "chain.yaml"))
