"""The shapes of the API's JSON, for its OpenAPI document and for the requests that it takes.

The vendor's Java client sends every field that it does not use as null, so each field that need not be there may be
null as well; fields that are not named here are let pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Shape = dict[str, Any]


def obj(*required: str, **properties: Shape) -> Shape:
    """An object; what is not required may also be null."""
    loose = {name: one if name in required else nullable(one) for name, one in properties.items()}
    return {"type": "object", "properties": loose, **({"required": list(required)} if required else {})}


def nullable(shape: Shape) -> Shape:
    """The same, or null."""
    kind = shape.get("type")
    if isinstance(kind, str) and kind != "null":
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
DATE: Shape = {"type": "string", "pattern": "^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}$", "maxLength": 10}
"""The vendor's PowerShell module writes slashes."""
ANYTHING: Shape = {}
NOTHING: Shape = {"type": "null"}
ID: Shape = {"type": ["string", "integer"]}

ERRORS = arr(obj("resource", "name", "code", "message", resource=TEXT, name=TEXT, code=NUMBER, message=TEXT))
NAMED = obj("id", "name", id=NUMBER, name=TEXT)
DESCRIBED = obj("id", "description", id=NUMBER, description=TEXT)
RESULT = enum("submitted", "success", "failed")

STATUS = obj(
    "id", "startStatus", "description", "category",
    id=NUMBER, startStatus=NUMBER, description=TEXT, category=TEXT, changeReason=TEXT,
)  # fmt: skip
SCHEDULE_STATUS = obj(
    "id", "description", "category", id=NUMBER, description=TEXT, category=TEXT, containsFailedJobs=FLAG,
)  # fmt: skip
MOMENT = obj("isEstimated", time=TEXT, isEstimated=FLAG, latestStart=TEXT)
PROPERTY = obj("key", key=TEXT, value=TEXT)
TOKEN = obj(
    "id", "user", "tokenType", "validFrom", "validUntil",
    id=TEXT, user=obj("loginName", loginName=TEXT), tokenType=obj("type", type=TEXT, id=TEXT), validFrom=TEXT,
    validUntil=TEXT,
)  # fmt: skip

# ---- what jobs share ------------------------------------------------------------------------------------------------

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

# ---- what a job is, and waits for -----------------------------------------------------------------------------------

FREQUENCY = obj(
    "name", name=TEXT, jobExecution=obj(samPriority=NUMBER, maxRunTime=NUMBER),
    finishOkBehavior=obj(
        type=TEXT, minutesFromStartToStart=NUMBER, minutesFromEndToStart=NUMBER, numberOfRuns=NUMBER,
    ),
    retryBehavior=obj(retryOnFail=FLAG, minutesBetweenAttempts=NUMBER, maximumAttempts=NUMBER),
    jobTimesEstimation=obj(
        parentScheduleStartTime=TEXT, startOffsetTimeFormat=TEXT, startOffset=NUMBER, latestStartOffset=NUMBER,
        latestStartOffsetTimeFormat=TEXT, lateToFinishOffset=NUMBER, lateToStartOffset=NUMBER,
    ),
)  # fmt: skip
_TYPE = {"id": NUMBER, "name": TEXT, "condition": TEXT, "offset": NUMBER}
DEPENDENCY = obj(
    "isSatisfied", "id", "type", "predecessor", isSatisfied=FLAG, id=NUMBER, type=obj("id", "name", **_TYPE),
    predecessor=obj("name", schedule=obj(id=TEXT, date=TEXT, name=TEXT), id=TEXT, name=TEXT, status=TEXT),
)  # fmt: skip
EDGE = obj(
    "id", "predecessorId", "predecessorBuilt", "type", id=TEXT, predecessorId=TEXT, predecessorBuilt=FLAG,
    type=obj("id", "name", checkAllDays=FLAG, jobNameLike=TEXT, **_TYPE),
)  # fmt: skip
THRESHOLD_DEPENDENCY = obj(
    "id", "value", "operator", id=NUMBER, threshold=THRESHOLD, value=NUMBER, operator=TEXT
)  # fmt: skip
RESOURCE_DEPENDENCY = obj(
    "id", "requiresAll", id=NUMBER, resource=RESOURCE, requires=NUMBER, requiresAll=FLAG
)  # fmt: skip
EXPRESSIONS = obj(id=NUMBER, expression1=TEXT, expression2=TEXT)
EVENT = obj(
    "id", "type", "event", id=NUMBER, type=TEXT, status=TEXT, event=TEXT, frequencyLevel=FLAG
)  # fmt: skip
EVENT_APART = obj(
    "id", "job", "user", "trigger", "event", "frequency", id=NUMBER, job=obj("id", id=TEXT), user=NAMED,
    trigger=obj(type=TEXT, id=NUMBER, name=TEXT), event=obj("type", "parameters", type=TEXT, parameters=obj()),
    frequency=obj("name", name=TEXT),
)  # fmt: skip
DOCUMENTATION = obj(id=NUMBER, job=TEXT, frequency=TEXT)

