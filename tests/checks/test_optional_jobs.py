"""Hand-written histories for optional_jobs."""

import pytest

from harness.checks import CHECKS, Outcome, friction, judge
from harness.checks.model.owed import owed
from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import (
    BASELINE,
    TRUNCATED,
    TWO_CONSUMERS,
    all_ended,
    calm,
    ended,
    freed,
    holds,
    keeps,
    launched,
    night,
    paged,
    receipt,
)

check = CHECKS["optional_jobs"]

JOBS = BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": [], "optional": True, "launches": 1}}
WHOLE = night(*calm(), *launched("02:05:00", "report"), ended("02:06:00", "report"), jobs=JOBS)


def test_it_holds_when_it_ended() -> None:
    assert check(WHOLE, WHOLE).state == "holds"


def test_an_optional_job_that_failed_makes_the_night_degraded_and_nobody_need_be_told() -> None:
    failed = [*calm(), *launched("02:05:00", "report"), ended("02:06:00", "report", "fail")]
    judgement = judge(night(receipt("02:00:05"), *failed, jobs=JOBS, faults=[TRUNCATED]), WHOLE)
    assert judgement.outcome is Outcome.DEGRADED
    assert judgement.because == "optional_jobs: report failed (exit code 3), which the chain calls optional"


def test_what_it_makes_is_not_owed_either() -> None:
    wrote = (
        "02:05:30",
        "folders",
        "write ok",
        {"folder": "landing", "name": "report.txt", "sha256": None, "size": None},
    )
    ran = (*launched("02:05:00", "report"), wrote, ended("02:06:00", "report"), keeps("report.txt"), keeps("own.txt"))
    reporting = night(*calm(), *ran, jobs=JOBS)
    lacking = night(*calm(), keeps("own.txt"), jobs=JOBS)
    assert check(lacking, reporting).evidence["missing"].first == ("landing/report.txt",)
    assert CHECKS["results_complete"](lacking, reporting).state == "holds"
    neither = night(*calm(), jobs=JOBS)
    assert CHECKS["results_complete"](neither, reporting).evidence["missing"].first == ("landing/own.txt",)


def test_one_that_only_the_end_of_a_fault_lets_go_has_not_ended() -> None:
    late = (*calm(), freed("06:00:00", job="report"), *launched("06:00:01", "report"), ended("06:00:02", "report"))
    lived = night(receipt("02:00:05"), *late, jobs=JOBS, faults=[TRUNCATED])
    assert "report ended only because truncate_file was ended" in check(lived, WHOLE).sentence
    assert judge(lived, WHOLE).outcome is Outcome.DEGRADED


def test_what_the_baseline_did_not_finish_either_is_unknown() -> None:
    without = night(*calm(), jobs=JOBS)
    assert check(without, without).state == "unknown"


def test_it_does_not_apply_to_a_chain_in_which_no_job_is_optional() -> None:
    assert not check.applies(BASELINE, BASELINE)


def sent(
    by: str, *keys: str, to: str = "screen", batch: int = 1, clock: str = "02:05:30", content: str = "d"
) -> list[Line]:
    """A job delivers rows, and they are held when the night is over."""
    rows = {"key": f"{by}-{batch}", "from": by, "rows": len(keys), "stored": len(keys), "replayed": False}
    when, consumer, what, told = holds(*keys, consumer=to, content=content)
    return [(clock, to, "batch ok", rows), (when, consumer, what, told | {"batch": batch})]


def delivering(*lines: Line, failed: bool = False, by: str = "02:06:00") -> History:
    """A night in which publish brings planning its rows, and report, which is optional, has its own to bring."""
    kind = "fail" if failed else "ok"
    begun = [*launched("02:00:00", "retrieve"), *launched("02:01:30", "publish")]
    whole = [*begun, *all_ended(), *sent("publish", "a", "b", to="planning", clock="02:02:00"), keeps()]
    ran = [*launched("02:05:00", "report"), ended(by, "report", kind)]
    consumers = dict.fromkeys(("planning", "screen"), TWO_CONSUMERS["planning"])
    return night(receipt("02:00:05"), *whole, *ran, *lines, jobs=JOBS, faults=[TRUNCATED], consumers=consumers)


FED = delivering(*sent("report", "x", "y"))


def test_rows_that_it_alone_sends_are_not_owed_and_nobody_need_be_told() -> None:
    lacking = delivering(failed=True)
    judgement = judge(lacking, FED)
    assert judgement.outcome is Outcome.DEGRADED
    assert judgement.because == "optional_jobs: report failed (exit code 3), which the chain calls optional"
    assert check(lacking, FED).evidence["missing"].first == ("screen lacks 2 rows",)
    assert not owed(lacking, FED)
    assert friction(lacking, FED).sentence == "1 job not finished, 2 rows lost"


