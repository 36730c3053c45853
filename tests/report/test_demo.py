"""The demonstration shows the same faults without defences and with them, and takes what is installed."""

from __future__ import annotations

import pytest

from harness.report import demo
from harness.scenario.model import Scenario
from tests.runs import HARNESS, user_in


def named(scenario: Scenario) -> list[str]:
    return [fault.name for fault in scenario.faults]


@pytest.mark.parametrize("connector", [False, True])
@pytest.mark.parametrize("real_data", [False, True])
def test_each_fault_is_met_by_the_fragile_chain_and_then_by_the_resilient_one(
    monkeypatch: pytest.MonkeyPatch, connector: bool, real_data: bool
) -> None:
    monkeypatch.setattr(demo, "has_connector", lambda: connector)
    monkeypatch.setattr(demo, "has_real_data", lambda: real_data)
    shown = list(demo.nights())
    fragile, resilient, real = shown[:5], shown[5:10], shown[10:]
    assert [named(scenario) for scenario in fragile] == [named(scenario) for scenario in resilient]
    assert {str(scenario.expect.outcome) for scenario in fragile} == {"damaged"}
    assert "damaged" not in {str(scenario.expect.outcome) for scenario in resilient}
    sources = {file.source for scenario in shown[:10] for file in scenario.chain.files.values()}
    assert sources == {"snowflake" if connector else "http"}
    assert len(real) == real_data


@pytest.mark.exhaustive
def test_the_command_shows_all_of_it_and_every_night_ends_as_expected(tmp_path_factory: pytest.TempPathFactory) -> None:
    with user_in(tmp_path_factory.mktemp("demo")) as user:
        run = user.runs(*HARNESS, "demo")
    assert run.code == 0, run.said
    table = [line.split()[0] for line in run.out.splitlines() if line.startswith(("damaged ", "recovered "))]
    assert table == [str(scenario.expect.outcome) for scenario in demo.nights()]
