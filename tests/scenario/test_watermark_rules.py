"""What is wrong with a chain's watermarks."""

from __future__ import annotations

import pytest

from harness.chain.rules import chain_mistakes

CHAIN = {"folders": {"state": {}}, "consumers": {"planning": {}}}


@pytest.mark.parametrize(
    ("mark", "place", "text"),
    [
        ({"folder": "stat", "file": "m"}, "folder", "unknown folder 'stat'. Did you mean 'state'?"),
        ({"folder": "state", "file": "../m"}, "file", "found '../m', expected a file's name, as seen from its folder"),
        ({"folder": "state", "file": "/m"}, "file", "found '/m', expected a file's name, as seen from its folder"),
        (
            {"folder": "state", "file": "m", "consumers": ["plan"]},
            "consumers",
            "unknown consumer 'plan'. Did you mean 'planning'?",
        ),
    ],
)
def test_it_is_told_at_its_place(mark: dict[str, object], place: str, text: str) -> None:
    found = [told for told in chain_mistakes(CHAIN | {"watermarks": {"loaded": mark}}) if told[0][0] == "watermarks"]
    assert [location[2] for location, _ in found] == [place]
    assert found[0][1].startswith(text)


def test_without_consumers_nobody_could_hold_what_it_has_passed() -> None:
    found = list(chain_mistakes({"folders": {"s": {}}, "watermarks": {"loaded": {"folder": "s", "file": "m"}}}))
    assert (
        ("watermarks", "loaded"),
        "the watermark 'loaded' has no consumer that could hold what it has passed",
    ) in found