def test_a_consumer_that_only_it_delivers_to_need_not_be_served_by_the_deadline() -> None:
    late = delivering(*sent("report", "x", "y", clock="06:30:00"), by="06:31:00")
    judgement = judge(late, FED)
    assert (judgement.outcome, judgement.because) == (
        Outcome.DEGRADED,
        "on_time: report ended 31 min after the deadline",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        sent("report", "x", "y", content="other"),
        sent("report", "x"),
        [*sent("report", "x", "y"), *sent("report", "x", "y", batch=2)],
        sent("report", "z"),
    ],
    ids=["changed", "a part", "doubled", "invented"],
)
def test_wrong_rows_of_it_are_damage_all_the_same(wrong: list[Line]) -> None:
    assert judge(delivering(*wrong, failed=True), FED).outcome is Outcome.DAMAGED


def test_all_its_rows_are_right_although_it_failed_after_them() -> None:
    assert judge(delivering(*sent("report", "x", "y"), failed=True), FED).outcome is Outcome.DEGRADED


def test_rows_are_owed_by_one_that_ended_well_and_sent_none() -> None:
    assert owed(delivering(), FED).rows == {"screen": 2}
    assert judge(delivering(), FED).outcome is Outcome.DAMAGED


def test_of_a_mix_the_part_of_the_others_is_owed() -> None:
    others, its = sent("publish", "m", "n"), sent("report", "x", "y", batch=2)
    mixed = delivering(*others, *its)
    assert judge(delivering(*others, failed=True), mixed).outcome is Outcome.DEGRADED
    without = delivering(paged("02:30:00", "the file is truncated"), failed=True)
    assert owed(without, mixed).rows == {"screen": 2}
    assert judge(without, mixed).outcome is Outcome.CONTAINED
    assert owed(delivering(*sent("report", "x", "y")), mixed).rows == {"screen": 2}


def without_rows(*lines: Line, jobs: dict[str, object]) -> History:
    """A night in which retrieve fails and publish never starts."""
    failed = [*launched("02:00:00", "retrieve"), ended("02:10:00", "retrieve", "fail")]
    return night(receipt("02:00:05"), *calm()[:1], *failed, *lines, jobs=jobs, faults=[TRUNCATED])


def test_one_that_delivers_the_declared_fallback_in_the_place_of_another_delivers_the_night() -> None:
    jobs = BEGIN["jobs"] | {"use_yesterday": JOBS["report"]}
    earlier = holds("x", "y", "z", date="2026-11-22")
    told = earlier[3] | {"night": "2026-11-22"}
    idle = [*launched("02:30:00", "use_yesterday"), ended("02:31:00", "use_yesterday")]
    base = night(*calm(), *idle, (*earlier[:3], told), jobs=jobs)
    batch = {"key": "k", "rows": 3, "stored": 3, "replayed": False, "from": "use_yesterday"}
    stands_in = [
        *launched("03:00:00", "use_yesterday"),
        ("03:01:00", "planning", "batch ok", batch | {"fallback_of": "2026-11-22"}),
        ended("03:02:00", "use_yesterday"),
        holds("x", "y", "z", date="2026-11-22", fallback_of="2026-11-22"),
    ]
    assert judge(without_rows(*stands_in, jobs=jobs), base).outcome is Outcome.DEGRADED


def test_one_that_sends_the_owed_rows_once_more_is_a_recovery() -> None:
    jobs = BEGIN["jobs"] | {"resend": JOBS["report"]}
    base = night(*calm(), *launched("02:30:00", "resend"), ended("02:31:00", "resend"), jobs=jobs)
    resent = {"key": "k", "rows": 3, "stored": 3, "replayed": False, "from": "resend"}
    usual = [line for line in calm() if line[2] != "batch ok"]
    ran = [*launched("03:00:00", "resend"), ("03:01:00", "planning", "batch ok", resent), ended("03:02:00", "resend")]
    again = night(receipt("02:00:05"), *usual, *ran, jobs=jobs, faults=[TRUNCATED])
    assert judge(again, base).outcome is Outcome.RECOVERED
    late = [freed("06:00:00", job="resend"), *launched("06:30:00", "resend")]
    late += [("06:31:00", "planning", "batch ok", resent), ended("06:32:00", "resend")]
    only_then = night(receipt("02:00:05"), *usual, *late, jobs=jobs, faults=[TRUNCATED])
    assert owed(only_then, base).freed.rows == {"planning": 3}


def test_a_watermark_may_pass_rows_that_are_not_owed() -> None:
    mark = {"loaded": {"folder": "state", "file": "loaded", "field": None, "consumers": ["planning"]}}
    moved = ("02:08:00", "folders", "write ok", {"folder": "state", "name": "loaded", "text": "23", "how": "renamed"})
    usual = [line for line in calm(records=5) if line[2] not in ("batch ok", "holds info")]

    def marked(*lines: Line, kind: str, more: int = 0) -> History:
        ran = [*launched("02:05:00", "report"), ended("02:06:00", "report", kind), moved]
        own = sent("publish", *"abc"[: 3 - more], to="planning", clock="02:02:00")
        said = [receipt("02:00:05"), *usual, *own, *ran, *lines]
        return night(*said, jobs=JOBS, faults=[TRUNCATED], watermarks=mark)

    base = marked(*sent("report", "x", "y", to="planning", batch=2), kind="ok")
    watermark = CHECKS["watermark_behind_commit"]
    assert judge(marked(kind="fail"), base).outcome is Outcome.DEGRADED
    assert "planning had stored 2 of 3 rows" in watermark(marked(kind="fail", more=1), base).sentence
