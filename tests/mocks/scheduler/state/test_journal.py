"""The journal's lines."""

from __future__ import annotations

import json

from tests.mocks.scheduler.scheduler_stage import Stage


def test_a_line_that_was_cut_off_costs_only_itself(stage: Stage) -> None:
    from harness.mocks.scheduler.state.journal import Journal

    path = stage.folder / "cut" / "journal.jsonl"
    journal = Journal(path)
    journal.begin({"date": "2026-11-23"})
    journal.keep("threshold", "rows", {"value": 1})
    journal.close()
    path.write_text(path.read_text() + json.dumps(["threshold", "rows", {"value": 2}])[:-4])
    again = Journal(path)
    assert again.read()["threshold"] == {"rows": {"value": 1}}
    again.close()
