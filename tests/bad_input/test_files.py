"""Files with mistakes, as their user meets them: one clear error, soon, and no traceback of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input.mistakes import (
    AUTHOR,
    BAD,
    PYTEST_INTERRUPTED,
    PYTEST_NOTHING,
    PYTEST_USAGE,
    SOON,
    Bad,
    in_numbered_folders,
    is_one_clear_error,
    write,
)
from tests.runs import HARNESS, PYTEST, User, user_in
from tests.sample import sample

LOADED = [bad for bad in BAD if "program" not in bad.id and "script" not in bad.id]
"""Those that are found as files are loaded, in all files at once; programs are looked for when all are sound."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[Bad, tuple[str, list[str]]]:
    """Where each mistake of a file is, and the lines about that file which one command with all of them has said."""
    with user_in(tmp_path_factory.mktemp("bad")) as user:
        places = in_numbered_folders(user, LOADED)
        run = user.runs(*HARNESS, "run", *(f"n{number}/night.yaml" for number in range(len(LOADED))))
    is_one_clear_error(run, AUTHOR)
    assert run.out == ""
    lines = run.err.splitlines()
    return {
        bad: (place, [line for line in lines if line.startswith(f"n{number}/")])
        for number, (bad, place) in enumerate(zip(LOADED, places, strict=True))
    }


@pytest.mark.parametrize("bad", LOADED, ids=lambda bad: bad.id.replace(" ", "-"))
def test_a_mistake_in_a_file_is_told_with_its_place(bad: Bad, told: dict[Bad, tuple[str, list[str]]]) -> None:
    place, lines = told[bad]
    assert [text for text in (place, *bad.says) if text not in "\n".join(lines)] == []
    assert len(lines) <= 3


@pytest.mark.parametrize(
    "bad",
    sample(BAD, [LOADED[0], next(bad for bad in BAD if bad not in LOADED)]),
    ids=lambda bad: bad.id.replace(" ", "-"),
)
def test_a_mistake_that_is_alone_is_all_that_is_told(bad: Bad, user: User) -> None:
    place = write(user.folder, bad)
    run = user.runs(*HARNESS, "run", "night.yaml")
    is_one_clear_error(run, AUTHOR, place, *bad.says, soon=SOON)
    assert run.out == ""
    assert len(run.err.splitlines()) <= 3


def test_pytest_tells_every_mistake_of_every_file_with_its_place(user: User) -> None:
    says = [*in_numbered_folders(user, LOADED), *(text for bad in LOADED for text in bad.says)]
    run = user.runs(*PYTEST, *(f"n{number}" for number in range(len(LOADED))))
    is_one_clear_error(run, PYTEST_INTERRUPTED, *says, f"{len(LOADED)} errors")


@pytest.mark.exhaustive
def test_several_files_are_told_all_at_once(user: User) -> None:
    write(user.folder, BAD[1])
    run = user.runs(*HARNESS, "run", "night.yaml", "none.yaml")
    is_one_clear_error(run, AUTHOR, "night.yaml:6: unknown key 'expects'", "none.yaml:1: there is no such file")


def unreadable(file: Path) -> None:
    """Not even root can read it: the memory of whoever tries, at an address where there is none."""
    file.unlink(missing_ok=True)
    file.symlink_to("/proc/self/mem")


def test_a_file_that_is_not_there_a_folder_an_empty_one_and_an_unreadable_one_are_told(user: User) -> None:
    (user.folder / "empty.yaml").write_text("")
    (user.folder / "folder.yaml").mkdir()
    unreadable(user.folder / "sealed.yaml")
    run = user.runs(*HARNESS, "run", "none.yaml", "empty.yaml", "folder.yaml", "sealed.yaml")
    is_one_clear_error(
        run,
        AUTHOR,
        "none.yaml:1: there is no such file; expected a scenario (scenario: A SENTENCE,",
        "empty.yaml:1: the file is empty; expected a scenario",
        "folder.yaml:1: cannot be read (Is a directory); expected a scenario",
        "sealed.yaml:1: cannot be read (Input/output error); expected a scenario",
        soon=SOON,
    )


@pytest.mark.exhaustive
def test_an_unreadable_chain_is_told(user: User) -> None:
    unreadable(user.folder / "chain.yaml")
    is_one_clear_error(user.runs(*HARNESS, "run", "night.yaml"), AUTHOR, "chain.yaml:1: cannot be read (Input/output")


@pytest.mark.exhaustive
def test_pytest_goes_on_after_a_file_that_cannot_be_read(user: User) -> None:
    unreadable(user.folder / "sealed.yaml")
    (user.folder / "test_plain.py").write_text("def test_plain(): pass\n")
    run = user.runs(*PYTEST, "--continue-on-collection-errors", "sealed.yaml", "test_plain.py")
    is_one_clear_error(run, 1, "sealed.yaml:1: cannot be read (Input/output error)", "1 passed, 1 error")


def test_a_scenario_without_a_fault_and_without_an_outcome_proves_nothing(user: User) -> None:
    (user.folder / "night.yaml").write_text("scenario: nothing\nchain: chain.yaml\nnight: 2026-11-23\nfaults: []\n")
    is_one_clear_error(
        user.runs(*HARNESS, "run", "night.yaml"),
        AUTHOR,
        "night.yaml:4: found no faults, expected at least one; a calm night says so: [no_fault]",
        "night.yaml:1: found no outcome to expect; expected one of: unaffected,",
    )


def test_a_selection_that_matches_no_scenario_starts_nothing(user: User) -> None:
    run = user.runs(*PYTEST, "-k", "nosuchnight", "night.yaml")
    is_one_clear_error(run, PYTEST_NOTHING, "1 deselected")
    is_one_clear_error(user.runs(*PYTEST, "none.yaml"), PYTEST_USAGE, "file or directory not found: none.yaml")
