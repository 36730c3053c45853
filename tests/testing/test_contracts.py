"""The contracts for anybody's fault, check and format: what keeps them passes, and what breaks one is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from harness import Fault, Finding, LaunchFailure, System
from harness.checks import CHECKS
from harness.faults import FAULTS
from harness.formats import FORMATS, Column
from harness.testing import CheckContract, FaultContract, FormatContract, history_of
from tests.checks.nights import BASELINE, calm, night

EXAMPLE = LaunchFailure(job="retrieve", times=1)


class TestLaunchFailure(FaultContract):
    example = EXAMPLE


class TestOnTime(CheckContract):
    name = "on_time"
    examples = {
        "holds": (night(*calm()), BASELINE),
        "violated": (night(*calm(until="07:00:00")), BASELINE),
        "unknown": (night(*calm()), history_of()),
    }


class TestJsonLines(FormatContract):
    name = "jsonl"
    columns = (Column("site", "text"), Column("pieces", "integer"))
    rows = [["Lyon", 3], ["", -1]]

    def read(self, data: bytes) -> Iterator[list[Any]]:
        import json

        return (list(json.loads(line).values()) for line in data.splitlines())


def claims(contract: type) -> Iterator[str]:
    return (
        name for name in vars(contract) if name.startswith("test_") and name != "test_it_leaves_a_receipt_in_a_night"
    )


def broken_claims(contract: Any, base: type) -> set[str]:
    """The claims of a contract that fail."""
    broken = set()
    for name in claims(base):
        try:
            getattr(contract(), name)()
        except Exception:
            broken.add(name)
    return broken


@contextmanager
def _swallows(self: Fault, system: System) -> Iterator[None]:
    with suppress(Exception):
        yield


@contextmanager
def _stays(self: Fault, system: Any) -> Iterator[None]:
    system.armed_now.append(self)
    yield


@pytest.mark.parametrize(
    ("inject", "broken"),
    [
        (
            _swallows,
            {
                "test_it_acts_or_leaves_a_receipt_while_it_is_injected_and_not_after",
                "test_it_is_rolled_back_when_the_scenario_fails_half_way",
            },
        ),
        (
            _stays,
            {
                "test_it_acts_or_leaves_a_receipt_while_it_is_injected_and_not_after",
                "test_it_is_rolled_back_when_the_scenario_fails_half_way",
            },
        ),
    ],
)
def test_an_injection_that_is_no_rollback_is_told(
    monkeypatch: pytest.MonkeyPatch, inject: Any, broken: set[str]
) -> None:
    monkeypatch.setattr(type(EXAMPLE), "inject", inject)
    assert broken_claims(TestLaunchFailure, FaultContract) == broken


def test_a_fault_that_no_file_can_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FAULTS, "launch_failure")
    assert "test_it_is_registered_under_its_name" in broken_claims(TestLaunchFailure, FaultContract)


def test_a_check_that_cannot_fail_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    always = replace(CHECKS["on_time"], judge=lambda night, baseline: Finding.holds("always"))
    monkeypatch.setitem(CHECKS, "on_time", always)
    assert "test_it_finds_in_each_night_what_it_should" in broken_claims(_Sentence(TestOnTime), CheckContract)


class _Sentence:
    """A contract made anew for each claim; the lambda of the test has no docstring, and claims of it are not asked."""

    def __init__(self, contract: type) -> None:
        self.contract = contract

    def __call__(self) -> Any:
        made = self.contract()
        for name in ("test_it_has_a_night_for_each_thing_that_it_can_find", "test_it_says_in_one_line_what_must_hold"):
            setattr(made, name, lambda: None)
        return made


def test_a_format_that_loses_a_record_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    whole = FORMATS["jsonl"].write

    def losing(table: Any, layout: Any, out: Any) -> Any:
        class Without:
            def write(self, data: bytes) -> None:
                out.write(data.rpartition(b"{")[0])

        return whole(table, layout, Without())

    monkeypatch.setitem(FORMATS, "jsonl", replace(FORMATS["jsonl"], write=losing))
    assert "test_what_is_written_is_read_back" in broken_claims(TestJsonLines, FormatContract)
