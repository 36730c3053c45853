"""What the vendor's Java client declares of the JSON that it reads, as facts: each class, its fields and their types.

From smatechnologies/opcon-rest-api-client-java, ``model``. The command line client of the vendor has Jackson refuse
every field that a class does not declare (``FAIL_ON_UNKNOWN_PROPERTIES``), as Jackson refuses an unknown text for an
enum, a number beyond 32 bits for an Integer, and an object where a text is declared. Null is taken for everything.
"""

from __future__ import annotations

from dataclasses import dataclass

JOB_STATUSES = {
    "On Hold", "Under Construction", "Qualifying", "Released", "Wait Start Time", "Wait Job Dependency",
    "Wait Expression Dependency", "Wait Threshold/Resource Dependency", "Wait Machine", "Wait Job Conflict",
    "Job to be Skipped", "Late to Start", "Wait to Start", "Attempt to Start", "Start Attempted",
    "Still Attempting Start", "Initialization Error", "Prerun Active", "Prerun Failed", "Job Running",
    "Job Running; Late to Finish", "Job Running; To be terminated", "Finished OK; Processing Events",
    "Failed; Processing Events", "Marked Finished OK; Processing Events", "Marked Failed; Processing Events",
    "Skipped; Processing Events", "Under Review; Processing Events", "Fixed; Processing Events", "Finished OK",
    "Failed", "Marked Finished OK", "Marked Failed", "Skipped", "Under Review", "Fixed", "Cancelled",
    "Missed Start Time", "Wait to Start; Forced",
}  # fmt: skip
JOB_CATEGORIES = {
    "Held", "Waiting", "Running", "Finished Ok", "Failed", "Missed Start Time", "Cancelled", "Skipped", "Under Review",
    "Fixed",
}  # fmt: skip
SCHEDULE_STATUSES = {
    "Wait to Start", "Wait Container Job", "On Hold", "Parent Hold", "Starting", "In Process", "Started by User",
    "Started by Container Job", "Completed; Processing Events", "Completed",
}  # fmt: skip
JOB_ACTIONS = {
    "hold", "cancel", "skip", "kill", "release", "start", "restart", "restartOnHold", "forceRestart", "markFinishedOk",
    "markFailed", "markUnderReview", "markFixed",
}  # fmt: skip
SCHEDULE_ACTIONS = {
    "release", "hold", "start", "close", "cancelJobs", "forceRestartJobs", "holdJobs", "killJobs", "markJobsFailed",
    "markJobsFinishedOk", "markJobsUnderReview", "markJobsFixed", "releaseJobs", "restartJobs", "restartJobsOnHold",
    "startJobs", "skipJobs", "addJobs", "addJobsOnHold",
}  # fmt: skip
COMPARISONS = {"EQ", "NE", "GT", "LT", "GE", "LE"}

TEXTS: dict[str, set[str | int]] = {
    "JobStatusDescription": {*JOB_STATUSES},
    "JobStatusCategory": {*JOB_CATEGORIES},
    "ScheduleStatusDescription": {*SCHEDULE_STATUSES},
    "ScheduleStatusCategory": {"Waiting", "Held", "Running", "Finished Ok"},
    "Result": {"submitted", "success", "failed"},
    "JobActionAction": {*JOB_ACTIONS},
    "ScheduleActionAction": {*SCHEDULE_ACTIONS},
    "JobInstanceActionAction": {"LIST", "FILE"},
    "MachineActionAction": {"up", "limited", "down"},
    "MachineState": {"W", "U", "D", "E", "L"},
    "MachineOper": {"L", "U", "D"},
    "ThresholdOperator": {">", "<", "=", "!=", ">=", "<="},
    "BasicOperator": {*COMPARISONS},
    "AdvancedOperator": {*COMPARISONS, "RG"},
    "CriteriaResult": {"Fail", "Finish OK"},
    "BooleanOperator": {"AND", "OR"},
    "EventType": {"jobStatus", "LSAMFeedback", "exitDescription", "jobCompletionComplexExpression"},
    "FinishOkType": {"None", "RecurringInstances", "RestartOffset"},
    "OffsetFormat": {"Relative", "Absolute"},
    "EdgeName": {"Requires", "After", "Conflict", "Excludes"},
    "EdgeCondition": {"FinishedOk", "Failed", "IgnoreExitCode"},
    "TokenKind": {"User", "Application"},
    "CalendarType": {0, 1},
}
"""The texts of each enum."""


