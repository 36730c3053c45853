"""What every mock may record: the receipts of the faults that act in it, and bugs."""

from __future__ import annotations

from dataclasses import replace

from harness.contract.events.vocabulary import NUMBER, OBJECT, TEXT, Field, either, happening, listed, mapped, maybe

FAULT = happening(
    "a fault acts there",
    "info",
    id=Field(TEXT, "the fault's id in `begin`"),
    fault=Field(TEXT, "its name"),
    point=Field(TEXT, "where in the component it acted; of the night's own receipts, `night`"),
    where=Field(mapped(TEXT), "what it acted on there: a job, a file, an endpoint"),
    effect=Field(either(OBJECT, TEXT), "what it did, as it was ordered; of the night's own receipts, in words"),
)

FAULT_IN_A_FILE = replace(
    FAULT,
    fields={
        **FAULT.fields,
        "guessed": maybe(Field(listed(TEXT), "what it went by of the file's layout that nobody has said, in words")),
    },
)
"""Of a fault at the source, which may damage records."""

FREED = happening(
    "a fault was taken out at the deadline, and what it had kept back goes on, or what it would have met passes",
    "info",
    sets_off=False,
    id=Field(TEXT, "the fault's id in `begin`"),
    fault=Field(TEXT, "its name"),
    point=Field(TEXT, "where in the component it would have acted once more"),
    where=Field(mapped(TEXT), "on what: a job, a file, an endpoint"),
    held=maybe(Field(NUMBER, "the connections, answers or writes that it had kept back until then")),
)
"""What would not have happened if the fault had gone on."""

USERS_CODE = "users' code"
"""What the ``where`` of a bug says that a user's own function inside a mock has: `error` names it."""

BUG = happening(
    "the harness went wrong there, `error` has the traceback, and the night is not judged",
    "fail",
    sets_off=False,
    where=Field(TEXT, "what it was doing"),
)
