"""The agent: it starts jobs where they run, and ends all that they leave behind."""

from pathlib import Path

COMPILED = Path(__file__).with_name("night-agent")
"""The compiled agent, where there was a compiler at install time; else `harness.stack.agent` runs as a module."""