@dataclass(frozen=True)
class Model:
    """A class: the fields that are served, with their types; the others that it declares, which clients find null."""

    served: dict[str, str]
    left_out: str = ""


MODELS = {
    "ApiError": Model({"resource": "String", "name": "String", "code": "Integer", "message": "String"}),
    "Version": Model({"opConRestApiProductVersion": "String"}),
    "ServiceStatus": Model({"timeStamp": "Date", "running": "Boolean"}),
    "Token": Model(
        {
            "id": "String", "user": "User(loginName)", "tokenType": "TokenType", "validFrom": "Date",
            "validUntil": "Date",
        }
    ),
    "TokenType": Model({"id": "String", "type": "TokenKind"}),
    "User": Model(
        {"id": "Integer", "loginName": "String", "name": "String"},
        "password externalPassword details moreDetails roles language isDisabled forcePasswordChange "
        "historicalPasswords email numberOfFailedPasswordAttempts passwordNeverExpires lastPasswordChangeDate "
        "lastLoggedIn lastLoggedOut isSelfServiceUser isExternalTokenDisabled",
    ),
    "Role": Model(
        {"id": "Integer", "name": "String"},
        "inheritAllSchedulePrivileges inheritAllMachinePrivileges inheritAllMachineGroupPrivileges "
        "inheritAllEmbeddedScriptPrivileges permissions users",
    ),
    "BatchUser": Model({"id": "Integer", "platform": "Named", "loginName": "String"}, "password roles"),
    "Named": Model({"id": "Integer", "name": "String"}),
    "ServerOptions": Model(
        {
            "htmlDocumentation": "Null", "passwordPolicy": "Null", "visionSettings": "Null",
            "loginSecureMessage": "String", "ticketingSystemName": "String",
            "numberOfDaysToKeepServiceRequestExecutions": "Integer", "enableWindowsAuthentication": "Boolean",
        }
    ),
    # ---- the Daily ----------------------------------------------------------------------------------------------
    "DailySchedule": Model(
        {
            "id": "String", "uid": "Integer", "date": "LocalDate", "masterId": "Integer", "instance": "Integer",
            "name": "String", "path": "String", "status": "ScheduleStatus", "definedStartTime": "Date",
            "computedStartTime": "ComputedTime", "endTime": "Date", "duration": "Long", "workWeek": "Integer",
        }
    ),
    "ScheduleStatus": Model(
        {
            "id": "Integer", "description": "ScheduleStatusDescription", "category": "ScheduleStatusCategory",
            "containsFailedJobs": "Boolean",
        }
    ),
    "ComputedTime": Model({"time": "Date", "isEstimated": "Boolean"}),
    "ComputedStartTime": Model(
        {"time": "Date", "isEstimated": "Boolean", "latestStart": "Date"}, "programmedFor consideredLateAt"
    ),
    "ComputedEndTime": Model({"time": "Date", "isEstimated": "Boolean"}, "programmedFor consideredLateAt"),
    "ComputedDuration": Model({"duration": "Long", "isEstimated": "Boolean"}),
    "DailyJob": Model(
        {
            "id": "String", "uid": "Integer", "schedule": "DailySchedule(id uid name date masterId instance)",
            "name": "String", "frequency": "Frequency", "priority": "Integer", "jobType": "JobType",
            "department": "Department", "accessCode": "AccessCode", "startMachine": "Machine(id name)",
            "primaryMachine": "Machine(id name)", "alternateMachine": "Null", "alternateMachine2": "Null",
            "alternateMachine3": "Null", "machineGroup": "Null", "status": "JobStatus",
            "terminationDescription": "String", "computedStartTime": "ComputedStartTime",
            "computedEndTime": "ComputedEndTime", "computedDuration": "ComputedDuration", "jobNumber": "Integer",
            "incidentTicketId": "String", "incidentTicketURL": "String", "steps": "[String]",
            "documentation": "Documentation", "resourceDependencies": "[ResourceDependency]",
            "thresholdDependencies": "[ThresholdDependency]", "dependencies": "[Dependency]",
            "expressionDependencies": "ExpressionDependencies", "events": "[Event]", "tags": "[String]",
            "properties": "[Property]", "isRecurrent": "Boolean", "detailMessages": "[String]",
            "uniqueJobId": "String", "details": "Details",
        },
        "jorsRequestParameters resourceUpdates thresholdUpdates feedback",
    ),
    "JobType": Model({"id": "Integer", "description": "String"}),
    "Department": Model({"id": "Integer", "name": "String"}),
    "AccessCode": Model({"id": "Integer", "name": "String"}),
    "JobStatus": Model(
        {
            "id": "Integer", "startStatus": "Integer", "description": "JobStatusDescription",
            "category": "JobStatusCategory", "changeReason": "String",
        }
    ),
    "Documentation": Model({"id": "Integer", "job": "String", "frequency": "String"}),
    "Property": Model({"key": "String", "value": "String"}),
    "Dependency": Model(
        {"isSatisfied": "Boolean", "id": "Integer", "type": "DependencyType", "predecessor": "DependencyPredecessor"}
    ),
    "DependencyType": Model({"id": "Integer", "name": "String", "condition": "String", "offset": "Integer"}),
    "DependencyPredecessor": Model(
        {"schedule": "DependencyPredecessorSchedule", "id": "String", "name": "String", "status": "String"}
    ),
    "DependencyPredecessorSchedule": Model({"id": "String", "date": "String", "name": "String"}),
    "ThresholdDependency": Model(
        {"id": "Integer", "threshold": "Threshold", "value": "Integer", "operator": "ThresholdOperator"}
    ),
    "ResourceDependency": Model(
        {"id": "Integer", "resource": "Resource", "requires": "Integer", "requiresAll": "Boolean"}
    ),
    "ExpressionDependencies": Model({"id": "Integer", "expression1": "String", "expression2": "String"}),
    "Event": Model(
        # Trigger statuses are compared without regard to case, and an unknown one is null.
        {"id": "Integer", "type": "EventType", "status": "String", "event": "String", "frequencyLevel": "Boolean"},
        "lsamFeedBack lsamStringToMatch exitComparisonOperator exitValue exitValueStart exitValueEnd expression",
    ),
    "UNIXDetails": Model(
        {
            "startImage": "String", "parameters": "String", "prerun": "String", "niceValue": "Integer",
            "basicFailureCriteria": "[BasicFailureCriteria]", "advancedFailureCriteria": "[AdvancedFailureCriteria]",
            "signals": "[BasicFailureCriteria]", "jobOutputParsing": "[JobOutputParsing]",
            "environmentVariables": "[EnvironmentVariable]", "fileArrivalSettings": "FileArrivalSettings",
        },
        "batchUser embeddedScriptSettings coreDump",
    ),
    "BasicFailureCriteria": Model({"operator": "BasicOperator", "exitCode": "Integer"}),
    "AdvancedFailureCriteria": Model(
        {
            "operator": "AdvancedOperator", "value": "Integer", "endValue": "Integer", "result": "CriteriaResult",
            "booleanOperator": "BooleanOperator",
        }
    ),
    "EnvironmentVariable": Model({"name": "String", "value": "String"}),
    "FileArrivalSettings": Model(
        # Integers, or texts with tokens in them.
        {
            "fileToWatch": "String", "startOffset": "Integer", "endOffset": "Integer", "duration": "Integer",
            "subdirectorySearch": "Boolean",
        }
    ),
    "Frequency": Model(
        {
            "name": "String", "jobExecution": "JobExecution", "finishOkBehavior": "FinishOkBehavior",
            "retryBehavior": "RetryBehavior", "jobTimesEstimation": "JobTimesEstimation",
        },
        "inUse aobn frequencyPriority startTimeEstimation",
    ),
    "JobExecution": Model({"samPriority": "Integer", "maxRunTime": "Integer"}),
    "FinishOkBehavior": Model(
        {
            "type": "FinishOkType", "minutesFromStartToStart": "Integer", "minutesFromEndToStart": "Integer",
            "numberOfRuns": "Integer",
        },
        "actionOnOverlap instanceTimes latestRunTimeOffset",
    ),
    "RetryBehavior": Model(
        {"retryOnFail": "Boolean", "minutesBetweenAttempts": "Integer", "maximumAttempts": "Integer"}
    ),
    "JobTimesEstimation": Model(
        {
            "parentScheduleStartTime": "Date", "startOffsetTimeFormat": "OffsetFormat", "startOffset": "Integer",
            "latestStartOffset": "Integer", "latestStartOffsetTimeFormat": "OffsetFormat",
            "lateToFinishOffset": "Integer", "lateToStartOffset": "Integer",
        }
    ),
    "JobDailyStatusCount": Model(
        dict.fromkeys(
            (
                "cancelled", "failed", "finishedok", "held", "missedstarttime", "running", "skipped", "waiting",
                "underreview", "fixed",
            ),
            "Integer",
        )
    ),
    "ScheduleDailyStatusCount": Model(
        dict.fromkeys(("failed", "finishedok", "held", "running", "waiting"), "Integer")
    ),
    "DailyGraphEdge": Model(
        {"id": "String", "predecessorId": "String", "predecessorBuilt": "Boolean", "type": "EdgeType"}
    ),
    "EdgeType": Model(
        {
            "id": "Integer", "name": "EdgeName", "condition": "EdgeCondition", "checkAllDays": "Boolean",
            "jobNameLike": "String", "offset": "Integer",
        }
    ),
    "JobHistory": Model(
        {
            "id": "String", "jobName": "String", "jobNumber": "Integer",
            "scheduleHistory": "DailySchedule(masterId date name path)", "jobStartTime": "Date",
            "jobStatus": "JobStatus", "jobTermination": "Date", "duration": "Long", "machine": "Machine(id name)",
            "exitCode": "String", "department": "Department", "frequency": "Frequency", "tags": "[String]",
            "jobType": "JobType",
        },
        "jorsRequestParameters tokenReplacementValues agentStartCommand detailsMessages jobHistoryNotes",
    ),
    # ---- what is defined, and shared ----------------------------------------------------------------------------
    "MasterSchedule": Model(
        {"id": "Integer", "name": "String", "subSchedule": "Boolean"},
        "autoBuildSettings multiInstanceDetails properties",
    ),
    "MasterJob": Model(
        {
            "name": "String", "frequency": "Frequency", "jobType": "JobType", "department": "Department",
            "accessCode": "AccessCode", "primaryMachine": "Machine(id name)", "schedule": "MasterSchedule",
        },
        "alternateMachine alternateMachine2 alternateMachine3 machineGroup estimatedRunTime",
    ),
    "Calendar": Model(
        {
            "id": "Integer", "type": "CalendarType", "name": "String", "dates": "[String]", "description": "String",
        },
        "schedule",
    ),
    "Machine": Model(
        {
            "id": "Integer", "name": "String", "type": "MachineType", "status": "MachineStatus",
            "currentJobs": "Integer", "maximumJobs": "Integer",
        },
        # And some eighty about how it communicates.
        "version osVersion osType socket gatewayId groups lastUpdate allowKillJob documentation",
    ),
    "MachineType": Model({"id": "Integer", "description": "String"}),
    "MachineStatus": Model(
        {"state": "MachineState", "networkStatus": "String", "operationStatus": "MachineOper"}
    ),
    "MachineStatusCount": Model(dict.fromkeys(("up", "down", "error", "waiting", "limited"), "Integer")),
    "Threshold": Model(
        {"id": "Integer", "name": "String", "value": "Integer", "description": "String"},
        "dependentDailyJobs updatedByDailyJobs",
    ),
    "Resource": Model(
        {"id": "Integer", "name": "String", "used": "Integer", "value": "Integer", "description": "String"},
        "dependentDailyJobs updatedByDailyJobs",
    ),
    "GlobalProperty": Model(
        {"id": "Integer", "name": "String", "value": "String", "documentation": "String", "encrypted": "Boolean"},
        "description fullName category isPatternValue type",
    ),
    "PropertyExpression": Model(
        {"expression": "String", "status": "String", "result": "String", "message": "String"}
    ),
    # ---- actions ------------------------------------------------------------------------------------------------
    "JobAction": Model(
        {
            "id": "Integer", "action": "JobActionAction", "result": "Result", "jobs": "[JobActionJob]",
            "expires": "Date", "message": "String", "reason": "String",
        }
    ),
    "JobActionJob": Model(
        {"id": "String", "result": "Result", "message": "String", "status": "JobStatus"},
        "step rebuildOnRestartIfContainer",
    ),
    "ScheduleAction": Model(
        {
            "id": "Integer", "action": "ScheduleActionAction", "states": "[JobStatusCategory]", "result": "Result",
            "scheduleActionItems": "[ScheduleActionItem]", "expires": "Date", "message": "String", "reason": "String",
        }
    ),
    "ScheduleActionItem": Model(
        {
            "id": "String", "result": "Result", "jobs": "[ScheduleActionJob]", "message": "String",
            "updated": "Integer", "status": "ScheduleStatus",
        }
    ),
    "ScheduleActionJob": Model(
        {"id": "String", "uid": "Integer", "result": "String", "message": "String"},
        "frequency rebuildOnRestartIfContainer instanceProperties applyExceptions",
    ),
    "ScheduleActionsByDate": Model(
        {
            "id": "Integer", "scheduleDates": "[LocalDate]", "action": "ScheduleActionAction",
            "states": "[JobStatusCategory]", "result": "Result", "jobs": "[ScheduleActionJob]", "message": "String",
            "reason": "String", "expires": "Date", "updated": "Integer",
        }
    ),
    "ScheduleBuild": Model(
        {
            "schedules": "[Named]", "id": "Integer", "dates": "[String]", "logFile": "String", "overwrite": "Boolean",
            "properties": "[Property]", "namedInstance": "String", "machineName": "String", "hold": "Boolean",
        },
        "expiryTime",
    ),
    "JobInstanceAction": Model(
        {
            "id": "Integer", "action": "JobInstanceActionAction", "result": "Result", "message": "String",
            "jobInstanceActionItems": "[JobInstanceActionItem]", "expires": "Date",
        }
    ),
    "JobInstanceActionItem": Model(
        {
            "id": "Integer", "jorsRequestParameters": "String", "result": "Result", "message": "String",
            "files": "[String]", "data": "String",
        }
    ),
    "MachineAction": Model(
        {
            "id": "Integer", "action": "MachineActionAction", "result": "Result",
            "machines": "[MachineActionMachine]", "expires": "Date", "message": "String",
        }
    ),
    "MachineActionMachine": Model(
        {"id": "Integer", "result": "Result", "message": "String", "status": "MachineStatus"}
    ),
}  # fmt: skip
