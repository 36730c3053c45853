"""The repository's own conftest: what is left out by default, how it is asked for, and signals that pytest ignores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import PYTEST, User, user_in

TOP = Path(__file__).parents[1]
TESTS = """
import pytest

def test_one(): pass

@pytest.mark.exhaustive
@pytest.mark.parametrize("case", ["a", "b"])
def test_all(case): pass

class TestAll:
    @pytest.mark.exhaustive
    def test_too(self): pass
"""


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    (tmp_path / "conftest.py").write_text((TOP / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = exhaustive\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "test_it.py").write_text(TESTS)
    with user_in(tmp_path) as user:
        yield user


def ended(user: User, *arguments: str) -> str:
    run = user.runs(*PYTEST, "-q", *arguments)
    assert run.code == 0, run.said
    return run.out.splitlines()[-1].rpartition(" in ")[0]


def test_what_is_exhaustive_is_deselected_and_not_skipped(user: User) -> None:
    assert ended(user, "sub/test_it.py") == "1 passed, 3 deselected"
    assert ended(user, "--exhaustive") == "4 passed"


def test_with_workers_it_is_said_at_the_head_what_is_left_out(user: User) -> None:
    run = user.runs(*PYTEST, "-n", "1")
    assert "exhaustive tests are left out" in run.out
    assert "1 passed" in run.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (("sub/test_it.py::test_all[b]", "sub/../sub/test_it.py::TestAll"), "2 passed"),
        (("sub/test_it.py::test_all", "sub/test_it.py::TestAll::test_too"), "3 passed"),
    ],
)
def test_what_is_named_by_its_node_id_runs(user: User, nodes: tuple[str, ...], said: str) -> None:
    assert ended(user, *nodes) == said


def test_users_of_the_plugin_have_no_such_option(tmp_path: Path) -> None:
    with user_in(tmp_path) as user:
        run = user.runs(*PYTEST, "--exhaustive")
    assert (run.code, "unrecognized arguments: --exhaustive" in run.err) == (pytest.ExitCode.USAGE_ERROR, True)


IGNORES = """
import os, signal, subprocess, sys
def test_it():
    for signo in (signal.SIGHUP, signal.SIGINT):
        ask = f"import signal; print(signal.getsignal({signo:d}) in (signal.SIG_DFL, signal.default_int_handler))"
        assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout == "True\\n"
        os.kill(os.getpid(), signo)
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "worker"])
def test_signals_that_pytest_was_told_to_ignore_end_the_tests_programs_and_not_pytest(
    user: User, workers: tuple[str, ...]
) -> None:
    """``nohup`` ignores SIGHUP, a shell without job control the SIGINT of what it starts in the background."""
    (user.folder / "sub" / "test_it.py").write_text(IGNORES)
    run = user.runs("sh", "-c", 'trap "" HUP INT; exec "$@"', "sh", *PYTEST, "-q", *workers)
    assert run.code == 0, run.said
