"""The incidents that ServiceNow keeps, and how a client chooses among them: ``sysparm_query`` and its like."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.mocks.core.documents import whole_number
from harness.mocks.desk.message import text_of
from harness.mocks.desk.page_book import PageBook

DEFAULTS = {
    "state": "1",
    "active": "true",
    "impact": "3",
    "urgency": "3",
    "priority": "5",
    "category": "inquiry",
    "short_description": "",
    "description": "",
    "assignment_group": "",
    "assigned_to": "",
    "caller_id": "",
    "cmdb_ci": "",
    "business_service": "",
    "subcategory": "",
    "contact_type": "",
    "correlation_id": "",
    "correlation_display": "",
    "close_code": "",
    "close_notes": "",
    "opened_at": "",
    "resolved_at": "",
    "sys_created_on": "",
    "sys_updated_on": "",
    "sys_mod_count": "0",
}
STATES = {"1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled"}
FIRST_NUMBER = 10_001
DEFAULT_LIMIT = 10_000
_READ_ONLY = ("sys_id", "number", "sys_created_on", "sys_updated_on", "sys_mod_count", "opened_at")
_REFERENCES = {"assignment_group": "sys_user_group"}

_OPERATORS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("ISNOTEMPTY", lambda has, _: bool(has)),
    ("ISEMPTY", lambda has, _: not has),
    ("NOT IN", lambda has, said: has not in said.split(",")),
    ("STARTSWITH", lambda has, said: has.lower().startswith(said.lower())),
    ("ENDSWITH", lambda has, said: has.lower().endswith(said.lower())),
    ("NOT LIKE", lambda has, said: said.lower() not in has.lower()),
    ("LIKE", lambda has, said: said.lower() in has.lower()),
    ("IN", lambda has, said: has in said.split(",")),
    ("!=", lambda has, said: has != said),
    (">=", lambda has, said: has >= said),
    ("<=", lambda has, said: has <= said),
    (">", lambda has, said: has > said),
    ("<", lambda has, said: has < said),
    ("=", lambda has, said: has == said),
)


@dataclass
class Record:
    """One record: every value is a text. ``names``: what a reference shows for the sys_id that it holds."""

    fields: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)

    @property
    def sys_id(self) -> str:
        """Its own."""
        return self.fields["sys_id"]

    def update(self, given: Mapping[str, Any]) -> None:
        """Take the columns that there are; others are passed over in silence, as the platform does."""
        for name, value in given.items():
            if (name in self.fields or name.startswith("u_")) and name not in _READ_ONLY:
                self.fields[name] = text_of(value)
        if given.get("incident_state") is not None:
            self.fields["state"] = text_of(given["incident_state"])
        by_name = {name.lower(): number for number, name in STATES.items()}
        self.fields["state"] = by_name.get(self.fields["state"].lower(), self.fields["state"])
        self.fields["active"] = "false" if self.fields["state"] in ("7", "8") else "true"
        self.fields["sys_mod_count"] = str(int(self.fields["sys_mod_count"]) + 1)
        self.fields["sys_updated_on"] = _now()

    def shown(self, query: Mapping[str, str], base: str) -> dict[str, Any]:
        """What a client that asks like this is shown of it."""
        wanted = [name.strip() for name in query.get("sysparm_fields", "").split(",") if name.strip()]
        return {name: self._value(name, query, base) for name in wanted or self.fields}

    def compared(self, name: str) -> str:
        """What a query compares: a reference by its sys_id, ``assignment_group.name`` by what it shows."""
        reference, dot, _ = name.partition(".")
        return self.names.get(reference, "") if dot else self.fields.get(name, "")

    def _value(self, name: str, query: Mapping[str, str], base: str) -> Any:
        value = self.compared(name)
        display = self.names.get(name, value) if name != "state" else STATES.get(value, value)
        link = f"{base}/{_REFERENCES[name]}/{value}" if value and name in _REFERENCES else None
        match query.get("sysparm_display_value", "false"):
            case "true":
                bare: Any = display
                return {"display_value": display, "link": link} if link and _links(query) else bare
            case "all":
                both = {"display_value": display, "value": value}
                return both | {"link": link} if link and _links(query) else both
        return {"link": link, "value": value} if link and _links(query) else value


class Incidents:
    """Every incident of the night, in the order in which they came."""

    def __init__(self, book: PageBook) -> None:
        self._book = book
        self._records: dict[str, Record] = {}
        self._made = 0

    def clear(self) -> None:
        """Forget all."""
        self._records.clear()
        self._made = 0

    def create(self, given: Mapping[str, Any]) -> Record:
        """A new one, with a number of its own."""
        fields = DEFAULTS | {"sys_id": self._book.new_id(), "number": f"INC{FIRST_NUMBER + self._made:07}"}
        self._made += 1
        record = Record(fields | {"opened_at": _now(), "sys_created_on": _now(), "sys_mod_count": "-1"})
        record.update(given)
        self._records[record.sys_id] = record
        return record

    def get(self, sys_id: str) -> Record | None:
        """By sys_id."""
        return self._records.get(sys_id)

    def remove(self, record: Record) -> None:
        """Delete one."""
        del self._records[record.sys_id]

    def all(self) -> list[Record]:
        """Those that there are."""
        return list(self._records.values())


def selected(records: Iterable[Record], query: Mapping[str, str]) -> tuple[list[Record], int]:
    """The page of records that is asked for, and how many there are on all pages."""
    conditions = query.get("sysparm_query", "").split("^") if query.get("sysparm_query") else []
    conditions += [f"{name}={value}" for name, value in query.items() if not name.startswith("sysparm_")]
    orders = [part for part in conditions if part.startswith("ORDERBY")]
    found = [one for one in records if _holds(one, [part for part in conditions if part not in orders])]
    for order in reversed(orders):
        descending = order.startswith("ORDERBYDESC")
        name = order.removeprefix("ORDERBYDESC").removeprefix("ORDERBY")
        found.sort(key=lambda one, name=name: one.compared(name), reverse=descending)  # type: ignore[misc]
    offset = whole_number(query.get("sysparm_offset", "")) or 0
    limit = whole_number(query.get("sysparm_limit", ""))
    return found[offset : offset + (DEFAULT_LIMIT if limit is None else limit)], len(found)


def _holds(record: Record, conditions: Iterable[str]) -> bool:
    """Whether all conditions hold; one that begins with OR is an alternative to the one before it."""
    groups: list[list[str]] = []
    for condition in conditions:
        if condition.startswith("OR") and groups and _split(condition[2:]) is not None:
            groups[-1].append(condition[2:])
        elif condition:
            groups.append([condition])
    return all(any(_holds_one(record, one) for one in group) for group in groups)


def _holds_one(record: Record, condition: str) -> bool:
    """Whether it holds; what cannot be read is passed over, as the platform does unless it is told otherwise."""
    if (split := _split(condition)) is None:
        return True
    name, holds, said = split
    return holds(record.compared(name), said)


def _split(condition: str) -> tuple[str, Callable[[str, str], bool], str] | None:
    end = next((at for at, letter in enumerate(condition) if not (letter.islower() or letter in "._0123456789")), 0)
    name, rest = condition[:end], condition[end:]
    for operator, holds in _OPERATORS:
        if name and rest.startswith(operator):
            return name, holds, rest.removeprefix(operator)
    return None


def _links(query: Mapping[str, str]) -> bool:
    return query.get("sysparm_exclude_reference_link", "false") != "true"


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
