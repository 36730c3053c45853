"""The head of the chains of these tests: one file that comes after two, and a job's address of the source."""

from __future__ import annotations

FEED = """
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  forecast:
    name: "forecast_{date:%Y%m%d}.csv"
    arrives: "02:00:04"
    content: {copy: forecast.csv}
environment:
  SOURCE: {from: source.url}
"""
"""What follows goes on with the environment."""
