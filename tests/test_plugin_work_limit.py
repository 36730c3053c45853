"""The plugin's limit of work: the command line's, else the ini file's, else the chain's."""

from __future__ import annotations

import pytest

from harness.errors import AuthorError
from harness.plugin import _work_limit

pytest_plugins = ["pytester"]

NO_HYPOTHESIS = "-pno:hypothesispytest"
"""Its plugin minds to be loaded into a process in which its tests have run."""


@pytest.mark.parametrize(
    ("ini", "arguments", "limit", "said"),
    [
        ("", (), None, None),
        ("night_work_limit = 20m", (), "20m", "tox.ini: night_work_limit"),
        ("night_work_limit = 20m", ("--work-limit", "1h"), "1h", "--work-limit"),
        ("night_work_limit = 20m", ("--work-limit", "none"), "None", "--work-limit"),
    ],
)
def test_the_command_line_goes_before_the_ini_file(
    pytester: pytest.Pytester, ini: str, arguments: tuple[str, ...], limit: str | None, said: str | None
) -> None:
    pytester.makefile(".ini", tox=f"[pytest]\n{ini}\n")
    found = _work_limit(pytester.parseconfig(NO_HYPOTHESIS, *arguments))
    if limit is None or said is None:
        assert found is None
    else:
        assert found is not None
        assert str(found.limit) == limit
        assert found.said.endswith(said)


def test_a_wrong_one_is_told_with_its_place(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", tox="[pytest]\nnight_work_limit = 20\n")
    with pytest.raises(AuthorError, match=r"tox\.ini: night_work_limit: found '20', expected a duration"):
        _work_limit(pytester.parseconfig(NO_HYPOTHESIS))
