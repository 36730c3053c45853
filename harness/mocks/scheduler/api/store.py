"""What the API remembers for its clients: their tokens, and the actions that they come back to ask about."""

from __future__ import annotations

import itertools
from typing import Any

from harness.mocks.scheduler.api.api_tokens import ApiTokens
from harness.mocks.scheduler.monitor import Monitor


class Store:
    """Tokens and actions of one night."""

    def __init__(self, monitor: Monitor) -> None:
        self._journal = monitor.context.journal
        self.tokens = ApiTokens(lambda id_, content: self._journal.keep("token", id_, content))
        self.tokens.restore(monitor.kept_tokens)
        self._actions = {(one["kind"], str(one["action"]["id"])): one["action"] for one in monitor.kept_actions}
        self._numbers = itertools.count(len(self._actions) + 1)

    def submit(self, kind: str, action: dict[str, Any]) -> dict[str, Any]:
        """Remember an action by a new id; the action with it."""
        number = next(self._numbers)
        self._actions[kind, str(number)] = submitted = {"id": number, **action}
        self._journal.keep("action", str(number), {"kind": kind, "action": submitted})
        return submitted

    def action(self, kind: str, id_: str) -> dict[str, Any] | None:
        """An action by its id, as a path has it."""
        return self._actions.get((kind, id_))

    def actions(self, kind: str) -> list[dict[str, Any]]:
        """All actions of a kind."""
        return [action for (one, _), action in self._actions.items() if one == kind]
