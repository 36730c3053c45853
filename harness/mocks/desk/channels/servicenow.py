"""ServiceNow's incidents, by the Table API: ``/api/now/table/incident``.

Documents: https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/
c_TableAPI.html (requests, parameters, answers, errors) and .../encoded-query-strings (``sysparm_query``). An incident
pages its assignment group when that is set. The API knows no duplicates: whoever wants one incident for a failure has
to look for it first, by ``correlation_id``; two POSTs are two incidents, and two pages. A group that does not exist
leaves the field empty, with 201 all the same, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import BasicAuth, web

from harness.contract.addresses import Holder
from harness.contract.endpoints import DESK
from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.channels.channel import json_object, other_methods, require_json
from harness.mocks.desk.channels.servicenow_records import Incidents, Record, selected
from harness.mocks.desk.message import Message, fields_of_json, joined, lines_of_json, text_of
from harness.mocks.desk.page_book import Door, PageBook

TABLE = "/api/now/{version:(?:v[12]/)?}table/{table}"
IN_PROGRESS, ON_HOLD, OVER = "2", "3", ("6", "7", "8")
_COMMENTS = ("work_notes", "comments", "close_notes")
_SHOWN = ("correlation_id", "category", "cmdb_ci", "urgency", "impact")
_SCOPE = ""


class ServiceNow:
    """Incidents in, out and changed; the number is the key by which the history knows one."""

    name = "servicenow"

    def __init__(self, book: PageBook) -> None:
        self._book = book
        self._incidents = Incidents(book)

    def routes(self) -> Iterable[web.RouteDef]:
        """The table, and each record."""
        record = f"{TABLE}/{{sys_id}}"
        yield web.get(TABLE, self._list)
        yield web.post(TABLE, self._create)
        yield web.get(record, self._shown)
        yield web.patch(record, self._update)
        yield web.put(record, self._update)
        yield web.delete(record, self._delete)
        yield web.route("*", "/api/now/{rest:.*}", self._nothing)

    def reset(self) -> None:
        """No incident of the last night is left."""
        self._incidents.clear()

    def refused(self, _: web.Request, refusal: Refusal) -> web.Response:
        """A request that cannot be taken."""
        match refusal.status:
            case 401:
                headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'}
                return _no(401, "User Not Authenticated", "Required to provide Auth information", headers)
            case 404:
                return _no(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
            case 405:
                return _no(405, "Method not supported", str(refusal))
            case 415:
                return _no(415, "Unsupported media type", str(refusal))
            case 413:
                return _no(413, "Request payload exceeds the limit", str(refusal))
        if refusal.field == "table":
            return _no(400, "Invalid table", str(refusal))
        if refusal.field == "path":
            return _no(400, "Requested URI does not represent any resource", str(refusal))
        return _no(400, "Exception while reading request", "The payload is not valid JSON.")

    async def _list(self, request: web.Request) -> web.Response:
        table = self._table(request, "incident", "sys_user_group")
        found = self._incidents.all() if table == "incident" else self._groups(request)
        chosen, total = selected(found, request.query)
        shown = [one.shown(request.query, _base(request)) for one in chosen]
        return web.json_response({"result": shown}, headers={"X-Total-Count": str(total)})

    async def _create(self, request: web.Request) -> web.Response:
        self._table(request, "incident")
        require_json(request)
        given = await json_object(request)
        record = self._incidents.create(given)
        self._assign(record, given, given)
        self._follow(record, given, before="1")
        location = {"Location": f"{_base(request)}/incident/{record.sys_id}"}
        return web.json_response({"result": record.shown(request.query, _base(request))}, status=201, headers=location)

    async def _shown(self, request: web.Request) -> web.Response:
        self._table(request, "incident")
        return web.json_response({"result": self._record(request).shown(request.query, _base(request))})

    async def _update(self, request: web.Request) -> web.Response:
        self._table(request, "incident")
        record = self._record(request)
        require_json(request)
        given = await json_object(request)
        before, was = record.fields["state"], record.fields["assignment_group"]
        record.update(given)
        if "assignment_group" in given and not self._same_group(was, given):
            self._assign(record, given, record.fields)
        self._follow(record, given, before=before)
        return web.json_response({"result": record.shown(request.query, _base(request))})

    async def _delete(self, request: web.Request) -> web.Response:
        self._table(request, "incident")
        record = self._record(request)
        self._incidents.remove(record)
        self._book.resolve(self._door(record), _SCOPE)
        return web.Response(status=204)

    async def _nothing(self, request: web.Request) -> web.Response:
        if methods := await other_methods(request):
            raise Refusal("method", found=request.method[:20], expected=" or ".join(methods), status=405)
        raise Refusal("path", found=request.path[:200], expected="/api/now/table/incident")

    def _assign(self, record: Record, given: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        """Set the group to the one that is meant, and tell it; or leave it empty, as the platform does."""
        asked = text_of(given.get("assignment_group")) or text_of(given.get("assigned_to"))
        message = _message(record, said)
        holder = self._group(asked)
        door = self._door(record, asked or None)
        if holder is None or holder.gone:
            record.fields["assignment_group"] = ""
            what = f"there is no group {asked[:100]!r}" if asked else "the incident has no assignment group"
            self._book.refused(door, "assignment_group", f"accepted, and nobody is told: {what}", message)
            return
        record.fields["assignment_group"] = self._book.addresses.of("servicenow_id", holder.owner)
        record.names["assignment_group"] = self._book.addresses.of("servicenow", holder.owner)
        self._book.page(door, holder.owner, message, alert=_SCOPE)

    def _follow(self, record: Record, given: Mapping[str, Any], *, before: str) -> None:
        """Record what a change of state says, and what was noted."""
        state = record.fields["state"]
        for name in _COMMENTS:
            if said := text_of(given.get(name)):
                self._book.note(self._door(record), said)
        if state != before and state in (IN_PROGRESS, ON_HOLD) and before == "1":
            self._book.acknowledge(self._door(record), _SCOPE)
        elif state != before and state in OVER and before not in OVER:
            self._book.resolve(self._door(record), _SCOPE)

    def _group(self, asked: str) -> Holder | None:
        addresses = self._book.addresses
        return addresses.holder("servicenow", asked) or addresses.holder("servicenow_id", asked)

    def _same_group(self, sys_id: str, given: Mapping[str, Any]) -> bool:
        holder = self._group(text_of(given.get("assignment_group")))
        return holder is not None and self._book.addresses.of("servicenow_id", holder.owner) == sys_id

    def _groups(self, request: web.Request) -> Iterable[Record]:
        """Groups are found by name or sys_id alone: whoever assigns one looks it up by these."""
        for part in [*request.query.get("sysparm_query", "").split("^"), request.query.get("name", "")]:
            asked = part.partition("=")[2] or part
            if asked and (holder := self._group(asked)) is not None:
                sys_id = self._book.addresses.of("servicenow_id", holder.owner)
                name = self._book.addresses.of("servicenow", holder.owner)
                yield Record({"sys_id": sys_id, "name": name, "active": "true"})
                return

    def _table(self, request: web.Request, *known: str) -> str:
        """The table that is asked for, of one who may."""
        try:
            auth = BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError:
            auth = BasicAuth("")
        if (auth.login, auth.password) != (DESK["user"], DESK["password"]):
            raise Refusal("Authorization", found="no valid credentials", expected="those of the desk", status=401)
        table = request.match_info["table"]
        if table not in known:
            raise Refusal("table", found=repr(table), expected=" or ".join(known))
        return table

    def _record(self, request: web.Request) -> Record:
        record = self._incidents.get(request.match_info["sys_id"])
        if record is None:
            raise Refusal("sys_id", found=request.match_info["sys_id"][:100], expected="a record", status=404)
        return record

    def _door(self, record: Record, to: str | None = None) -> Door:
        return Door(self.name, to or record.names.get("assignment_group"), record.fields["number"], made=True)


def _message(record: Record, given: Mapping[str, Any]) -> Message:
    more = {name: given[name] for name in given if name.startswith("u_") or name in _SHOWN}
    title = text_of(given.get("short_description"))
    hints = [text_of(given.get(name)) for name in ("cmdb_ci", "business_service", "subcategory", "correlation_id")]
    said = [text_of(given.get(name)) for name in ("description", *_COMMENTS)]
    return Message(title or record.fields["number"], joined(*said, lines_of_json(more)), fields_of_json(more), hints)


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}/api/now/table"


def _no(status: int, message: str, detail: str | None, headers: Mapping[str, str] | None = None) -> web.Response:
    error = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return web.json_response(error, status=status, headers=headers)
