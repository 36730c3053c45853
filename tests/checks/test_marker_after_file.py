"""Hand-written histories for marker_after_file."""

import pytest

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import HALF, WHOLE, keeps, night, put

check = CHECKS["marker_after_file"]


def begun(clock: str, name: str, folder: str = "export") -> Line:
    return (clock, "folders", "write invoke", {"folder": folder, "name": name})


def there(clock: str, name: str, how: str = "renamed", folder: str = "export") -> Line:
    value = {"folder": folder, "name": name, "size": None, "sha256": None, "how": how}
    return (clock, "folders", "write ok", value)


def touched(clock: str, name: str, folder: str = "export") -> list[Line]:
    return [begun(clock, name, folder), there(clock, name, "closed", folder)]


def in_order(*names: str, folder: str = "export") -> History:
    """Each file is renamed into place, a second after the one before."""
    return night(*(there(f"02:00:{second:02}", name, folder=folder) for second, name in enumerate(names)))


MARKERS = ["sums.ok", "sums.csv.ok", "sums.csv.DONE", "sums.trg", "sums.ctl"]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_after_its_file_is_as_it_should_be(marker: str) -> None:
    sound = in_order("sums.csv", marker)
    assert check.where_it_applies(sound, sound).sentence == "1 marker, none before its file"  # type: ignore[union-attr]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_that_comes_first_is_seen_without_its_file_for_a_while(marker: str) -> None:
    broken = in_order(marker, "sums.csv")
    found = check(broken, broken)
    assert found.state == "violated"
    assert found.evidence["before_their_files"].first == (f"export/{marker}",)


def test_a_job_that_dies_between_the_two_leaves_a_marker_for_nothing() -> None:
    found = check(night(*touched("02:00:00", "sums.ok")), in_order("sums.ok", "sums.csv"))
    assert found.sentence.startswith("export/sums.ok was there without sums.csv, which it says is whole")
    assert found.evidence["without_their_files"].total == 1


def test_a_file_that_is_still_written_when_the_marker_comes_is_not_whole() -> None:
    written = [begun("02:00:00", "sums.csv"), *touched("02:00:01", "sums.ok")]
    broken = night(*written, there("02:00:02", "sums.csv", "closed"))
    assert check(broken, in_order("sums.csv", "sums.ok")).state == "violated"
    sound = night(*touched("02:00:00", "sums.csv"), *touched("02:00:01", "sums.ok"))
    assert check(sound, sound).state == "holds"


def test_all_files_that_come_before_the_marker_in_the_baseline_come_before_it() -> None:
    baseline = in_order("sums.csv", "sums.pdf", "sums.ok", "sums.json")
    assert check(in_order("sums.csv", "sums.ok", "sums.pdf"), baseline).state == "violated"
    assert check(in_order("sums.pdf", "sums.csv", "sums.ok"), baseline).state == "holds"


def test_an_empty_file_that_the_baseline_has_after_another_is_a_marker_whatever_its_ending() -> None:
    names = [there("02:00:00", name) for name in ("sums.csv", "sums.csv.go4it")]
    ends = [keeps("sums.csv", folder="export"), keeps("sums.csv.go4it", folder="export", size=0)]
    found = check(in_order("sums.csv.go4it"), night(*names, *ends))
    assert found.evidence["without_their_files"].first == ("export/sums.csv.go4it",)
    first = night(*reversed(names), *ends)
    assert check.where_it_applies(first, first) is None, "it comes first on every night, and may be anything"
    said = night(*names, keeps("sums.csv.go4it", folder="export", size=80))
    assert check.where_it_applies(in_order("sums.csv.go4it"), said) is None, "there is something in it"


@pytest.mark.parametrize(
    "beside", ["sums.csv.sha256", "sums.csv.md5", "sums.csv.part", "sums.csv.tmp", "sums.lock", "sums.manifest"]
)
def test_a_checksum_a_manifest_a_part_and_a_lock_may_come_first(beside: str) -> None:
    night = in_order(beside, "sums.csv")
    assert check.where_it_applies(night, night) is None


@pytest.mark.parametrize("other", ["sums.log", "sums.db", "sums.csv.sha256", "sums.csv.part", "other.csv"])
def test_a_marker_does_not_stand_for_what_is_no_such_file(other: str) -> None:
    night = in_order("sums.ok", other)
    assert check.where_it_applies(night, night) is None


@pytest.mark.parametrize("folder", ["work", "tmp", "quarantine", "archive"])
def test_where_nobody_looks_for_files_a_marker_may_come_first(folder: str) -> None:
    night = in_order("sums.ok", "sums.csv", folder=folder)
    assert check.where_it_applies(night, night) is None


def test_a_marker_of_what_was_taken_away_again_says_that_it_has_been_processed() -> None:
    gone = ("02:00:30", "folders", "remove info", {"folder": "export", "name": "sums.csv"})
    worked = night(there("02:00:00", "sums.csv"), gone, *touched("02:00:40", "sums.csv.done"))
    assert check(worked, worked).state == "holds"


def test_a_file_that_was_there_before_the_night_needs_no_new_marker() -> None:
    marked = night(*touched("02:00:40", "yesterday.csv.done"))
    assert check.where_it_applies(marked, marked) is None


def test_what_is_found_in_a_new_directory_is_there_at_once() -> None:
    found = [line for name in ("d/sums.a_ok.ok", "d/sums.a_ok.txt", "d/x.done", "d/x.tsv") for line in appeared(name)]
    assert check(night(*found), night(*found)).state == "holds"


def appeared(name: str) -> list[Line]:
    return [begun("02:00:00", name), there("02:00:00", name, "found")]


@pytest.mark.parametrize("how", ["linked", "renamed"])
def test_a_file_that_is_linked_into_place_is_whole_when_it_appears(how: str) -> None:
    linked = night(begun("02:00:00", "sums.csv"), there("02:00:00", "sums.csv", how), *touched("02:00:01", "sums.ok"))
    assert check(linked, linked).state == "holds"


def test_a_marker_is_sent_after_its_file() -> None:
    result, marker = put("out/sums.csv", clock="02:03:00"), put("out/sums.csv.ok", clock="02:03:30")
    baseline = night(result, marker)
    assert check(baseline, baseline).state == "holds"
    alone = check(night(marker), baseline)
    assert alone.evidence["without_their_files"].first == ("source:sftp/out/sums.csv.ok",)
    broke = night(put("out/sums.csv", HALF, "fail", clock="02:03:00"), marker)
    assert check(broke, baseline).state == "violated"


def test_an_upload_is_there_when_it_has_its_name() -> None:
    part = put("sums.csv.part", WHOLE, clock="02:03:00")
    named = {"file": "", "name": "sums.csv.part", "to": "sums.csv", "via": "sftp"}
    renamed, marker = ("02:03:20", "source", "rename info", named), put("sums.csv.ok", clock="02:03:10")
    early = night(part, renamed, marker)
    assert check(early, early).state == "violated"
    sound = night(part, renamed, put("sums.csv.ok", clock="02:03:30"))
    assert check(sound, sound).state == "holds"
