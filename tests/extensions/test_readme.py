"""The page about what users add says of every point what there is."""

from __future__ import annotations

import re
from pathlib import Path

from harness.contract.points import POINTS

PAGE = (Path(__file__).parents[2] / "harness/extensions/README.md").read_text()


def test_it_has_every_point_with_what_it_says_of_itself_and_its_effects() -> None:
    rows = re.findall(r"^\| `(\w+)` \((\w+)\) \| [^|]+ \| ([^|]*) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)
    found = {
        name: (mock, re.findall(r"`(\w+)`", where), re.findall(r"\.(\w+)`", kinds)) for name, mock, where, kinds in rows
    }
    assert found == {
        point.name: (point.component, [*point.where], [kind.__name__ for kind in point.ours])
        for point in POINTS.values()
    }
