"""What every mock may record: the receipts of the faults that act in it, and bugs."""

from __future__ import annotations

from harness.contract.events.vocabulary import OBJECT, TEXT, Field, either, happening, mapped

FAULT = happening(
    "a fault acts there",
    "info",
    id=Field(TEXT, "the fault's id in `begin`"),
    fault=Field(TEXT, "its name"),
    point=Field(TEXT, "where in the component it acted; of the night's own receipts, `night`"),
    where=Field(mapped(TEXT), "what it acted on there: a job, a file, an endpoint"),
    effect=Field(either(OBJECT, TEXT), "what it did, as it was ordered; of the night's own receipts, in words"),
)

USERS_CODE = "users' code"
"""What the ``where`` of a bug says that a user's own function inside a mock has: `error` names it."""

BUG = happening(
    "the harness went wrong there, `error` has the traceback, and the night is not judged",
    "fail",
    sets_off=False,
    where=Field(TEXT, "what it was doing"),
)
