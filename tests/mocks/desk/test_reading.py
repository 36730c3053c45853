"""What a page is about, found in what a message says: the order of the places, one by one."""

from __future__ import annotations

import pytest

from harness.mocks.core.texts import LONGEST_TEXT
from harness.mocks.desk.message import MOST_FIELDS, Message, fields_of_json, fields_of_text, lines_of_json
from harness.mocks.desk.reading import is_calm, read

JOBS = ("retrieve", "publish", "load")


def job(message: Message, asker: str | None = None) -> str | None:
    return read(message, asker=asker, jobs=JOBS)["job"]


@pytest.mark.parametrize(
    ("message", "asker", "expected"),
    [
        (Message("publish failed", "", {"job": "retrieve"}, ["load"]), "load", "retrieve"),
        (Message("it failed", "", {"job": "retrieve (attempt 3)"}), None, "retrieve"),
        (Message("it failed", "", {"job": "nightly-import"}), "load", "nightly-import"),
        (Message("it failed", "", {}, ["batch01", "publish"]), "load", "publish"),
        (Message("it failed", "", {"task_id": "publish", "process": "4711"}), "load", "publish"),
        (Message("it failed", "", {"process": "4711"}), "load", "load"),
        (Message("could not load the feed", "", {}, ["batch01"]), "retrieve", "retrieve"),
        (Message("retrieve failed", "", {}, ["batch01"]), None, "retrieve"),
        (Message("RETRIEVE failed", ""), None, "retrieve"),
        (Message("retrieve failed, publish waits", "", {}, ["batch01"]), None, "batch01"),
        (Message("pre-load failed", "", {}, ["", "batch01"]), None, "batch01"),
        (Message("it failed", ""), None, ""),
    ],
    ids=[
        "a field says it", "a field says more", "a field says another", "a hint is a job", "a field may be one",
        "a field is none", "who asks", "the title",
        "whatever its case", "several in the title", "part of a word", "nothing",
    ],
)  # fmt: skip
def test_the_job_is_looked_for_in_this_order(message: Message, asker: str | None, expected: str) -> None:
    assert job(message, asker) == expected


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (Message("retrieve failed", "", {"reason": "HTTP 503", "error": "exit 3"}), "HTTP 503"),
        (Message("retrieve failed", "", {"error": "exit 3"}), "exit 3"),
        (Message("retrieve failed", "and more"), "retrieve failed"),
        (Message("", "\nfirst line\nsecond"), "first line"),
        (Message("", ""), ""),
    ],
)
def test_so_is_the_cause(message: Message, cause: str) -> None:
    assert read(message, asker=None, jobs=JOBS)["cause"] == cause


@pytest.mark.parametrize(
    ("message", "calm"),
    [
        (Message("feed loaded", "", {"status": "Success"}), True),
        (Message("feed loaded", "", {"severity": "info", "status": "failed"}), False),
        (Message("feed", "", {"status": "failed", "level": "error"}), False),
        (Message("[SUCCESS] feed loaded", ""), True),
        (Message("[OK] feed", "", {"status": "failed"}), False),
        (Message("nightly feed", "status: ok\nTraceback (most recent call last):", {"status": "ok"}), False),
        (Message(":white_check_mark: [ok] feed", ""), False),
        (Message("Success rate fell to 3 %", ""), False),
        (Message("feed loaded", ""), False),
    ],
)
def test_good_news_says_so_by_itself(message: Message, calm: bool) -> None:
    assert is_calm(message) is calm


def test_lines_are_fields_whatever_marks_are_around_them() -> None:
    text = "Job: retrieve\n*Cause*: exit 3\n> - *Run Book* = `r.md`\nnot a field\n02:00: no name\nJob: second"
    assert fields_of_text(text) == {"job": "retrieve", "cause": "exit 3", "run_book": "`r.md`"}


def test_members_are_fields_at_any_depth_the_outer_ones_first() -> None:
    given = {
        "a": {"Job Name": "inner", "list": [{"title": "Cause", "value": 3}, "text"]},
        "job-name": "outer",
        "ok": True,
    }
    assert fields_of_json(given) == {"job_name": "outer", "title": "Cause", "cause": "3", "value": "3"}
    assert lines_of_json({"b": 1, "a": {"c": "x"}}) == "b: 1\nc: x"


def test_there_are_not_endless_fields() -> None:
    assert len(fields_of_json({str(number): number for number in range(10_000)})) == MOST_FIELDS
    assert len(fields_of_text("\n".join(f"f{number}: x" for number in range(10_000)))) == MOST_FIELDS


def test_of_a_long_text_the_end_is_kept_as_well() -> None:
    """Who mails a log has what went wrong in its last lines."""
    log = "\n".join(f"{number}: loaded" for number in range(5_000)) + "\nConnectionError: no answer"
    page = read(Message("retrieve failed", log), asker=None, jobs=())
    assert page["text"] is not None
    assert page["text"].startswith("retrieve failed\n\n0: loaded")
    assert page["text"].endswith("\nConnectionError: no answer")
    assert len(page["text"]) < LONGEST_TEXT
