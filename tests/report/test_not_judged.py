"""How many nights were told a cause that nobody could judge, as the last word of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.report.five_questions import not_judged_of
from tests.runs import HARNESS, PYTEST, User, user_in

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TOLD = str(SCENARIOS / "content/flip_bit_in_a_number.yaml")
"""Its page says that the control total is another one, which may come of much else."""
NAMED = str(SCENARIOS / "content/missing_trailer.yaml")
SAID = not_judged_of(1)


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    with user_in(tmp_path) as user:
        yield user


@pytest.mark.parametrize("command", [(*HARNESS, "run"), PYTEST], ids=["run", "pytest"])
def test_a_run_counts_the_nights_whose_cause_was_told_and_not_judged(user: User, command: tuple[str, ...]) -> None:
    run = user.runs(*command, TOLD, NAMED)
    assert run.code == 0, run.said
    assert SAID in " ".join(run.said.split())


@pytest.mark.parametrize("command", [(*HARNESS, "run"), PYTEST], ids=["run", "pytest"])
def test_a_run_whose_causes_are_all_named_says_nothing_of_it(user: User, command: tuple[str, ...]) -> None:
    run = user.runs(*command, NAMED)
    assert run.code == 0, run.said
    assert "not judged" not in run.said
