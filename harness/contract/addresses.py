"""Where an owner is reached: an address of each kind that the desk's channels have, worked out from the owner's name.

Both sides need them: the harness tells a chain's jobs the addresses of its owner, and the desk finds the owner of what
comes in. `Addresses` is all that either knows of it, so that a roster can stand in for the rule.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

MAIL_DOMAIN = "night.example"
"""Reserved for texts (RFC 2606), so a mail that leaves a night by mistake reaches nobody."""

AUTHORITY_FILE = "desk-authority.pem"
"""In a stack's directory: who signed the desk's certificate, for a client that looks."""

LONGEST_SLUG = 40
"""Of a name in an address: a mailbox has at most 64 characters (RFC 5321, 4.5.3.1.1)."""

CLOUD_ID = "0a1b2c3d-0000-4000-8000-6e6967687400"
"""The site at Atlassian; the desk takes any."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an address is. ``gone``: it was, and is closed now (the mailbox, the channel, the flow of who has left)."""

    owner: str
    gone: bool = False


class Addresses(Protocol):
    """Which owner has which address. ``kind`` is one of `KINDS`."""

    def of(self, kind: str, owner: str) -> str:
        """The address of an owner."""

    def holder(self, kind: str, address: str) -> Holder | None:
        """Whose it is; None if it is nobody's."""


class DerivedAddresses:
    """The rule where there is no roster: each of these owners has every address, made of the owner's name."""

    def __init__(self, owners: Iterable[str]) -> None:
        self._owners: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for owner in sorted(set(owners)):
            for kind in KINDS:
                self._owners[kind][self.of(kind, owner)] = owner
                if kind in _ALSO_BY_NAME:
                    self._owners[kind].setdefault(owner, owner)

    def of(self, kind: str, owner: str) -> str:
        """The address that is made of the name."""
        return KINDS[kind](owner)

    def holder(self, kind: str, address: str) -> Holder | None:
        """The owner from whose name it would be made."""
        if kind == "mail":
            address = f"{mailbox(address)}@{MAIL_DOMAIN}"
        owner = self._owners[kind].get(address)
        return None if owner is None else Holder(owner)


def mailbox(address: str) -> str:
    """The local part by which a mailbox is known: in lower case, and without what follows a plus."""
    return address.rpartition("@")[0].partition("+")[0].lower() or address.lower()


def slug(owner: str) -> str:
    """A name as part of an address; a name that says the same in other letters has another one."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", owner.lower()).strip("-.")
    return (
        plain
        if plain == owner and len(plain) <= LONGEST_SLUG
        else f"{plain[:LONGEST_SLUG] or 'owner'}-{_digest('name', owner)[:6]}"
    )


def _digest(kind: str, owner: str) -> str:
    return hashlib.sha256(f"{kind}/{owner}".encode()).hexdigest()


def _slack(owner: str) -> str:
    found = _digest("slack", owner).upper()
    return f"T{found[:10]}/B{found[10:20]}/{found[20:44].lower()}"


KINDS: Mapping[str, Callable[[str], str]] = {
    "mail": lambda owner: f"{slug(owner)}@{MAIL_DOMAIN}",
    "pagerduty": lambda owner: _digest("pagerduty", owner)[:32],
    "servicenow": lambda owner: owner,
    "servicenow_id": lambda owner: _digest("servicenow", owner)[:32],
    "slack": _slack,
    "teams": lambda owner: _digest("teams", owner)[:32],
    "jira": lambda owner: str(UUID(_digest("jira", owner)[:32])),
    "jira_key": lambda owner: str(UUID(_digest("jira_key", owner)[:32])),
    "webhook": slug,
}
"""Mailbox; routing key; name and sys_id of a group; path of a hook; id of a flow; id of a team; key of an integration;
end of a path."""

_ALSO_BY_NAME = ("jira", "webhook")


def teams_signature(flow: str) -> str:
    """What stands behind ``sig=`` in the address of a flow: who knows it may post."""
    return _digest("teams signature", flow)[:43]


def desk_places(url: str, owner: str, addresses: Addresses) -> dict[str, str]:
    """What a job is told of the desk beside its address: where its channels take a page for this owner."""
    flow = addresses.of("teams", owner)
    query = f"api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={teams_signature(flow)}"
    found = {
        "mail": addresses.of("mail", owner),
        "pagerduty_url": f"{url}/v2/enqueue",
        "routing_key": addresses.of("pagerduty", owner),
        "servicenow_url": f"{url}/api/now/table/incident",
        "assignment_group": addresses.of("servicenow", owner),
        "slack_url": f"{url}/services/{addresses.of('slack', owner)}",
        "teams_url": f"{url}/powerautomate/automations/direct/workflows/{flow}/triggers/manual/paths/invoke?{query}",
        "jira_url": f"{url}/jsm/ops/api/{CLOUD_ID}/v1/alerts",
        "jira_team": addresses.of("jira", owner),
        "jira_integration_url": f"{url}/jsm/ops/integration/v2/alerts",
        "jira_key": addresses.of("jira_key", owner),
        "webhook_url": f"{url}/hooks/{addresses.of('webhook', owner)}",
    }
    return {f"desk.{name}": value for name, value in found.items()}


DESK_PLACES = tuple(desk_places("", "", DerivedAddresses(())))
"""What an environment variable may be taken from, of the desk's channels; each is of the chain's owner."""
