"""Mistakes in a test that describes a night in Python: told in the line that makes them."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.bad_input.mistakes import AUTHOR, LOAD, SOON, is_one_clear_error, python_test, write
from tests.runs import HARNESS, PYTEST, User, user_in


class Wrong(NamedTuple):
    """A mistake in Python, and what its message must say."""

    body: str
    says: str
    load: str = LOAD


WRONG = (
    Wrong(
        "night.inject(LaunchFailure(job='retrieve', timse=2))",
        "LaunchFailure: unknown parameter 'timse'. Did you mean 'times'? Known: job, cause, at, on, for_,",
    ),
    Wrong("night.inject(LaunchFailure(times=2))", "LaunchFailure: missing parameter 'job'"),
    Wrong("night.inject(LaunchFailure('retrieve'))", "LaunchFailure: found 'retrieve' without a name, expected name="),
    Wrong("night.inject(LaunchFailure(job='retrieve', times=0))", "LaunchFailure: times: found 0, expected a number"),
    Wrong("On(component='desk', acton='page')", "On: unknown parameter 'acton'. Did you mean 'action'?"),
    Wrong(
        "night.inject(LaunchFailure(job='retreive'))", "faults.0.launch_failure.job: unknown job 'retreive'. Did you"
    ),
    Wrong("night.without('retry')", "chain.yaml:1: unknown defence 'retry'"),
    Wrong(
        "night.run(expect=Expect(outcom='damaged'))", "Expect: outcom: unknown key 'outcom'. Did you mean 'outcome'?"
    ),
    Wrong("night.run(expect=Expect(outcome='inconclusive'))", "a night that proves nothing is never what is expected"),
    Wrong("", "none.yaml:1: there is no such file; expected a chain", load="night.load('none.yaml')"),
    Wrong(
        "",
        "night: found '2026-13-01', expected a date, such as",
        load="night.load('chain.yaml', night='2026-13-01')",
    ),
    Wrong("", "this night has no chain: call night.load(", load="pass"),
)


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[Wrong, str]:
    """What one run of pytest has shown of each test that makes a mistake, under the heading of that test."""
    with user_in(tmp_path_factory.mktemp("wrong")) as user:
        write(user.folder)
        by_name = {f"wrong_{number}": wrong for number, wrong in enumerate(WRONG)}
        files = [python_test(user, wrong.body, load=wrong.load, name=name) for name, wrong in by_name.items()]
        run = user.runs(*PYTEST, *files)
    is_one_clear_error(run, 1, f"{len(WRONG)} failed")
    shown = re.split(r"^_+ test_(\w+) _+$", run.out, flags=re.MULTILINE)
    return {by_name[name]: told for name, told in zip(shown[1::2], shown[2::2], strict=True)}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.body or wrong.load)
def test_a_mistake_in_python_is_told_in_the_line_that_makes_it(wrong: Wrong, failures: dict[Wrong, str]) -> None:
    told = failures[wrong].partition("=== short test summary")[0]
    assert wrong.says in told
    assert set(re.findall(r"^(\S+\.py):\d+: ", told, flags=re.MULTILINE)) == {f"test_wrong_{WRONG.index(wrong)}.py"}


def test_a_program_that_is_not_executable_is_an_error_before_the_night(user: User) -> None:
    (user.folder / "retrieve.sh").chmod(0o644)
    says = "chain.yaml:7: the program './retrieve.sh' is not executable; chmod +x "
    run = user.runs(*HARNESS, "run", "night.yaml")
    is_one_clear_error(run, AUTHOR, says, soon=SOON)
    assert run.out == ""  # no stack was started for it
    run = user.runs(*PYTEST, "night.yaml", python_test(user, ""))
    is_one_clear_error(run, 1, says, "2 failed")
    assert run.out.partition("=== short test summary")[0].count(says) == 2
