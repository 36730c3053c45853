"""What `harness schema` prints: the JSON Schema of a format, or the history's page for readers."""

from __future__ import annotations

import json
import sys
from typing import Any

from harness.errors import AuthorError


def show(name: str, *, as_markdown: bool) -> None:
    """The schema of a format (chain, roster, scenario, history); AuthorError for a page of one that has none."""
    if not as_markdown:
        sys.stdout.write(json.dumps(_schema(name), indent=2) + "\n")
    elif name == "history":
        from harness.report.catalogue.show_events import markdown

        sys.stdout.write(markdown())
    else:
        raise AuthorError(
            f"--markdown: found {name}, expected history; fixtures/chains/README.md is the page of the other formats"
        )


def _schema(name: str) -> dict[str, Any]:
    if name == "history":
        from harness.contract.events.schema import history_schema

        return history_schema()
    from harness.scenario.schemas import chain_schema, roster_schema, scenario_schema

    return {"chain": chain_schema, "roster": roster_schema, "scenario": scenario_schema}[name]()
