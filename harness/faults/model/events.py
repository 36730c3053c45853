"""The events that a fault may wait for with ``on``, and why a night never has one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.chain.model import Chain
from harness.contract.events import CONSUMER, EVENTS, Happening
from harness.faults.model.fault import On
from harness.history import VOLATILE
from harness.values.strict import Location, unknown


def never_comes(on: On, chain: Chain) -> Iterator[tuple[Location, str]]:
    """Why no night of the chain has this event: the key of ``on``, what was found and what was expected."""
    recorded = that_set_off({**EVENTS, **dict.fromkeys(chain.consumers, CONSUMER)})
    if on.component not in recorded:
        yield ("component",), unknown("component", on.component, recorded)
        return
    happening = recorded[on.component].get(on.action)
    if happening is None:
        yield ("action",), unknown(f"action of {on.component}", on.action, recorded[on.component])
        return
    its = f"of {on.component}'s {on.action}"
    if on.type is not None and on.type not in happening.types:
        yield ("type",), unknown(f"type {its}", on.type, happening.types)
    fields = that_may_be_named(happening)
    # A job may page under any name; elsewhere these are the chain's own.
    known: dict[str, Mapping[str, Any]] = {"file": chain.files, "folder": chain.folders, "from": chain.jobs}
    if on.component == "scheduler":
        known["job"] = chain.jobs
    for field, wanted in on.value.items():
        if field not in fields:
            yield ("value", field), unknown(f"field {its}", field, fields)
        elif field in known and wanted not in [*known[field]]:
            yield ("value", field), unknown(field, str(wanted), known[field])


def that_set_off(recorded: Mapping[str, Mapping[str, Happening]]) -> dict[str, dict[str, Happening]]:
    """Those of the events that ``on`` may name, by component and action."""
    named = {
        component: {action: happening for action, happening in actions.items() if happening.sets_off}
        for component, actions in recorded.items()
    }
    return {component: actions for component, actions in named.items() if actions}


def that_may_be_named(happening: Happening) -> list[str]:
    """The fields of an event that ``on`` may name: not those of which no scenario can know the value."""
    return [name for name in happening.fields if name not in VOLATILE]
