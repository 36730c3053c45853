"""The shapes of the API's JSON, for its OpenAPI document and for the requests that it takes.

The vendor's Java client sends every field that it does not use as null, so each field that need not be there may be
null as well; fields that are not named here are let pass.
"""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]


def obj(*required: str, **properties: Shape) -> Shape:
    """An object; what is not required may also be null."""
    loose = {name: one if name in required else nullable(one) for name, one in properties.items()}
    return {"type": "object", "properties": loose, **({"required": list(required)} if required else {})}


def nullable(shape: Shape) -> Shape:
    """The same, or null."""
    kind = shape.get("type")
    if isinstance(kind, str):
        shape = shape | {"type": [kind, "null"]}
        return shape | {"enum": [*shape["enum"], None]} if "enum" in shape else shape
    return shape | {"type": [*kind, "null"]} if isinstance(kind, list) and "null" not in kind else shape


def arr(items: Shape, **more: Any) -> Shape:
    """A list of one kind."""
    return {"type": "array", "items": items, **more}


def enum(*values: str) -> Shape:
    """One of these, in any case when it comes in a request."""
    return {"type": "string", "enum": list(values)}


TEXT: Shape = {"type": "string"}
SOME: Shape = {"type": "string", "minLength": 1}
NUMBER: Shape = {"type": "integer"}
SMALL: Shape = {"type": "integer", "minimum": -2_147_483_648, "maximum": 2_147_483_647}
FLAG: Shape = {"type": "boolean"}
DATE: Shape = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
ANYTHING: Shape = {}
ID: Shape = {"type": ["string", "integer"]}

ERRORS = arr(obj("resource", "name", "code", "message", resource=TEXT, name=TEXT, code=NUMBER, message=TEXT))
NAMED = obj("id", "name", id=NUMBER, name=TEXT)
DESCRIBED = obj("id", "description", id=NUMBER, description=TEXT)

STATUS = obj(
    "id", "startStatus", "description", "category",
    id=NUMBER, startStatus=NUMBER, description=TEXT, category=TEXT, changeReason=TEXT,
)  # fmt: skip
MOMENT = obj("time", "isEstimated", time=nullable(TEXT), isEstimated=FLAG, latestStart=TEXT)
PROPERTY = obj("name", name=SOME, value=TEXT)
DEPENDENCY = obj("name", "type", "met", name=TEXT, type=TEXT, option=TEXT, offset=NUMBER, met=FLAG)
EVENT = obj("trigger", "event", trigger=obj(type=TEXT, id=NUMBER, name=TEXT), event=obj(type=TEXT), frequency=obj())

DAILY_JOB = obj(
    "id", "uid", "uniqueJobId", "schedule", "name", "status", "jobType",
    id=TEXT, uid=TEXT, uniqueJobId=TEXT, schedule=obj("id", "name", "date", id=TEXT, name=TEXT, date=TEXT),
    name=TEXT, frequency=obj(name=TEXT), priority=NUMBER, jobType=DESCRIBED, department=NAMED, accessCode=NAMED,
    startMachine=obj(name=TEXT), primaryMachine=obj(name=TEXT), alternateMachine2=obj(), alternateMachine3=obj(),
    machineGroup=obj(), status=STATUS, terminationDescription=TEXT, computedStartTime=MOMENT, computedEndTime=MOMENT,
    computedDuration=TEXT, jobNumber=TEXT, incidentTicketId=TEXT, incidentTicketURL=TEXT, steps=arr(ANYTHING),
    documentation=TEXT, dependencies=arr(DEPENDENCY), thresholdDependencies=arr(ANYTHING),
    resourceDependencies=arr(ANYTHING), expressionDependencies=arr(ANYTHING), events=arr(EVENT), tags=arr(TEXT),
    properties=arr(PROPERTY), isRecurrent=FLAG, detailMessages=arr(TEXT), details=obj(),
)  # fmt: skip
DAILY_SCHEDULE = obj(
    "id", "uid", "date", "masterId", "instance", "name", "status",
    id=TEXT, uid=TEXT, date=TEXT, masterId=NUMBER, instance=NUMBER, name=TEXT, path=TEXT,
    status=obj(
        "id", "description", "category", id=NUMBER, description=TEXT, category=TEXT, containsFailedJobs=FLAG,
    ),
    definedStartTime=TEXT, computedStartTime=MOMENT, endTime=TEXT, duration=TEXT, workWeek=TEXT,
)  # fmt: skip
COUNT = obj("status", "count", status=TEXT, count=NUMBER)
MACHINE = obj(
    "id", "name", "type", "status", "currentJobs",
    id=NUMBER, name=TEXT, type=DESCRIBED, currentJobs=NUMBER, maximumJobs=NUMBER,
    status=obj(state=TEXT, networkStatus=TEXT, operationStatus=TEXT),
)  # fmt: skip
THRESHOLD = obj("id", "name", "value", id=NUMBER, name=TEXT, value=NUMBER, description=TEXT)
RESOURCE = obj("id", "name", "value", "used", id=NUMBER, name=TEXT, value=NUMBER, used=NUMBER, description=TEXT)
GLOBAL_PROPERTY = obj(
    "id", "name", "value", id=NUMBER, name=TEXT, value=TEXT, encrypted=FLAG, documentation=TEXT
)  # fmt: skip
RESULT = enum("submitted", "success", "failed")
TOKEN = obj(
    "id", "user", "tokenType", "validFrom", "validUntil", "passwordExpired",
    id=TEXT, user=obj("loginName", loginName=TEXT), tokenType=obj("type", type=TEXT, id=TEXT), validFrom=TEXT,
    validUntil=TEXT, passwordExpired=FLAG,
)  # fmt: skip
