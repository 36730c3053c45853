"""For each check and each thing that it can find, a night in which it finds that: the night, and its baseline."""

from __future__ import annotations

from typing import Any

from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import (
    BASELINE,
    EMPTY,
    HALF,
    TRUNCATED,
    all_ended,
    calm,
    calm_but,
    changed,
    ended,
    holds,
    keeps,
    launched,
    left,
    night,
    outside,
    paged,
    receipt,
    sends,
    stored,
    without_consumers,
)
from tests.checks.rosters import acknowledged, escalated, told

LOSSY = night(*calm(records=5))
"""A baseline that delivers other than the source published, so that its rows may be the wrong ones."""

IN_A_FILE = TRUNCATED | {"detectable_by": ["checksum"]}
PLACE = {"folder": "landing", "name": "forecast.csv"}


def faulty(*lines: Line, fault: dict[str, Any] = TRUNCATED, **begin: Any) -> History:
    """A night in which the fault acts."""
    return night(receipt("02:00:05", fault), *lines, faults=[fault], **begin)


WATERMARK = {"watermarks": {"day": {"folder": "state", "file": "day", "field": None, "consumers": ["planning"]}}}
SERVED: Line = ("02:00:05", "source", "serve ok", {"name": "forecast.csv", "what": "file", "complete": False})


TRUE: Line = ("02:00:06", "source", "serve ok", {"name": "forecast.csv", "what": "file", "complete": True})


def set_aside(*endings: str) -> list[Line]:
    """The file appears in a folder for bad ones, and what is beside it."""
    names = (f"forecast.csv{ending}" for ending in endings)
    return [("02:00:07", "folders", "write ok", {"folder": "aside", "name": name, "sha256": HALF}) for name in names]


def moved(clock: str) -> Line:
    """The watermark says the night's date."""
    return clock, "folders", "write ok", {"folder": "state", "name": "day", "text": "2026-11-23"}


CALM = faulty(*calm())
BARE = [line for line in without_consumers() if line[2] != "keeps info"]
"""Of a chain that leaves nothing anywhere."""


def asked(at: str) -> Line:
    """A request for the file."""
    return at, "source", "serve invoke", {"name": "forecast.csv", "what": "file", "via": "http"}


SENT = night(*calm(), *sends("plan_1.csv", clock="02:01:30"))
SENT_AGAIN = [*sends("plan_1.csv", clock="02:01:30"), *launched("02:04:00", "publish"), ended("02:08:00", "publish")]
"""A job of that night is started again when it has finished."""

SUMS: list[Line] = [
    ("02:03:00", "folders", "write ok", {"folder": "landing", "name": name, "sha256": None, "size": None})
    for name in ("sums.csv", "sums.ok")
]
"""A file, and its marker."""

REPORTS = [keeps("report_20261122.txt", "of-the-22nd"), keeps("report_20261123.txt", "of-the-23rd")]
REPORT_OF_YESTERDAY: list[Line] = [
    (
        "02:03:00",
        "folders",
        "write ok",
        {"folder": "landing", "name": "report_20261123.txt", "sha256": None, "size": None},
    ),
    REPORTS[0],
    keeps("report_20261123.txt", "of-the-22nd"),
]
MISSING = [paged("02:30:00", "the file is truncated")]
"""Nothing arrives, and the owner is told why."""

FAILED = faulty(paged("02:30:00", "the file is truncated"))
"""Nothing arrived, and the owner was told why."""

HEALED = [*launched("01:50:00", "retrieve"), ended("01:51:00", "retrieve", "fail")]
"""An attempt before the one that ends well."""

FLAGGED = [(*line[:3], line[3] | ({"flag": "forecast.csv.done"} if "records" in line[3] else {})) for line in calm()]
"""Its sender says when the file is done."""


def flag(clock: str) -> Line:
    """The file's flag comes."""
    return clock, "source", "flag info", {"file": "forecast", "name": "forecast.csv", "flag": "forecast.csv.done"}


