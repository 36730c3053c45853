"""`harness import`: where the skeleton goes, what is said beside it, and what lint and loading make of it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.chain.model import Cron
from harness.cli import OK, USAGE, main

HERE = Path(__file__).parent
SOURCES = {"crontab": "planning.crontab", "airflow": "planning_dag.py", "opcon": "dailyjobs.json"}
COMPLETE = 'runbook: runbook.md\ndeadline: "06:00"\n'


def imported(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["import", *arguments])
    return int(str(ended.value.code))


@pytest.fixture
def written(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The skeleton of one of the sources, in a file."""
    kind, chain = request.param, tmp_path / "chain.yaml"
    assert imported(kind, str(HERE / SOURCES[kind]), "--output", str(chain)) == OK
    return chain


def completed(chain: Path, **jobs: str) -> Path:
    """The same file with what its user adds: owner, runbook, deadline, and keys of jobs."""
    text = chain.read_text()
    (chain.parent / "runbook.md").write_text("call data-ops\n")
    for name, line in jobs.items():
        assert f"\n  {name}:\n" in text
        text = text.replace(f"\n  {name}:\n", f"\n  {name}:\n    {line}\n")
    chain.write_text(f"owner: data-ops\n{COMPLETE}{text}")
    return chain


def findings(chain: Path) -> list[str]:
    return [str(finding).replace(f"{chain.parent}/", "") for finding in lint(chain)]


def line_of(chain: Path, text: str) -> int:
    return chain.read_text().splitlines().index(text) + 1


def test_the_skeleton_is_the_output_and_what_is_lost_is_said_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert imported("crontab", str(HERE / SOURCES["crontab"])) == OK
    said = capsys.readouterr()
    assert "\nchain: planning\ntimezone: Europe/Paris\n" in said.out
    assert (
        "  # planning.crontab:16: @reboot is no time of a night: give it a start, or drop the job\n  agent:\n"
        in said.out
    )
    assert said.err.splitlines()[-1].startswith("planning.crontab:16: @reboot")


def test_a_user_pipes_what_another_program_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"0 2 * * * ./run\n")))
    assert imported("crontab", "-") == OK
    assert '  run:\n    run: [./run]\n    cron: "0 2 * * *"\n' in capsys.readouterr().out


@pytest.mark.parametrize("written", ["crontab"], indirect=True)
def test_lint_names_each_missing_owner_and_runbook_with_its_line(written: Path) -> None:
    found = findings(written)
    root, chain = line_of(written, "chain: planning"), "chain.yaml"
    assert f"{chain}:{root}: error: missing key 'owner'" in found
    assert f"{chain}:{root}: error: missing key 'deadline'" in found
    assert any(one.startswith(f"{chain}:{root}: error: the chain has no runbook") for one in found)
    for job in ("retrieve", "validate", "archive", "agent"):
        line = line_of(written, f"  {job}:")
        assert f"{chain}:{line}: error: job '{job}' has no owner" in "\n".join(found)


@pytest.mark.parametrize("written", ["crontab"], indirect=True)
def test_a_completed_crontab_loads(written: Path) -> None:
    chain = load_chain(completed(written, agent='cron: "@daily"'))
    assert (chain.timezone, chain.jobs["retrieve"].cron) == ("Europe/Paris", "0 2 * * 1-5")
    assert chain.scheduler == Cron(profile="cron", mailto="data-ops@example.com")
    assert chain.jobs["validate"].run == ("/bin/bash", "-c", "cd /srv/feed && ./validate.sh >> validate.log 2>&1")


@pytest.mark.parametrize("written", ["airflow"], indirect=True)
def test_a_completed_dag_loads(written: Path) -> None:
    lacking = [one for one in findings(written) if "missing key 'run'" in one]
    assert [one.split(":")[1] for one in lacking] == [str(line_of(written, "  load:"))]
    chain = load_chain(completed(written, load="run: [python, jobs/load.py]"))
    assert chain.jobs["validate"].waits_to_finish == ("retrieve",)
    assert chain.owners == ("data-ops", "planning")


@pytest.mark.parametrize("written", ["opcon"], indirect=True)
def test_completed_jobs_of_opcon_load(written: Path) -> None:
    chain = load_chain(completed(written, PUBLISH="run: [python, jobs/publish.py]"))
    assert chain.jobs["VALIDATE"].requires == ("RETRIEVE",)
    assert str(chain.jobs["RETRIEVE"].exit_codes.advanced[0].means) == "Finish OK"


def test_an_afternoon_makes_the_evening_earlier(tmp_path: Path) -> None:
    (tmp_path / "day.crontab").write_text("0 15 * * * ./load\n")
    assert imported("crontab", str(tmp_path / "day.crontab"), "--output", str(tmp_path / "chain.yaml")) == OK
    assert load_chain(completed(tmp_path / "chain.yaml")).evening == "15:00"


def test_a_file_that_is_there_is_kept_unless_it_may_be_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, chain = str(HERE / SOURCES["crontab"]), tmp_path / "chain.yaml"
    chain.write_text("mine\n")
    assert imported("crontab", source, "--output", str(chain)) == USAGE
    assert capsys.readouterr().err == (
        f"--output: {chain} is there already; choose another name, or overwrite it: --force\n"
    )
    assert chain.read_text() == "mine\n"
    assert imported("crontab", source, "--output", str(chain), "--force") == OK
    assert "chain: planning" in chain.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["opcom", "jobs.json"], "unknown format 'opcom'. Did you mean 'opcon'? Known: opcon, crontab, system-crontab"),
        (["opcon", "gone.json"], "gone.json:1: cannot be read (No such file or directory); expected a file, or -"),
        (["crontab", "latin.crontab"], "latin.crontab:2: found byte 0xe9, expected text in UTF-8"),
        (["crontab", "one.crontab", "--only", "x"], "--only: found 'x', and a crontab is one chain; leave it out"),
        (["crontab", "one.crontab", "--output", "no/chain.yaml"], "--output: no/chain.yaml cannot be written"),
    ],
)
def test_a_mistake_of_the_user_is_said_in_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.crontab").write_text("0 2 * * * ./run\n")
    Path("latin.crontab").write_bytes(b"0 2 * * * ./run\n# r\xe9trieve\n")
    assert imported(*arguments) == USAGE
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
