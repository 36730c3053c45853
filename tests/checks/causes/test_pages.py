"""What is promised of labelled pages: most that are right are named, none that is wrong, most are refused."""

from pathlib import Path

import pytest

from tests.benchmarks.causes import figures, main, pages

PAGES = pages(Path(__file__).with_name("pages.jsonl"))


@pytest.fixture(scope="module")
def got() -> dict[str, float]:
    return {name: count / total for name, (count, total) in figures(PAGES).items()}


def test_right_pages_are_named(got: dict[str, float]) -> None:
    assert got["right pages named"] >= 0.95


def test_no_page_that_blames_something_else_is_named() -> None:
    wrong = [page for page in PAGES if page["label"] == "wrong"]
    assert figures(wrong)["other pages named"] == (0, len(wrong))


def test_hardly_any_other_page_is_named(got: dict[str, float]) -> None:
    assert got["other pages named"] <= 0.01


def test_wrong_and_vague_pages_are_refused(got: dict[str, float]) -> None:
    assert got["wrong and vague pages refused"] >= 0.8


def test_the_benchmark_prints_its_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    main(str(Path(__file__).with_name("pages.jsonl")))
    assert "injected x named" in capsys.readouterr().out
