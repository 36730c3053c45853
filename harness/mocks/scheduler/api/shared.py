"""What clients read and set of machines, thresholds, resources and properties, and the events that they send in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.mocks.scheduler.api import counts, shapes
from harness.mocks.scheduler.api.endpoint import Call, Endpoint, Query, Reply
from harness.mocks.scheduler.api.failure import Failure, missing
from harness.mocks.scheduler.api.shapes import (
    FLAG,
    GLOBAL_PROPERTY,
    ID,
    MACHINE,
    RESOURCE,
    SMALL,
    SOME,
    TEXT,
    THRESHOLD,
    arr,
    obj,
)
from harness.mocks.scheduler.daily.expressions import ExpressionError, evaluate
from harness.mocks.scheduler.daily.shared_resources import Machine, Resource, Threshold

_NAMED = (Query("name", TEXT, "the name of one"),)


def machine_view(machine: Machine) -> dict[str, Any]:
    """A machine."""
    return {
        "id": machine.id,
        "name": machine.name,
        "type": {"id": 6, "description": "UNIX"},
        "status": machine_status(machine),
        "currentJobs": machine.current_jobs,
        "maximumJobs": machine.maximum_jobs,
    }


def machine_status(machine: Machine) -> dict[str, str]:
    """What a machine takes: U(p), D(own), L(imited)."""
    return {"state": machine.operation, "networkStatus": "U", "operationStatus": machine.operation}


def machines(call: Call) -> Reply:
    """The machines."""
    name = call.query.get("name")
    found = [one for one in call.monitor.shared.machines.values() if not name or one.name.lower() == name.lower()]
    return Reply([machine_view(one) for one in found])


def machines_by_status(call: Call) -> Reply:
    """How many machines are up, down, limited."""
    return Reply(counts.of_machines(call.monitor.shared.machines.values()))


def threshold_view(one: Threshold) -> dict[str, Any]:
    """A threshold."""
    return {"id": one.id, "name": one.name, "value": one.value, "description": one.description}


def resource_view(one: Resource) -> dict[str, Any]:
    """A resource."""
    return {"id": one.id, "name": one.name, "value": one.value, "used": one.used, "description": one.description}


def _named(call: Call, known: dict[str, Any], what: str) -> Any:
    for one in known.values():
        if call.path["id"].lower() in (str(one.id), one.name.lower()):
            return one
    raise missing(what, call.path["id"])


def _list(kind: str, view: Callable[[Any], dict[str, Any]]) -> Callable[[Call], Reply]:
    def listed(call: Call) -> Reply:
        name = call.query.get("name")
        known = getattr(call.monitor.shared, kind).values()
        return Reply([view(one) for one in known if not name or one.name.lower() == name.lower()])

    return listed


def _one(kind: str, view: Callable[[Any], dict[str, Any]]) -> Callable[[Call], Reply]:
    return lambda call: Reply(view(_named(call, getattr(call.monitor.shared, kind), kind.removesuffix("s"))))


def _create(kind: str, view: Callable[[Any], dict[str, Any]]) -> Callable[[Call], Reply]:
    made: type[Threshold] | type[Resource] = Threshold if kind == "thresholds" else Resource

    def create(call: Call) -> Reply:
        known, name = getattr(call.monitor.shared, kind), call.body["name"]
        if any(name.lower() == one.lower() for one in known):
            raise Failure(409, f"there is a {kind.removesuffix('s')} {name!r} already")
        new = made(name, max((one.id for one in known.values()), default=0) + 1, call.body["value"])
        new.description = call.body.get("description", "")
        known[name] = new
        return _set(kind, view, new, call)

    return create


def _change(kind: str, view: Callable[[Any], dict[str, Any]]) -> Callable[[Call], Reply]:
    return lambda call: _set(kind, view, _named(call, getattr(call.monitor.shared, kind), kind.removesuffix("s")), call)


def _set(kind: str, view: Callable[[Any], dict[str, Any]], one: Any, call: Call) -> Reply:
    actions = call.monitor.actions
    (actions.set_threshold if kind == "thresholds" else actions.set_resource)(one.name, call.body["value"])
    return Reply(view(one))


def _property(call: Call, name: str) -> dict[str, Any]:
    values = call.monitor.properties.values
    number = list(values).index(name) + 1
    return {"id": number, "name": name, "value": values[name], "encrypted": False, "documentation": ""}


def properties(call: Call) -> Reply:
    """The global properties; with a name, a list of the one."""
    wanted = call.query.get("name")
    names = [name for name in call.monitor.properties.values if not wanted or name.lower() == wanted.lower()]
    return Reply([_property(call, name) for name in names])


def _property_named(call: Call) -> str:
    wanted = call.path["id"].lower()
    for number, name in enumerate(call.monitor.properties.values, 1):
        if wanted in (str(number), name.lower()):
            return name
    raise missing("global property", call.path["id"])


def property_(call: Call) -> Reply:
    """One global property."""
    return Reply(_property(call, _property_named(call)))


def create_property(call: Call) -> Reply:
    """A new global property."""
    name = call.body["name"]
    if any(name.lower() == known.lower() for known in call.monitor.properties.values):
        raise Failure(409, f"there is a global property {name!r} already")
    call.monitor.actions.set_property(name, call.body.get("value", ""))
    return Reply(_property(call, name))


def change_property(call: Call) -> Reply:
    """Another value for a global property."""
    name = _property_named(call)
    call.monitor.actions.set_property(name, call.body.get("value", ""))
    return Reply(_property(call, name))


def delete_property(call: Call) -> Reply:
    """Take a global property away."""
    call.monitor.actions.set_property(_property_named(call), None)
    return Reply({})


def expression(call: Call) -> Reply:
    """What a property expression evaluates to."""
    text = call.body["expression"]
    try:
        value = evaluate(text, call.monitor.properties.find)
    except ExpressionError as error:
        return Reply({"expression": text, "status": "Failed", "result": None, "message": str(error)})
    return Reply({"expression": text, "status": "Success", "result": str(value), "message": ""})


def events(call: Call) -> Reply:
    """Carry out the OpCon events that a client sends."""
    by = call.body.get("loginName") or (call.token.login_name if call.token else "")
    told = []
    for number, one in enumerate(call.body["events"], 1):
        error = call.monitor.opcon_events.carry_out(one["eventString"], by=by)
        result = {"result": "success" if error is None else "failed", "message": error or ""}
        told.append({"id": str(one.get("id", number)), "eventString": one["eventString"], **result})
    return Reply({"loginName": by, "events": told})


_THRESHOLD = obj("name", "value", name=SOME, value=SMALL, description=TEXT)
_VALUE = obj("value", value=SMALL, name=TEXT, description=TEXT)
_PROPERTY = obj("name", name=SOME, value=TEXT, encrypted=FLAG, documentation=TEXT)
_EXPRESSION = obj(
    "expression", "status", expression=TEXT, status=TEXT, result=TEXT, message=TEXT
)  # fmt: skip
_EVENTS = obj("events", loginName=TEXT, events=arr(obj("eventString", id=ID, eventString=SOME)))
_EVENTS_DONE = obj("events", loginName=TEXT, events=arr(obj("id", "eventString", id=TEXT, eventString=TEXT)))

ENDPOINTS = [
    Endpoint("GET", "/machines", "Machines", machines, arr(MACHINE), _NAMED),
    Endpoint("GET", "/machines/count_by_status", "By status", machines_by_status, shapes.counts(counts.MACHINES)),
    Endpoint("GET", "/globalproperties", "Global properties", properties, arr(GLOBAL_PROPERTY), _NAMED),
    Endpoint(
        "POST", "/globalproperties", "A new one", create_property, GLOBAL_PROPERTY, body=_PROPERTY, fails=(409,)
    ),
    Endpoint("GET", "/globalproperties/{id}", "One of them", property_, GLOBAL_PROPERTY, fails=(404,)),
    Endpoint(
        "PUT",
        "/globalproperties/{id}",
        "Set one",
        change_property,
        GLOBAL_PROPERTY,
        body=obj(value=TEXT, name=TEXT, encrypted=FLAG, documentation=TEXT),
        fails=(404,),
    ),
    Endpoint("DELETE", "/globalproperties/{id}", "Take one away", delete_property, obj(), fails=(404,)),
    Endpoint(
        "POST", "/propertyexpression", "Evaluate an expression", expression, _EXPRESSION,
        body=obj("expression", expression=TEXT),
    ),
    Endpoint("POST", "/opconEventsCollection", "Send events", events, _EVENTS_DONE, body=_EVENTS),
]  # fmt: skip
for _kind, _view, _shape in (("thresholds", threshold_view, THRESHOLD), ("resources", resource_view, RESOURCE)):
    _many, _single = f"/{_kind}", f"/{_kind}/{{id}}"
    ENDPOINTS += [
        Endpoint("GET", _many, f"All {_kind}", _list(_kind, _view), arr(_shape), _NAMED),
        Endpoint("GET", _single, f"One of the {_kind}", _one(_kind, _view), _shape, fails=(404,)),
        Endpoint("POST", _many, f"More {_kind}", _create(_kind, _view), _shape, body=_THRESHOLD, fails=(409,)),
        Endpoint("PUT", _single, f"Set one of the {_kind}", _change(_kind, _view), _shape, body=_VALUE, fails=(404,)),
    ]