OPTIONAL = {"jobs": BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": [], "optional": True, "launches": 1}}}
REPORTED = [*calm(), *launched("02:05:00", "report"), ended("02:06:00", "report")]

EXAMPLES: dict[str, dict[str, tuple[History, History]]] = {
    "delivered_once": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*calm(), holds("b")), BASELINE),
        "unknown": (CALM, LOSSY),
    },
    "no_partial_file_visible": {
        "holds": (CALM, BASELINE),
        "violated": (
            faulty(("02:00:07", "folders", "write ok", PLACE | {"sha256": HALF, "size": 9}), *calm()),
            BASELINE,
        ),
    },
    "marker_after_file": {
        "holds": (night(*calm(), *SUMS), night(*calm(), *SUMS)),
        "violated": (night(*calm(), *reversed(SUMS)), night(*calm(), *SUMS)),
    },
    "dependency_order": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*launched("01:50:00", "publish"), ended("01:51:00", "publish"), *calm()), BASELINE),
        "unknown": (CALM, EMPTY),
    },
    "owner_paged": {
        "holds": (FAILED, BASELINE),
        "violated": (faulty(), BASELINE),
    },
    "acknowledged": {
        "holds": (faulty(told("02:30:00"), acknowledged("02:35:00")), BASELINE),
        "violated": (faulty(told("02:30:00")), BASELINE),
    },
    "escalated": {
        "holds": (faulty(*calm(), told("02:30:00"), escalated("02:45:00")), BASELINE),
        "violated": (faulty(*calm(), told("02:30:00")), BASELINE),
    },
    "no_leaver_paged": {
        "holds": (faulty(*calm(), told("02:30:00"), acknowledged("02:35:00")), BASELINE),
        "violated": (faulty(*calm(), told("02:30:00", away="left"), escalated("02:45:00")), BASELINE),
    },
    "all_or_nothing": {
        "holds": (FAILED, BASELINE),
        "violated": (
            faulty(stored("02:02:00", rows=1), *all_ended(), holds("a"), paged("02:30:00", "truncated")),
            LOSSY,
        ),
        "unknown": (CALM, EMPTY),
    },
    "stays_whole": {
        "holds": (night(*calm(), changed("02:03:00", 0, 3)), BASELINE),
        "violated": (night(*calm(), changed("02:03:00", 3, 0), changed("02:04:00", 0, 3)), BASELINE),
        "unknown": (night(changed("02:03:00", 0, 3)), EMPTY),
    },
    "cause_named": {
        "holds": (FAILED, BASELINE),
        "violated": (faulty(paged("02:30:00", "exit 3")), BASELINE),
    },
    "rerun_idempotent": {
        "holds": (faulty(*calm(), *SENT_AGAIN), SENT),
        "violated": (faulty(*calm(), *SENT_AGAIN, *sends("plan_2.csv", clock="02:07:00")), SENT),
        "unknown": (faulty(*calm(), *launched("02:04:00", "publish"), ended("02:05:00", "publish")), LOSSY),
    },
    "equals_baseline": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*calm_but(keeps(content=HALF))), BASELINE),
        "unknown": (CALM, EMPTY),
    },
    "only_checked_files": {
        "holds": (faulty(*calm(), checked={"landing": {}}), BASELINE),
        "violated": (faulty(*calm_but(keeps(content=HALF, sha256=HALF)), checked={"landing": {}}), BASELINE),
    },
    "no_downstream_on_bad_data": {
        "holds": (faulty(*calm(), SERVED), BASELINE),
        "violated": (faulty(*BARE, SERVED, consumers={}), night(*BARE, consumers={})),
    },
    "watermark_behind_commit": {
        "holds": (faulty(*calm(), moved("02:02:01"), **WATERMARK), night(*calm(), moved("02:02:01"), **WATERMARK)),
        "violated": (faulty(*calm(), moved("02:01:59"), **WATERMARK), night(*calm(), moved("02:02:01"), **WATERMARK)),
        "unknown": (faulty(*calm(), **WATERMARK), night(*calm(), **WATERMARK)),
    },
    "no_stale_file": {
        "holds": (faulty(*calm(), keeps("sums_24.csv")), night(*calm(), keeps("sums_24.csv"))),
        "violated": (faulty(*MISSING, *REPORT_OF_YESTERDAY), night(*calm(), *REPORTS)),
    },
    "results_complete": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*calm()[:-1], paged("02:30:00", "truncated")), BASELINE),
    },
    "bad_file_quarantined": {
        "holds": (faulty(*calm(), SERVED, TRUE, *set_aside(".bad", ".reason"), quarantine="aside"), BASELINE),
        "violated": (faulty(*calm(), SERVED, TRUE, *set_aside(".bad"), quarantine="aside"), BASELINE),
    },
    "nothing_left_behind": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*calm(), keeps("forecast.csv.part")), BASELINE),
    },
    "programs_unchanged": {
        "holds": (faulty(*calm(), left(data=("state.json",), added=("cache.csv",))), BASELINE),
        "violated": (faulty(*calm(), left("jobs/validate.py")), BASELINE),
    },
    "complete": {
        "holds": (CALM, BASELINE),
        "violated": (FAILED, BASELINE),
        "unknown": (CALM, EMPTY),
    },
    "on_time": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*calm(until="06:30:00"), paged("05:00:00", "truncated")), BASELINE),
        "unknown": (CALM, night(*calm(until="07:00:00"))),
    },
    "optional_jobs": {
        "holds": (faulty(*REPORTED, **OPTIONAL), night(*REPORTED, **OPTIONAL)),
        "violated": (faulty(*calm(), **OPTIONAL), night(*REPORTED, **OPTIONAL)),
        "unknown": (faulty(*calm(), **OPTIONAL), night(*calm(), **OPTIONAL)),
    },
    "no_needless_page": {
        "holds": (faulty(*calm(), paged("02:00:30", "truncated")), BASELINE),
        "violated": (faulty(*HEALED, *calm(), paged("01:51:00", "truncated")), BASELINE),
    },
    "bounded_attempts": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*3 * launched("01:50:00", "retrieve"), *calm()), BASELINE),
        "unknown": (CALM, EMPTY),
    },
    "request_budget": {
        "holds": (CALM, BASELINE),
        "violated": (faulty(*(asked(f"02:00:{second:02}") for second in range(40)), *calm()), BASELINE),
    },
    "taken_when_flagged": {
        "holds": (faulty(*FLAGGED, flag("02:00:04"), SERVED), night(*FLAGGED)),
        "violated": (faulty(*FLAGGED, SERVED, flag("02:00:06")), night(*FLAGGED)),
    },
    "detectable": {
        "holds": (faulty(*calm(), fault=IN_A_FILE, controls={"checksum": ["checksum"]}), BASELINE),
        "violated": (faulty(*calm(), fault=IN_A_FILE), BASELINE),
        "unknown": (night(*calm(), faults=[IN_A_FILE]), BASELINE),
    },
    "lived_in_time": {
        "holds": (faulty(outside("02:00:01", excepted=True), *calm()), BASELINE),
        "violated": (faulty(outside("02:00:01"), *calm()), BASELINE),
    },
}
