"""Jira Service Management's alerts, by both of its doors.

Documents: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts
(``/jsm/ops/api/{cloudId}/v1/alerts``, with a user and an API token) and .../api-group-integration-events
(``/jsm/ops/integration/v2/alerts``, with ``Authorization: GenieKey …`` of an integration, which belongs to a team).
Both answer 202 with a request's id before anything has happened, so what comes of it has to be asked for: an alert
without a responder, or an identifier that no alert has, is accepted and wakes nobody. There may be one open alert of an
alias; what comes again is counted on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from aiohttp import BasicAuth, web

from harness.contract.addresses import Holder
from harness.contract.endpoints import DESK
from harness.mocks.core.documents import NoDocument, document
from harness.mocks.core.incoming import whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.channels.channel import other_methods, require_json
from harness.mocks.desk.channels.jira_alerts import Alert, Alerts
from harness.mocks.desk.message import Message, fields_of_json, lines_of_json, text_of
from harness.mocks.desk.page_book import Door, PageBook

API = "/jsm/ops/api/{cloud}/v1/alerts"
INTEGRATION = "/jsm/ops/integration/v2/alerts"
PROCESSED = "Request will be processed"
TOOK_S = 0.005
RESPONDERS = 50
LONGEST = {"message": 130, "alias": 512}
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
_SCOPE = ""
"""Aliases are a site's, and not a team's."""


class Jira:
    """Alerts in; each team and user among the responders is told once while the alias is open."""

    name = "jira"

    def __init__(self, book: PageBook) -> None:
        self._book = book
        self._alerts = Alerts(book)

    def routes(self) -> Iterable[web.RouteDef]:
        """The alerts of a site, and those of an integration."""
        for base in (API, INTEGRATION):
            yield web.post(base, self._create)
            yield web.get(base, self._list)
            yield web.get(f"{base}/requests/{{request}}", self._request)
            yield web.get(f"{base}/{{alert}}", self._shown)
            yield web.post(f"{base}/{{alert}}/{{action}}", self._act)
            yield web.delete(f"{base}/{{alert}}", self._act)
        yield web.route("*", "/jsm/{rest:.*}", self._nothing)

    def reset(self) -> None:
        """No alert of the last night is left."""
        self._alerts.clear()

    def refused(self, _: web.Request, refusal: Refusal) -> web.Response:
        """A request that cannot be processed, and why, field by field."""
        match refusal.status:
            case 401:
                return self._no(401, "Could not authenticate")
            case 422:
                said = "Request body is not processable. Please check the errors."
                return self._no(422, said, errors={refusal.field: str(refusal)})
        return self._no(refusal.status, str(refusal))

    async def _create(self, request: web.Request) -> web.Response:
        team = self._team(request)
        given = await _given(request)
        _check(given)
        responders = given.get("responders")
        alert = self._alerts.trigger(text_of(given.get("alias")), given)
        message = _message(given)
        asked = [_named(one) for one in responders or []]
        told = {address: self._book.addresses.holder("jira", address) for address in asked if address}
        if not told and team is not None:
            told = {self._book.addresses.of("jira", team.owner): team}
        for address, holder in told.items():
            door = Door(self.name, address, alert.alias, made=not given.get("alias"))
            if holder is None or holder.gone:
                why = "accepted, and nobody is told: there is no such responder"
                self._book.refused(door, "responders", why, message)
            else:
                self._book.page(door, holder.owner, message, alert=_SCOPE)
        if not told:
            why = "accepted, and nobody is told: the alert has no responder"
            self._book.refused(Door(self.name, None, alert.alias), "responders", why, message)
        return self._taken("Create", alert, "Created alert")

    async def _act(self, request: web.Request) -> web.Response:
        self._team(request)
        note = text_of((await _given(request)).get("note")) if request.can_read_body else ""
        identifier = request.match_info["alert"]
        action = request.match_info.get("action", "delete")
        if action not in ("acknowledge", "unacknowledge", "close", "notes", "delete"):
            raise Refusal("action", found=repr(action), expected="acknowledge, close or notes", status=404)
        alert = self._found(request, identifier)
        door = Door(self.name, None, alert.alias if alert else identifier)
        if action == "acknowledge":
            self._book.acknowledge(door, _SCOPE)
        elif action in ("close", "delete"):
            self._book.resolve(door, _SCOPE)
        if note:
            self._book.note(door, note)
        if alert is None:
            return self._taken(action.capitalize(), None, "Alert does not exist")
        self._alerts.act(alert, action)
        return self._taken(action.capitalize(), alert, f"{action.capitalize()} is done")

    async def _list(self, request: web.Request) -> web.Response:
        self._team(request)
        return web.json_response({"values": self._alerts.listed(request.query.get("query", "")), "links": {}})

    async def _shown(self, request: web.Request) -> web.Response:
        self._team(request)
        identifier = request.match_info["alert"]
        if identifier == "alias":
            alert = self._alerts.of_alias(request.query.get("alias", ""))
        else:
            alert = self._found(request, identifier)
        if alert is None:
            return self._no(404, f"There exists no alert with id {identifier[:100]}")
        return web.json_response(self._wrapped(request, alert.shown()))

    async def _request(self, request: web.Request) -> web.Response:
        self._team(request)
        status = self._alerts.requests.get(request.match_info["request"])
        if status is None:
            return self._no(404, "Request not found. It might not be processed, yet.")
        return web.json_response(self._wrapped(request, status))

    async def _nothing(self, request: web.Request) -> web.Response:
        if methods := await other_methods(request):
            raise Refusal("method", found=request.method[:20], expected=" or ".join(methods), status=405)
        raise Refusal("path", found=request.path[:200], expected="the alerts of a site", status=404)

    def _found(self, request: web.Request, identifier: str) -> Alert | None:
        if request.query.get("identifierType") == "alias":
            return self._alerts.of_alias(identifier)
        return self._alerts.of_id(identifier)

    def _team(self, request: web.Request) -> Holder | None:
        """Whose integration asks; None for a user with an API token. Refusal for anybody else."""
        said = request.headers.get("Authorization", "")
        refusal = Refusal("Authorization", found="no valid credentials", expected="those of the desk", status=401)
        if not request.path.startswith(INTEGRATION):
            try:
                auth = BasicAuth.decode(said)
            except ValueError:
                raise refusal from None
            if (auth.login, auth.password) != (DESK["user"], DESK["password"]):
                raise refusal
            return None
        scheme, _, key = said.partition(" ")
        holder = self._book.addresses.holder("jira_key", key.strip())
        if scheme != "GenieKey" or holder is None:
            raise refusal
        return holder

    def _taken(self, action: str, alert: Alert | None, status: str) -> web.Response:
        id_ = self._alerts.taken(action, alert, status)
        return web.json_response({"result": PROCESSED, "requestId": id_, "took": TOOK_S}, status=202)

    def _no(self, status: int, message: str, **more: Any) -> web.Response:
        id_ = str(UUID(self._book.new_id()))
        return web.json_response({"message": message, **more, "took": TOOK_S, "requestId": id_}, status=status)

    def _wrapped(self, request: web.Request, found: Mapping[str, Any]) -> Mapping[str, Any]:
        if not request.path.startswith(INTEGRATION):
            return found
        return {"data": found, "took": TOOK_S, "requestId": str(UUID(self._book.new_id()))}


async def _given(request: web.Request) -> dict[str, Any]:
    """The object in a body: what is no JSON is a bad request, and JSON that is none cannot be processed."""
    require_json(request)
    try:
        given = document(await whole(request))
    except NoDocument as error:
        raise Refusal("body", found=str(error), expected="a JSON object") from None
    if not isinstance(given, dict):
        raise Refusal("body", found=type(given).__name__, expected="a JSON object", status=422)
    return given


def _check(given: Mapping[str, Any]) -> None:
    """Refuse an alert that is not created: its sender's text does not fit, as a rule, because it holds an error."""
    if not text_of(given.get("message")).strip():
        raise Refusal("message", found="nothing", expected="a text", status=422)
    for name, most in LONGEST.items():
        if (length := len(text_of(given.get(name)))) > most:
            raise Refusal(name, found=f"{length:,} characters", expected=f"at most {most}", status=422)
    if given.get("priority") is not None and given["priority"] not in PRIORITIES:
        raise Refusal("priority", found="something else", expected=", ".join(PRIORITIES), status=422)
    if given.get("responders") is not None and not _are_responders(given["responders"]):
        expected = f"a list of at most {RESPONDERS} objects"
        raise Refusal("responders", found="something else", expected=expected, status=422)


def _are_responders(given: Any) -> bool:
    return isinstance(given, list) and len(given) <= RESPONDERS and all(isinstance(one, dict) for one in given)


def _named(responder: Mapping[str, Any]) -> str:
    return next((text_of(responder[name]) for name in ("id", "name", "username") if responder.get(name)), "")


def _message(given: Mapping[str, Any]) -> Message:
    details = given.get("extraProperties") or given.get("details")
    text = "\n\n".join(filter(None, [text_of(given.get("description")), lines_of_json(details)]))
    hints = [text_of(given.get(name)) for name in ("entity", "source")]
    tags = given.get("tags")
    hints += [text_of(tag) for tag in tags] if isinstance(tags, list) else []
    return Message(text_of(given.get("message")), text, fields_of_json(details), hints)