# ---- the Daily ------------------------------------------------------------------------------------------------------

DAILY_JOB = obj(
    "id", "uid", "uniqueJobId", "schedule", "name", "status", "jobType",
    id=TEXT, uid=NUMBER, uniqueJobId=TEXT,
    schedule=obj(
        "id", "name", "date", id=TEXT, uid=NUMBER, name=TEXT, date=TEXT, masterId=NUMBER, instance=NUMBER,
    ),
    name=TEXT, frequency=FREQUENCY, priority=NUMBER, jobType=DESCRIBED, department=NAMED, accessCode=NAMED,
    startMachine=NAMED, primaryMachine=NAMED, alternateMachine=NOTHING, alternateMachine2=NOTHING,
    alternateMachine3=NOTHING, machineGroup=NOTHING, status=STATUS, terminationDescription=TEXT,
    computedStartTime=MOMENT, computedEndTime=MOMENT, computedDuration=obj(duration=NUMBER, isEstimated=FLAG),
    jobNumber=NUMBER, incidentTicketId=TEXT, incidentTicketURL=TEXT, steps=arr(TEXT), documentation=DOCUMENTATION,
    dependencies=arr(DEPENDENCY), thresholdDependencies=arr(THRESHOLD_DEPENDENCY),
    resourceDependencies=arr(RESOURCE_DEPENDENCY), expressionDependencies=EXPRESSIONS, events=arr(EVENT),
    tags=arr(TEXT), properties=arr(PROPERTY), isRecurrent=FLAG, detailMessages=arr(TEXT), details=obj(),
)  # fmt: skip
DAILY_SCHEDULE = obj(
    "id", "uid", "date", "masterId", "instance", "name", "status",
    id=TEXT, uid=NUMBER, date=TEXT, masterId=NUMBER, instance=NUMBER, name=TEXT, path=TEXT, status=SCHEDULE_STATUS,
    definedStartTime=TEXT, computedStartTime=MOMENT, endTime=TEXT, duration=NUMBER, workWeek=NUMBER,
)  # fmt: skip
JOB_HISTORY = obj(
    "id", "jobName", "jobStatus", id=TEXT, jobName=TEXT, jobNumber=NUMBER,
    scheduleHistory=obj("name", masterId=NUMBER, date=TEXT, name=TEXT, path=TEXT), jobStartTime=TEXT,
    jobStatus=STATUS, jobTermination=TEXT, duration=NUMBER, machine=NAMED, exitCode=TEXT, department=NAMED,
    frequency=FREQUENCY, tags=arr(TEXT), jobType=DESCRIBED,
)  # fmt: skip


def counts(names: Iterable[str]) -> Shape:
    """A count for each of these."""
    return obj(*names, **dict.fromkeys(names, NUMBER))
