"""The channels of the desk: the names of ours, and what both sides of a stack know of those that users add."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from harness.contract.addresses import ADDRESS_FORMS, KINDS, OWN_PATHS, slug
from harness.contract.bounds import ContractError

OURS = ("pages", "mail", "pagerduty", "servicenow", "slack", "teams", "jira", "webhook")
"""How a page comes; ``pages`` is the desk's own, by which the scheduler pages."""

TAKEN = (*KINDS, "pages", "v2", "api", "services", "powerautomate", "workflows", "jsm", "hooks", "authority", "night")
"""Names that stand for something else already, in an address or among the places of jobs."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ADDRESS = "{address}"


@dataclass(frozen=True, slots=True)
class OwnChannel:
    """A channel that users have added: where it is at the desk, and the module that says so."""

    path: str
    module: str


OWN: dict[str, OwnChannel] = {}
"""Those that are registered by now, by the names that rosters, scenarios and the history have for them."""


def desk_channel(
    name: str,
    *,
    path: str,
    address: Callable[[str], str] = slug,
    form: tuple[str, str] = (r"[\w.-]+", "letters, digits, '-', '_' and '.'"),
) -> None:
    """Register a channel of the desk of your own; what it takes is said inside the mocks, under ``@takes_pages(name)``.

    path: where it is, below the desk's address: ``/<name>/…``, with ``{address}`` where an owner's address stands. A
    job is told it as ``desk.<name>_url``, and the owner's address alone as ``desk.<name>_address``. address: makes it
    of an owner's name, where no roster gives another. form: a pattern of all that is one, and its words for an error.

    Raises ContractError for a name that is taken, and for a path of another shape.
    """
    module, said = str(sys._getframe(1).f_globals.get("__name__", "?")), f"desk_channel({name!r})"
    if not _NAME.fullmatch(name):
        raise ContractError(f"{said}: found the name {name!r}, expected small letters, digits and '_'")
    if name in OWN or name in TAKEN:
        first = f" (the first is in {OWN[name].module})" if name in OWN else ""
        raise ContractError(f"{said}: found a name that is taken{first}; choose another")
    if not path.startswith(f"/{name}/") or path.count(_ADDRESS) != 1 or set("{}") & set(path.replace(_ADDRESS, "")):
        raise ContractError(f"{said}: found the path {path!r}, expected '/{name}/…' with one {_ADDRESS} in it")
    OWN[name] = OwnChannel(path, module)
    KINDS[name], OWN_PATHS[name] = address, path
    ADDRESS_FORMS[name] = re.compile(form[0]), form[1]
