"""Hand-written histories for no_partial_file_visible."""

import pytest

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, EMPTY, HALF, WHOLE, YESTERDAY, calm, ended, night, put, uploaded

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


@pytest.mark.parametrize("where", ["in", "2026/11/23"])
def test_a_directory_of_a_folder_is_like_the_folder(where: str) -> None:
    inside = f"{where}/forecast.csv"
    written = night(created("02:00:10", inside), closed("02:00:11", HALF, inside))
    assert check(written, BASELINE).evidence["not_atomic"].first == (f"landing/{inside}",)
    assert check(written, BASELINE).evidence["partial"].first == (
        f"landing/{inside} with 99 bytes that nobody published",
    )


@pytest.mark.parametrize("where", ["tmp", ".hidden", "in_progress", "partial"])
def test_a_directory_in_which_nobody_looks_may_hold_anything(where: str) -> None:
    inside = f"{where}/forecast.csv"
    assert check(night(created("02:00:10", inside), closed("02:00:11", HALF, inside)), BASELINE).state == "holds"


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


def test_a_part_that_is_there_for_longer_than_an_upload_takes_is_no_habit() -> None:
    def sent(whole_at: str, *between: Line, half_at: str = "02:02:30") -> History:
        half = put("export.csv", HALF, clock=half_at, **{"from": "publish"})
        return night(*calm(), half, *between, put("export.csv", clock=whole_at, extends=True), uploaded("export.csv"))

    usual = sent("02:02:31")
    finding = check(sent("02:12:30"), usual)
    said = "source:sftp/export.csv, of which a part was there for 10 min before all of it"
    assert finding.evidence["partial"].first == (said,)
    assert check(sent("02:03:20"), usual).state == "holds"
    assert check(sent("02:03:20", ended("02:02:40", "retrieve", "fail")), usual).state == "holds"
    assert check(sent("02:03:20", ended("02:02:40", "publish", "fail")), usual).evidence["partial"].total == 1
    assert check(sent("02:12:30"), sent("02:12:40")).state == "holds"
    again = put("export.csv", HALF, clock="02:12:29", **{"from": "publish"})
    assert check(sent("02:12:30", again), usual).evidence["partial"].first == (said,)


@pytest.mark.parametrize("later", ["02:40:00", "02:20:00"])
def test_a_list_that_another_job_lengthens_may_be_lengthened_at_another_time(later: str) -> None:
    def lengthened(clock: str, by: str = "retrieve") -> History:
        first = put("journal.csv", HALF, clock="02:02:30", **{"from": "publish"})
        rest = put("journal.csv", clock=clock, extends=True, **{"from": by})
        return night(*calm(), first, rest, uploaded("journal.csv"))

    assert check(lengthened(later), lengthened("02:30:00")).state == "holds"
    one = check(lengthened("02:40:00", "publish"), lengthened("02:03:00", "publish"))
    assert "for 38 min" in one.evidence["partial"].first[0]


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


def product(sha256: str, size: int, clock: str = "02:00:10", how: str = "renamed") -> Line:
    """The file without its trailer, passed on under its name in a folder of its own."""
    at, component, what, value = closed(clock, sha256)
    return (at, component, what, value | {"folder": "checked", "size": size, "how": how})


STRIPPED = night(closed("02:00:09", WHOLE), product("sha-without-the-trailer", 80))


@pytest.mark.parametrize("size", [80, 81])
def test_what_the_chain_passes_on_under_the_same_name_in_the_baseline_too_is_its_own(size: int) -> None:
    assert check(STRIPPED, STRIPPED).state == "holds"
    assert check(night(product("sha-of-another-time-in-it", size)), STRIPPED).state == "holds"


def test_of_the_chains_own_product_what_has_fewer_bytes_than_in_the_baseline_is_partial() -> None:
    cut = check(night(product(HALF, 40), product("sha-without-the-trailer", 80, "02:10:00")), STRIPPED)
    assert cut.evidence["partial"].first == ("checked/forecast.csv with 40 bytes that nobody published",)


def test_a_correction_makes_another_product_of_which_the_size_tells_nothing() -> None:
    value = {"file": "forecast", "name": "forecast.csv", "sha256": "sha-of-the-correction", "records": 1, "size": 50}
    published = ("01:30:00", "source", "publish info", value)
    assert check(night(published, product(HALF, 40)), STRIPPED).state == "holds"


def test_a_product_of_the_chain_is_not_written_in_place_either() -> None:
    begun = ("02:00:09", "folders", "write invoke", {"folder": "checked", "name": "forecast.csv"})
    written = night(begun, product("sha-without-the-trailer", 80, how="closed"))
    assert check(written, STRIPPED).evidence["not_atomic"].total == 1


def test_a_path_that_gets_the_published_file_in_the_baseline_gets_no_other() -> None:
    value = {"file": "forecast", "name": "forecast.csv", "sha256": WHOLE, "records": 3, "size": 99}
    published = ("01:30:00", "source", "publish info", value)
    halves = night(published, product(HALF, 40), product(WHOLE, 99, "02:00:11"))
    assert check(halves, halves).evidence["partial"].total == 1
