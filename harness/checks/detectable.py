"""What goes wrong with a file can be noticed by the chain."""

from __future__ import annotations

from typing import Any

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.history import History


def _in_need_of_a_control(night: History) -> list[dict[str, Any]]:
    """The faults that no client and no scheduler reports: nothing but a control of the chain can tell."""
    return [fault for fault in begin_event(night).value["faults"] if fault.get("detectable_by") is not None]


@check("detectable", violated=Outcome.INCONCLUSIVE, applies=lambda night, _: bool(_in_need_of_a_control(night)))
def detectable(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """Each fault in a file that acted is one that some control of the chain, not switched off, can detect.

    Without a control that can tell, data that is right is right by luck.

    Applies: to nights with a fault in a file that does not show by itself, as an error or as silence does.
    Unknown: when none of them acted.
    Does not verify: that the control is there and does its work; what counts is what the chain declares under
    ``detects``, and the other checks see what came of it.
    """
    acted = {event.value.get("id") for event in night.of("fault")}
    faults = [fault for fault in _in_need_of_a_control(night) if fault["id"] in acted]
    if not faults:
        return Finding.unknown("no fault in a file acted, so nothing had to be detected")
    controls = begin_event(night).value.get("controls", {})
    blind, seen = [], []
    for fault in faults:
        able = [control for control in fault["detectable_by"] if control in controls]
        if able:
            seen.append(f"{fault['name']} by {', '.join(able)}")
        else:
            blind.append(f"{fault['name']} (by {', '.join(fault['detectable_by']) or 'nothing at all'})")
    if not blind:
        return Finding.holds(f"the chain can detect {'; '.join(seen)}")
    told = f"it has {', '.join(controls)}" if controls else "it has none; a defence says what it detects: [checksum]"
    return Finding.violated(
        f"no control of the chain can detect {blind[0]}: {told}", undetectable=blind, controls=list(controls)
    )
