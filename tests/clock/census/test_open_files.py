"""How many files the clock may open: raised as far as a system lets it be."""

from __future__ import annotations

import resource

import pytest

from harness.clock.census.open_files import allow_all_files


@pytest.mark.parametrize("refusal", [ValueError("current limit exceeds maximum limit"), PermissionError(1, "no")])
def test_a_limit_that_the_system_does_not_let_be_raised_stays_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """macOS refuses "as many as it has", though it calls that the most (RLIM_INFINITY)."""

    def refuse(kind: int, limits: tuple[int, int]) -> None:
        assert (kind, limits) == (resource.RLIMIT_NOFILE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        raise refusal

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_all_files()
