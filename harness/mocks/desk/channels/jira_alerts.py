"""The alerts that Jira Service Management keeps, and the requests that it has taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from harness.mocks.desk.message import text_of
from harness.mocks.desk.page_book import PageBook, now_ms

_TERM = re.compile(r"""(status|alias|acknowledged)\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|(\S+))""", re.IGNORECASE)


@dataclass
class Alert:
    """One alert. Its alias is its id, where it was given none."""

    id: str
    tiny_id: int
    alias: str
    message: str
    priority: str
    created_ms: int
    count: int = 1
    status: str = "open"
    acknowledged: bool = False

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "tinyId": str(self.tiny_id),
            "alias": self.alias,
            "message": self.message,
            "status": self.status,
            "acknowledged": self.acknowledged,
            "isSeen": self.acknowledged,
            "count": self.count,
            "priority": self.priority,
            "createdAt": _iso(self.created_ms),
        }


class Alerts:
    """Alerts by id, of which one of an alias may be open; ``requests``: what came of each, by its id."""

    def __init__(self, book: PageBook) -> None:
        self._book = book
        self._alerts: dict[str, Alert] = {}
        self.requests: dict[str, Mapping[str, Any]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._alerts.clear()
        self.requests.clear()

    def trigger(self, alias: str, given: Mapping[str, Any]) -> Alert:
        """The open alert of that alias, which has come once more, or a new one."""
        open_ = self.of_alias(alias) if alias else None
        if open_ is not None and open_.status == "open":
            open_.count += 1
            return open_
        id_ = f"{UUID(self._book.new_id())}-{len(self._alerts) + 1:013}"
        message, priority = text_of(given.get("message")), text_of(given.get("priority")) or "P3"
        self._alerts[id_] = Alert(id_, len(self._alerts) + 1, alias or id_, message, priority, now_ms())
        return self._alerts[id_]

    def act(self, alert: Alert, action: str) -> None:
        """Acknowledge, close or delete it."""
        if action in ("acknowledge", "unacknowledge"):
            alert.acknowledged = action == "acknowledge"
        elif action == "close":
            alert.status = "closed"
        elif action == "delete":
            del self._alerts[alert.id]

    def of_id(self, identifier: str) -> Alert | None:
        """By id, or by the short one."""
        return self._alerts.get(identifier) or next(
            (alert for alert in self._alerts.values() if str(alert.tiny_id) == identifier), None
        )

    def of_alias(self, alias: str) -> Alert | None:
        """The newest of an alias."""
        return next((alert for alert in reversed(self._alerts.values()) if alert.alias == alias), None)

    def listed(self, query: str) -> list[dict[str, Any]]:
        """Those of which the terms ``status``, ``alias`` and ``acknowledged`` of a query hold; the newest first."""
        terms = {name.lower(): next(filter(None, values), "") for name, *values in _TERM.findall(query)}
        shown = [alert.shown() for alert in reversed(self._alerts.values())]
        return [one for one in shown if all(str(one[name]).lower() == said.lower() for name, said in terms.items())]

    def taken(self, action: str, alert: Alert | None, status: str) -> str:
        """Keep what came of a request; its id."""
        id_ = str(UUID(self._book.new_id()))
        self.requests[id_] = {
            "action": action,
            "processedAt": _iso(now_ms()),
            "integrationId": "",
            "isSuccess": alert is not None,
            "success": alert is not None,
            "status": status,
            "alertId": "" if alert is None else alert.id,
            "alias": "" if alert is None else alert.alias,
        }
        return id_


def _iso(ms: int) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"
