"""Hand-written histories for cause_named."""

import pytest

from harness.checks import CHECKS
from harness.faults import FAULTS
from harness.testing.histories import BEGIN
from tests.checks.nights import BASELINE, TRUNCATED, all_ended, calm, ended, holds, launched, night, paged

check = CHECKS["cause_named"]


def test_a_page_that_names_the_injected_fault_holds() -> None:
    assert check(night(paged("02:30:00", "the file is TRUNCATED"), faults=[TRUNCATED]), BASELINE).state == "holds"


def test_a_page_that_names_something_else_is_a_violation() -> None:
    finding = check(night(paged("02:30:00", "exit 3"), faults=[TRUNCATED]), BASELINE)
    assert finding.evidence["paged"].first == ("exit 3",)
    assert finding.evidence["injected"].first == ("truncate_file",)


def test_a_word_inside_another_names_nothing() -> None:
    hang = {**TRUNCATED, "name": "source_hang", "named_by": ["hung", "silent"]}
    assert check(night(paged("02:30:00", "Shunghai is unsilenced"), faults=[hang]), BASELINE).state == "violated"


@pytest.mark.parametrize("name", ["source_hang", "launch_failure", "truncate_file", "grow_while_read"])
def test_what_the_scheduler_did_about_it_names_no_cause(name: str) -> None:
    told = {**TRUNCATED, "name": name, "causes": FAULTS[name].causes or (name,), "named_by": []}
    symptom = paged("02:30:00", "killed because it exceeded its max run time of 45m")
    assert check(night(symptom, faults=[told]), BASELINE).state == "violated"


def test_a_page_in_a_night_without_faults_names_nothing_true() -> None:
    assert check(night(paged("02:30:00", "truncated")), BASELINE).state == "violated"


def test_a_failure_without_a_page_names_nothing_either() -> None:
    finding = check(night(faults=[TRUNCATED]), BASELINE)
    assert finding.sentence == "it failed, and nobody was told the cause"


def test_a_finding_says_that_a_chain_declares_its_own_words() -> None:
    finding = check(night(paged("02:30:00", "exit 3"), faults=[TRUNCATED]), BASELINE)
    assert finding.sentence.endswith("declare them in the chain: causes: {truncate_file: [WORDS]}")


@pytest.mark.parametrize(
    "waits",
    [
        "not started by 04:15: it waits for the threshold rows_ready EQ 1",
        "publish is late to start: waiting for resource loader",
        "publish wartet auf den Schwellenwert rows_ready",
        "pas démarré: publish attend le seuil rows_ready",
    ],
)
def test_a_page_that_only_says_that_a_job_waits_for_what_a_failed_one_sets_tells_no_cause(waits: str) -> None:
    jobs = {name: job | {"after": []} for name, job in BEGIN["jobs"].items()}
    failed = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve", "fail")]
    page = paged("04:15:00", waits, job="publish")
    finding = check(night(*failed, page, faults=[TRUNCATED], jobs=jobs), BASELINE)
    assert finding.sentence == "it failed, and nobody was told the cause"
    nothing_failed = check(night(page, faults=[TRUNCATED], jobs=jobs), BASELINE)
    assert nothing_failed.sentence != finding.sentence
    with_cause = paged("04:15:00", f"{waits}, because the file is truncated", job="publish")
    assert check(night(*failed, with_cause, faults=[TRUNCATED], jobs=jobs), BASELINE).state == "holds"


def test_it_does_not_apply_to_a_night_that_owes_nothing_whatever_its_pages_say() -> None:
    assert check.applies(night(), BASELINE)
    assert check.applies(night(holds("a")), BASELINE)
    assert not check.applies(night(*calm(), paged("02:30:00", "exit 3"), faults=[TRUNCATED]), BASELINE)
    assert not check.applies(night(*all_ended(), holds("y", fallback_of="2026-11-22")), BASELINE)


def test_what_is_told_and_not_judged_holds_and_says_so() -> None:
    told = {**TRUNCATED, "named_by": []}
    finding = check(night(paged("02:30:00", "its checksum is another one"), faults=[told]), BASELINE)
    assert (finding.state, finding.note) == ("holds", "told, cause not judged")
    assert finding.said.endswith("(told, cause not judged)")


FULL = {**TRUNCATED, "id": "0:disk_full", "name": "disk_full", "causes": ["disk_full"], "named_by": []}
LAST = "giving up on forecast.csv"


def printed(clock: str, *lines: str, job: str = "retrieve") -> tuple[str, str, str, dict[str, object]]:
    return (clock, "scheduler", "output info", {"job": job, "attempt": 1, "lines": list(lines)})


def test_who_quotes_the_last_line_of_a_job_shows_those_above_it() -> None:
    output = printed("02:20:00", "write: No space left on device", LAST)
    assert check(night(output, paged("02:30:00", f"retrieve failed: {LAST}"), faults=[FULL]), BASELINE).state == "holds"
    assert check(night(output, paged("02:30:00", "retrieve failed"), faults=[FULL]), BASELINE).state == "violated"


@pytest.mark.parametrize(
    "output",
    [
        printed("02:20:00", "write: No space left on device", LAST, job="publish"),
        printed("02:40:00", "write: No space left on device", LAST),
        printed("02:20:00", "write: No space left on device", "failed"),
    ],
    ids=["another job's", "printed later", "too short to be quoted"],
)
def test_no_other_output_is_read_for_a_page(output: tuple[str, str, str, dict[str, object]]) -> None:
    page = paged("02:30:00", f"retrieve failed: {LAST}")
    assert check(night(output, page, faults=[FULL]), BASELINE).state == "violated"


def test_a_log_saves_no_page_that_blames_something_else() -> None:
    output = printed("02:20:00", "write: No space left on device", LAST)
    page = paged("02:30:00", f"permission denied on the bucket; {LAST}")
    assert check(night(output, page, faults=[FULL]), BASELINE).state == "violated"


def test_a_successor_that_only_waits_names_nothing() -> None:
    stuck = {**FULL, "named_by": ["still waiting"]}
    waits = paged("02:30:00", "late to start; still waiting for retrieve", job="publish")
    alone = check(night(waits, faults=[stuck]), BASELINE)
    noise = check(night(ended("02:10:00", "retrieve", "fail"), waits, faults=[stuck]), BASELINE)
    assert alone.state == "holds"
    assert (noise.state, noise.sentence) == ("violated", "it failed, and nobody was told the cause")
