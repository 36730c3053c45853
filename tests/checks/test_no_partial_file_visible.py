"""Hand-written histories for no_partial_file_visible."""

import pytest

from harness.checks import CHECKS
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, EMPTY, HALF, WHOLE, YESTERDAY, calm, night, put, uploaded

check = CHECKS["no_partial_file_visible"]
PLACE = {"folder": "landing", "name": "forecast.csv"}


def created(clock: str, name: str = "forecast.csv") -> Line:
    return (clock, "folders", "write invoke", PLACE | {"name": name})


def closed(clock: str, sha256: str, name: str = "forecast.csv") -> Line:
    return (clock, "folders", "write ok", PLACE | {"name": name, "sha256": sha256, "size": 99, "how": "closed"})


def test_a_file_that_is_renamed_into_place_appears_whole() -> None:
    assert check(night(closed("02:00:10", WHOLE)), BASELINE).state == "holds"


@pytest.mark.parametrize("until", ["02:00:10", "02:10:00"])
def test_a_file_written_under_its_final_name_is_not_atomic_whatever_the_clock_says(until: str) -> None:
    finding = check(night(created("02:00:10"), closed(until, WHOLE)), BASELINE)
    assert finding.evidence["not_atomic"].first == ("landing/forecast.csv",)


@pytest.mark.parametrize("how", ["renamed", "linked", "found"])
def test_a_file_that_gets_its_name_whole_is_atomic(how: str) -> None:
    at, component, what, value = closed("02:00:10", WHOLE)
    assert check(night(created("02:00:10"), (at, component, what, value | {"how": how})), BASELINE).state == "holds"


@pytest.mark.parametrize("folder", ["work", "tmp", "archive", "quarantine"])
def test_where_nobody_looks_for_files_anything_may_be_written(folder: str) -> None:
    begun, ended = created("02:00:00"), closed("02:00:10", HALF)
    lines = [(at, who, what, value | {"folder": folder}) for at, who, what, value in (begun, ended)]
    assert not check.applies(night(*lines), EMPTY)


def test_foreign_content_of_full_size_is_changed_and_not_partial() -> None:
    value = {"file": "forecast", "name": "forecast.csv", "sha256": WHOLE, "records": 3, "size": 99}
    published = ("01:30:00", "source", "publish info", value)
    finding = check(night(published, closed("02:00:10", HALF)), BASELINE)
    assert (list(finding.evidence), finding.evidence["changed"].total) == (["changed"], 1)


def test_an_upload_that_broke_under_its_final_name_is_partial() -> None:
    sending = night(*calm(), uploaded("export.csv"))
    whole = uploaded("export.csv")
    broke = put("export.csv", HALF, "fail", clock="02:02:30")
    assert check(night(*calm(), broke, whole), sending).evidence["partial"].total == 1
    assert check(night(*calm(), put("export.csv.part", HALF, "fail"), whole), sending).state == "holds"


def test_an_upload_of_which_a_part_was_there_first_is_partial_unless_that_is_its_habit() -> None:
    sending = night(*calm(), uploaded("export.csv"))
    in_two = (put("export.csv", HALF, clock="02:02:30"), put("export.csv", extends=True))
    finding = check(night(*calm(), *in_two, uploaded("export.csv")), sending)
    assert finding.evidence["partial"].first == ("source:sftp/export.csv, of which a part was there before all of it",)
    assert check(night(*calm(), *in_two, uploaded("export.csv")), night(*calm(), *in_two)).state == "holds"
    passed = night(*calm(), put("export.csv.part", extends=True), uploaded("export.csv"))
    assert check(passed, sending).state == "holds"


def test_a_file_that_is_never_finished_is_visible_to_the_end() -> None:
    assert "to the end" in str(check(night(created("02:00:00")), BASELINE).evidence["partial"])


def test_a_file_with_other_bytes_than_were_published_is_partial() -> None:
    assert check(night(closed("02:00:10", HALF)), BASELINE).state == "violated"


def test_a_file_with_the_bytes_that_its_sender_states_is_whole_however_wrong_it_is() -> None:
    restated = ("02:00:05", "source", "restate info", {"file": "forecast", "name": "forecast.csv", "sha256": HALF})
    assert check(night(restated, closed("02:00:10", HALF)), BASELINE).state == "holds"


def test_a_file_that_the_chain_held_before_is_whole() -> None:
    assert check(night(closed("02:00:10", YESTERDAY)), BASELINE).state == "holds"


def test_a_temporary_name_may_be_partial() -> None:
    assert check(night(created("02:00:00", "forecast.csv.part")), BASELINE).state == "holds"


def test_a_night_that_writes_what_the_baseline_did_not_is_judged_by_its_own_bytes() -> None:
    assert check.applies(night(closed("02:00:10", HALF)), EMPTY)
    assert check(night(closed("02:00:10", HALF)), EMPTY).state == "violated"


def test_it_does_not_apply_where_no_file_of_the_night_is_written_into_a_watched_folder() -> None:
    assert check.applies(night(), BASELINE)
    assert not check.applies(night(created("02:00:10", "notes.txt")), EMPTY)
