"""What is reached on labelled pages: most that are right are named, none that is wrong, most others are refused."""

from pathlib import Path

import pytest

from harness.checks.model.causes.judging import Said
from tests.benchmarks.causes import figures, main, pages, reading

SETS = ("pages", "pages_a", "pages_b", "pages_heldout")


def of(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.jsonl")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("pages", 0.995),
        ("pages_a", 0.99),
        ("pages_b", 0.985),
        ("pages_heldout", 0.985),
        ("pages_sayings", 0.965),
        ("pages_third", 0.935),
    ],
)
def test_right_pages_are_named(name: str, least: float) -> None:
    named, right = figures(pages(of(name)))["right pages named"]
    assert named / right >= least


@pytest.mark.parametrize("name", SETS)
def test_hardly_any_page_that_blames_something_else_is_named(name: str) -> None:
    wrong = [page for page in pages(of(name)) if page["label"] == "wrong"]
    assert figures(wrong)["other pages named"][0] <= (name == "pages_a")


@pytest.mark.parametrize("name", SETS)
def test_hardly_any_other_page_is_named(name: str) -> None:
    named, others = figures(pages(of(name)))["other pages named"]
    assert named / others <= 0.03


@pytest.mark.parametrize("name", SETS)
def test_wrong_and_vague_pages_are_refused(name: str) -> None:
    refused, all_of_them = figures(pages(of(name)))["wrong and vague pages refused"]
    assert refused / all_of_them >= 0.94


@pytest.mark.parametrize(("name", "least"), [("pages_blind", 0.99)])
def test_of_the_set_that_was_scored_by_its_totals_no_less_is_named_than_is_reached(name: str, least: float) -> None:
    named, right = figures(pages(of(name)))["right pages named"]
    assert named / right >= least
    wrong = [page for page in pages(of(name)) if page["label"] == "wrong"]
    assert figures(wrong)["other pages named"][0] == 0


def test_what_is_denied_is_hardly_ever_named() -> None:
    denying = pages(of("pages_negated"))
    assert figures(denying)["other pages named"][0] <= 2
    beside = [page for page in denying if page["names_cause"] and reading(page).said is Said.NAMED]
    assert len(beside) >= 55


def test_denials_of_a_single_cause_are_hardly_named() -> None:
    named, denying = figures([page for page in pages(of("pages_sayings")) if not page["names_cause"]])[
        "other pages named"
    ]
    assert named / denying <= 0.12


def test_what_a_chain_saw_of_a_fault_is_never_refused() -> None:
    right = [page for page in pages(of("pages_chains")) if page["names_cause"]]
    assert [page["text"] for page in right if reading(page).said is Said.NOT_NAMED] == []


def test_what_no_such_fault_can_produce_is_refused() -> None:
    wrong = [page for page in pages(of("pages_chains")) if not page["names_cause"]]
    assert len([page for page in wrong if reading(page).said is not Said.NOT_NAMED]) <= 2


def test_the_benchmark_prints_its_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    main(str(of("pages")))
    assert "injected x named" in capsys.readouterr().out
