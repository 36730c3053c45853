"""Hand-written pages: the same failure again, a successor that only waits, what healed by itself."""

import time

import pytest

from harness.checks import CHECKS, Outcome, friction, judge
from harness.checks.model.pages import paging, without_details
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import BASELINE, calm, ended, launched, night, paged

check = CHECKS["owner_paged"]

FAILED = ended("02:10:00", "retrieve", "fail")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("02:10:07 forecast.csv is cut", "02:25:31 forecast.csv is cut"),
        ("[2026-11-23T02:10:07.123Z] cut", "[2026-11-24T00:00:01Z] cut"),
        ("attempt 3 of 20: 361 of 900 bytes", "attempt 4 of 20: 5 of 900 bytes"),
        ("waited 45 s", "waited 12 minutes"),
        ("waited 4h30m", "waited 5h"),
        ("request 550e8400-e29b-41d4-a716-446655440000 failed", "request 6ba7b810-9dad-11d1-80b4-00c04fd430c8 failed"),
        ("sha 9f86d081884c7d65 differs", "sha 60303ae22b998861 differs"),
        ("request id 7F3K2M1QX refused", "request id Q9Z8A7B6C refused"),
        ("/in/2026/11/23/part-0001.csv is empty", "/in/2026/11/24/part-0002.csv is empty"),
        ("no space: /tmp/tmpk3_x9zab/out", "no space: /tmp/tmpabcdefgh/out"),
    ],
)
def test_pages_that_differ_in_numbers_times_and_ids_are_one_failure(one: str, other: str) -> None:
    assert without_details(one) == without_details(other)
    assert check(night(paged("02:30:00", one), paged("02:40:00", other)), BASELINE).state == "violated"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the source answered 403", "the source answered 503"),
        ("HTTP 404", "HTTP 500"),
        ("exit 3", "exit 4"),
        ("exit code 3", "exit code 4"),
        ("forecast.csv is missing", "prices.csv is missing"),
        ("utf8 is wrong", "checksum is wrong"),
    ],
)
def test_other_failures_are_others(one: str, other: str) -> None:
    assert without_details(one) != without_details(other)
    assert check(night(paged("02:30:00", one), paged("02:40:00", other)), BASELINE).state == "holds"


def test_the_same_words_of_another_job_or_to_another_owner_are_no_storm() -> None:
    pages = [paged("02:30:00", "late"), paged("02:30:01", "late", job="publish")]
    assert check(night(*pages), BASELINE).state == "holds"


def test_a_storm_is_one_also_in_a_night_that_recovers() -> None:
    storm = [paged(f"01:{minute}:00", f"no answer at 01:{minute}") for minute in range(10, 32)]
    recovered = night(*storm, *calm())
    assert check(recovered, BASELINE).sentence == "the same failure was paged 22 times"
    assert judge(recovered, BASELINE).outcome is Outcome.DAMAGED


WAITING = [
    "publish waits for retrieve",
    "publish: predecessor retrieve failed (exit 3)",
    "job publish did not start: upstream failed",
    "publish did not run because retrieve failed",
    "publish wartet auf retrieve, Vorg\u00e4nger fehlgeschlagen",
    "publish en attente: retrieve a \u00e9chou\u00e9",
    "late to start; still waiting for retrieve since 02:00",
]


@pytest.mark.parametrize("words", WAITING)
def test_a_successor_that_only_waits_is_noise_and_tells_nobody(words: str) -> None:
    waits = paged("02:30:00", words, job="publish")
    told = check(night(FAILED, paged("02:20:00", "the file is cut"), waits), BASELINE)
    assert told.sentence == "data-ops was paged 220 min before the deadline (1 noise: publish only waited)"
    untold = check(night(FAILED, waits), BASELINE)
    assert untold.state == "violated"
    assert "nobody was told what failed" in untold.sentence
    assert friction(night(FAILED, waits), BASELINE).sentence.startswith("1 page (1 noise: publish only waited)")


@pytest.mark.parametrize(
    "words",
    [
        "publish waits: the file of retrieve is truncated",
        "publish did not start because the disk is full",
        "planning answers 503",
        "exit 3",
    ],
)
def test_a_successor_that_says_why_is_none(words: str) -> None:
    assert not paging(night(FAILED, paged("02:30:00", words, job="publish"))).noise


@pytest.mark.parametrize("before", [[], [FAILED, ended("02:20:00", "retrieve")]])
def test_who_waits_for_nothing_that_failed_is_heard(before: list[object]) -> None:
    assert not paging(night(*before, paged("02:30:00", "publish waits for retrieve", job="publish"))).noise  # type: ignore[arg-type]


def test_a_successor_that_says_again_that_it_waits_is_a_storm() -> None:
    waits = [paged(f"03:{minute}:00", "publish waits for retrieve", job="publish") for minute in range(10, 15)]
    assert check(night(FAILED, paged("02:20:00", "the file is cut"), *waits), BASELINE).state == "violated"


def test_a_page_for_what_then_healed_is_friction_and_named() -> None:
    healed = night(paged("01:50:00", "no answer"), *calm())
    assert friction(healed, BASELINE).sentence == "1 page (retrieve healed without help)"
    assert check(healed, BASELINE).sentence == "nobody had to be told; 1 page (retrieve healed without help)"
    assert judge(healed, BASELINE).outcome is Outcome.RECOVERED


def test_what_was_restarted_by_hand_did_not_heal_by_itself() -> None:
    by_hand = ("01:55:00", "operator", "operate ok", {"operator": "shift", "job": "retrieve", "action": "restart"})
    assert not paging(night(paged("01:50:00", "no answer"), by_hand, *launched("01:56:00", "retrieve"), *calm())).healed


def test_thousands_of_pages_in_a_long_night_are_told_apart_in_no_time() -> None:
    waits = [
        paged(f"03:{n // 60 % 60:02}:{n % 60:02}", f"publish waits for retrieve {n}", job="publish")
        for n in range(3_000)
    ]
    asked: list[Line] = [("02:00:05", "source", "serve invoke", {"name": "a", "what": "file"}) for _ in range(20_000)]
    long = night(*asked, FAILED, *waits)
    began = time.process_time()
    assert len(paging(long).noise) == len(waits)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(("failed_itself", "noise"), [(True, 0), (False, 1)])
def test_a_job_that_has_failed_itself_does_not_wait_for_what_another_holds(failed_itself: bool, noise: int) -> None:
    jobs = BEGIN["jobs"] | {"stats": {"owner": "data-ops", "after": [], "optional": True, "launches": 1}}
    stats = [*launched("01:40:00", "stats"), ended("01:41:00", "stats", "fail")]
    own = [FAILED] if failed_itself else []
    page = paged("02:11:00", "retrieve failed: waiting for resource WH_LOAD timed out")
    assert len(paging(night(*stats, *own, page, jobs=jobs)).noise) == noise
