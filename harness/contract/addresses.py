"""Where an owner is reached: an address of each kind that the desk's channels have, worked out from the owner's name.

Both sides need them: the harness tells a chain's jobs the addresses of its owner, and the desk finds the owner of what
comes in. `Addresses` is all that either knows of it, so that a roster can stand in for the rule.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from harness.contract.roster import Roster

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
    """Whose an address is. ``gone``: it was, and is closed now (the mailbox, the channel, the flow of who has left).

    ``person``: whose own it is, where it is not that of all who are on call for the owner.
    """

    owner: str
    gone: bool = False
    person: str | None = None


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


class RosterAddresses(DerivedAddresses):
    """Those of a roster: of an owner those that it gives, and no other; of a person their mailbox, until they leave.

    An owner without any in the roster, or who is not in it, has those that are made of the name. A page that comes to
    somebody who is on call for several is one for ``owners``, those of the chain, if they are among them.
    """

    def __init__(self, owners: Iterable[str], roster: Roster, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._given = {name: one.addresses for name, one in roster.owners.items() if one.addresses is not None}
        super().__init__({*owners, *roster.owners} - self._given.keys())
        self._roster, self._clock, self._chains = roster, clock, frozenset(owners)
        self._people = {as_mail(one.mail): name for name, one in roster.people.items() if one.mail is not None}
        for owner, addresses in self._given.items():
            for kind, address in addresses.items():
                self._owners[kind][as_mail(address) if kind == "mail" else address] = owner

    def of(self, kind: str, owner: str) -> str:
        """The address that the roster gives, else what is made of the name, which may be nobody's."""
        return self._given.get(owner, {}).get(kind) or super().of(kind, owner)

    def holder(self, kind: str, address: str) -> Holder | None:
        """The owner to whom the roster gives it, or the one for whom the person is on call whose mailbox it is."""
        if kind == "mail":
            address = as_mail(address)
            if (owner := self._owners[kind].get(address)) is not None:
                return Holder(owner)
            if (person := self._people.get(address)) is not None:
                return self._of_person(person)
        return super().holder(kind, address)

    def _of_person(self, person: str) -> Holder | None:
        owner = self._roster.owner_of(person, self._chains)
        gone = self._roster.people[person].away(self._clock()) == "left"
        return None if owner is None else Holder(owner, gone, person)


def addresses_of(owners: Iterable[str], roster: Roster | None) -> Addresses:
    """Those of a night: by its roster, or by the rule."""
    return DerivedAddresses(owners) if roster is None else RosterAddresses(owners, roster)


def as_mail(address: str) -> str:
    """What two spellings of one address have in common."""
    return f"{mailbox(address)}@{address.rpartition('@')[2].lower()}"


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


KINDS: dict[str, Callable[[str], str]] = {
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
end of a path. A channel that users add (`harness.contract.channels`) is one more, here and in what follows."""

_A_PATH = re.compile(r"[\w.-]+", re.ASCII)
ADDRESS_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "mail": (re.compile(r"[^\s@]+@[^\s@]+"), "a mailbox, such as data-ops@example.org"),
    "pagerduty": (re.compile(r"[0-9A-Za-z]{32}"), "a routing key: 32 letters and digits"),
    "servicenow": (re.compile(r"\S.*"), "the name of an assignment group"),
    "slack": (re.compile(r"T\w+/B\w+/\w+", re.ASCII), "the end of a webhook's address: T…/B…/…"),
    "teams": (_A_PATH, "the id of a flow: letters, digits, '-', '_' and '.'"),
    "jira": (re.compile(r"\S.*"), "the id of a team"),
    "jira_key": (re.compile(r"\S+"), "the key of an integration"),
    "webhook": (_A_PATH, "the end of a hook's path: letters, digits, '-', '_' and '.'"),
}
"""What an author can give an owner an address of, and what it looks like."""

OWN_PATHS: dict[str, str] = {}
"""Of each channel that users have added: where it is at the desk, with ``{address}`` in it."""

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
    for channel, path in OWN_PATHS.items():
        address = addresses.of(channel, owner)
        found |= {f"{channel}_url": f"{url}{path.format(address=address)}", f"{channel}_address": address}
    return {f"desk.{name}": value for name, value in found.items()}


DESK_PLACES = tuple(desk_places("", "", DerivedAddresses(())))
"""What an environment variable may be taken from, of the desk's own channels; each is of the chain's owner."""
