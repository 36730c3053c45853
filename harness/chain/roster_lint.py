"""What is wrong with the people of a chain before go-live: who has left, who is nobody's, what nobody answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from harness.chain.job import FromPlace
from harness.chain.model import Chain
from harness.chain.roster import Roster
from harness.values.strict import Location

Said = Iterator[tuple[Location, Literal["error", "warning"], str, str]]

_KINDS = {
    "desk.mail": "mail",
    "desk.routing_key": "pagerduty",
    "desk.assignment_group": "servicenow",
    "desk.slack_url": "slack",
    "desk.teams_url": "teams",
    "desk.jira_team": "jira",
    "desk.jira_key": "jira_key",
    "desk.webhook_url": "webhook",
}
"""Of which kind the address is that a place gives."""


def roster_findings(chain: Chain) -> Said:
    """All of them; none of a chain without a roster."""
    if chain.roster is None:
        return
    yield from _nobody_on_call(chain, chain.roster)
    yield from _leavers(chain.roster)
    yield from _idle(chain.roster)
    if not chain.switched_off:
        yield from _alone(chain.roster)
    yield from _no_address(chain, chain.roster)


def _nobody_on_call(chain: Chain, roster: Roster) -> Said:
    for owner in chain.owners:
        if owner not in roster.owners:
            own = [name for name, job in chain.jobs.items() if job.owner == owner]
            location: Location = ("jobs", own[0], "owner") if own and owner != chain.owner else ("owner",)
            text = f"'{owner}' is paged, and has nobody on call in {chain.oncall}"
            yield location, "error", text, f"add it there: owners: {{{owner}: {{on_call: [...]}}}}"


def _leavers(roster: Roster) -> Said:
    for name, owner in roster.owners.items():
        for position, person in enumerate(owner.on_call):
            if (left := roster.people[person].left) is not None and left < dt.date.max:
                text = f"'{person}' has left on {left}, and is still on call for '{name}'"
                yield ("oncall", "owners", name, "on_call", position), "warning", text, "take them out of the order"


def _idle(roster: Roster) -> Said:
    called = {person for owner in roster.owners.values() for person in owner.on_call}
    for person in roster.people:
        if person not in called:
            todo = "put them into the order of an owner, or drop them"
            yield ("oncall", "people", person), "warning", f"'{person}' is on call for nobody", todo


def _alone(roster: Roster) -> Said:
    for name, owner in roster.owners.items():
        if owner.escalate_after is None or len(owner.on_call) == 1:
            text = f"nobody is told when who is on call for '{name}' does not answer"
            todo = "name a second person, and escalate_after: 15m"
            yield ("oncall", "owners", name), "warning", text, todo


def _no_address(chain: Chain, roster: Roster) -> Said:
    """A job that is told an address which is nobody's pages nobody."""
    known = roster.owners.get(chain.owner)
    if known is None or known.addresses is None:
        return
    environments: list[tuple[Location, object]] = [
        (("environment", variable), value) for variable, value in chain.environment.items()
    ]
    for name, job in chain.jobs.items():
        environments += [
            (("jobs", name, "environment", variable), value) for variable, value in job.environment.items()
        ]
    for location, value in environments:
        kind = _KINDS.get(value.place) if isinstance(value, FromPlace) else None
        if kind is not None and kind not in known.addresses and isinstance(value, FromPlace):
            text = f"'{location[-1]}' takes '{value.place}', and '{chain.owner}' has no address of {kind}"
            todo = f"give it one in {chain.oncall}, or page it by {', '.join(known.addresses)}"
            yield location, "error", f"{text}: a page that is sent there is nobody's", todo
