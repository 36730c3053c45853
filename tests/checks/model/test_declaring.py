"""What the chain's author is told to write is YAML, means what was found, and takes out no more than that."""

import re

import pytest
from ruamel.yaml import YAML

from harness.checks.model.declaring import declaration, ignored, what_differs
from harness.checks.model.results import Changed


@pytest.mark.parametrize(
    ("before", "now", "pattern"),
    [
        ("speed 10 rows\n", "speed 99 rows\n", r"speed [\d:.,]+ rows"),
        ("a\nmade in 1.5 s\nz\n", "a\nmade in 12 s\nz\n", r"made in [\d:.,]+ s"),
        ("it's by north\n", "it's by south\n", "s by .*"),
        ("", "more\n", None),
        ("(a|b) 1\n", "(a|b) 2\n", r"\|b\) [\d:.,]+"),
        ("1\n2\n3\n4\n", "5\n6\n7\n8\n", None),
        ("one\n", "one\ntwo\n", None),
    ],
)
def test_the_lines_that_are_proposed_take_the_difference_out(before: str, now: str, pattern: str | None) -> None:
    said = YAML(typ="safe").load(declaration(Changed("out/report_0201.txt", before, now)))["results"]
    if pattern is None:
        assert said == {"ignore": ["report_*.txt"]}
        return
    [found] = said["volatile"]["report_*.txt"]
    assert found.endswith(pattern)
    taken = [[re.sub(found, "", line) for line in text.splitlines()] for text in (before, now)]
    assert taken[0] == taken[1]


def test_what_is_not_known_is_not_told() -> None:
    assert what_differs(Changed("out/big.csv")) == ""
    assert declaration(Changed("out/big.csv")) == "results: {ignore: ['big.csv']}"
    assert what_differs(Changed("out/a.txt", "1\n2\n", "1\n3\n")) == ': line 2 has "3" for "2"'


def test_a_line_that_only_tells_when_it_was_written_is_not_the_one_that_is_told() -> None:
    before, now = "at 02:01:07\nrows: 5\n", "at 02:11:09\nrows: 4\n"
    assert what_differs(Changed("a", before, now)) == ': line 2 has "rows: 4" for "rows: 5"'


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("landing/get.lock/", "get.lock"),
        ("source:s3/a/b.csv (3 parts, never completed)", "b.csv"),
        ("out/20261123_020107.txt", "*.txt"),
    ],
)
def test_a_file_is_called_as_the_chain_may_call_it(path: str, name: str) -> None:
    assert ignored(path) == f"results: {{ignore: ['{name}']}}"
