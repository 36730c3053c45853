"""What the harness itself records of a night: its edges, the heal, and faults that never acted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.contract.events.receipts import FAULT
from harness.contract.events.vocabulary import (
    FLAG,
    NUMBER,
    TEXT,
    Field,
    Happening,
    happening,
    listed,
    mapped,
    maybe,
    one_of,
    or_null,
    record,
)

_MOMENT = "UTC, in nanoseconds since 1970"

_CONSUMER = record(
    kind=maybe(Field(TEXT, "how it takes rows: `postgres`, `folder`, `pull`, `queue`; absent: by `http`")),
    key=Field(listed(TEXT), "the columns that tell one row from another; none: all of them"),
    records=Field(
        one_of("every", "some", "derived"),
        "whether every record that the source publishes is to arrive here; derived: the rows are no records",
    ),
    owner=maybe(Field(TEXT, "who depends on it, where the chain says so, and is not paged by it")),
    contact=maybe(Field(TEXT, "how that owner is reached, where the chain says so")),
    days=maybe(Field(listed(TEXT), "the earlier dates of which the night has files whose records arrive here")),
)
_JOB = record(
    owner=Field(TEXT, "who is paged for it"),
    after=Field(listed(TEXT), "the jobs that must have finished OK before"),
    optional=Field(FLAG, "whether the night is complete without its end"),
    launches=Field(or_null(NUMBER), "how often it may be launched; null: no limit is declared"),
)
_FAULT = record(
    id=Field(TEXT, "under which it leaves its receipts: `0:truncate_file`"),
    name=Field(TEXT, "its name in a scenario"),
    parameters=Field(mapped(TEXT), "what the author has set"),
    causes=Field(listed(TEXT), "the causes that a page may name for it"),
    named_by=Field(listed(TEXT), "words besides, of its own, of the chain and of the scenario, that name it"),
    detectable_by=Field(or_null(listed(TEXT)), "the controls that can notice it; null: it shows without any"),
)
_OPERATOR = record(
    id=Field(TEXT, "under which it is told that they have noticed something: `0:night shift`"),
    when=Field(listed(TEXT), "what they act on"),
    jobs=Field(listed(TEXT), "the jobs that they look after; none: all of them"),
)
_BUDGET = record(
    requests_a_minute=Field(or_null(NUMBER), "within any minute; null: as many as the baseline lets expect"),
    refused_credentials=Field(NUMBER, "in a row"),
    attempts_without_pause=Field(NUMBER, "failed ones at the same thing, of which any three lie within two seconds"),
)

_WATERMARK = record(
    folder=Field(TEXT, "the working folder"),
    file=Field(TEXT, "its name, seen from the folder"),
    field=Field(or_null(TEXT), "the field of its JSON object that counts; null: all of its text"),
    consumers=Field(listed(TEXT), "who must hold what it has passed"),
    began=Field(or_null(TEXT), "what its file says before the night, the first 4,096 bytes; null: not known"),
)

BEGIN = happening(
    "the night begins; what its checks must know of it",
    "info",
    sets_off=False,
    scenario=Field(TEXT, "the scenario's sentence, or that this is its baseline"),
    chain=Field(TEXT, "the chain's name"),
    date=Field(TEXT, "the business date: `2026-11-23`"),
    seed=Field(NUMBER, "what contents and chances are drawn with"),
    order=Field(NUMBER, "in which order jobs start that qualify in one instant; 0: as they stand in the chain"),
    without=Field(listed(TEXT), "the defences that are switched off"),
    owner=Field(TEXT, "the chain's owner"),
    runbook=Field(or_null(TEXT), "the path of what the owner reads"),
    timezone=Field(TEXT, "the chain's: `Europe/Paris`"),
    begins_ns=Field(NUMBER, f"when the night begins: {_MOMENT}"),
    deadline_ns=Field(NUMBER, f"by when it must be delivered: {_MOMENT}"),
    closes_ns=Field(NUMBER, f"from when nothing counts any more: {_MOMENT}"),
    files=Field(listed(TEXT), "the names of the files that are to arrive"),
    seeds=Field(listed(TEXT), "checksums (SHA-256) of the files that the folders begin with"),
    folders=Field(listed(TEXT), "the working folders"),
    checked=maybe(
        Field(mapped(mapped(TEXT)), "folders in which only right files may be: checksums of what they begin with")
    ),
    consumers=Field(mapped(_CONSUMER), "the consumers, which record under these names"),
    watermarks=Field(mapped(_WATERMARK), "the files that say how far the chain has delivered, by the chain's names"),
    quarantine=Field(or_null(TEXT), "the working folder in which bad files are set aside; null: none is declared"),
    jobs=Field(mapped(_JOB), "the jobs, in the chain's order"),
    controls=Field(mapped(listed(TEXT)), "the controls that the chain has, and the defences each is part of"),
    budget=Field(mapped(_BUDGET), "how often each neighbour may be asked"),
    operators=Field(listed(_OPERATOR), "the people of the night shift, in the scenario's order; none in a baseline"),
    faults=Field(listed(_FAULT), "the faults, in the scenario's order; none in a baseline"),
)

_LEFT = record(
    path=Field(TEXT, "where it is in the folder: `jobs/validate.py`"),
    how=Field(one_of("changed", "removed"), "what became of it"),
)

_APART = record(
    first=Field(listed(TEXT), "the first ten, in words"),
    total=Field(NUMBER, "how many there are"),
)

_REASON = one_of("until", "asked", "stuck", "loop")
_REASONS = (
    "until: it was time; asked: the schedule was complete; stuck: nothing was due any more; "
    "loop: tight loops have been ended so often that it was enough"
)

NIGHT: Mapping[str, Happening] = {
    "begin": BEGIN,
    "fault": replace(FAULT, says="a fault acts that needs no component to act", sets_off=False),
    "stuck": happening(
        "everybody waits, and nothing is due: time can only go on at the deadline",
        "info",
        sets_off=False,
        waits=Field(listed(TEXT), "who waits for what"),
    ),
    "loop": happening(
        "so many requests came to nothing while no minute passed, and the jobs that made them are ended",
        "info",
        sets_off=False,
        jobs=Field(listed(TEXT), "the jobs that worked meanwhile"),
        requests=Field(NUMBER, "so many refusals and failures, at least"),
    ),
    "outside": happening(
        "a program is started that does not live in the night's time; each once, by who starts it",
        "info",
        sets_off=False,
        by=Field(TEXT, "who starts it: a job, or a part of the night"),
        program=Field(TEXT, "its file, as it was started"),
        reason=Field(TEXT, "why the clock cannot enter it"),
        todo=Field(TEXT, "what to do about it"),
        excepted=Field(FLAG, "whether the chain says that this does not matter (`outside_clock`)"),
    ),
    "unfired": happening(
        "a fault is taken out that never acted",
        "info",
        sets_off=False,
        id=Field(TEXT, "the fault's id in `begin`"),
        passed=Field(NUMBER, "how often its point was passed"),
        awake=Field(NUMBER, "how often that was while its trigger agreed"),
        fired=Field(FLAG, "whether its event (`on`) had come"),
        why=Field(TEXT, "why it never acted, in words"),
    ),
    "heal": happening(
        "the faults without an end of their own have been taken out",
        "info",
        sets_off=False,
        reason=Field(_REASON, f"why then; {_REASONS}"),
    ),
    "end": happening(
        "the night is over",
        "info",
        sets_off=False,
        reason=Field(_REASON, f"why then; {_REASONS}"),
    ),
    "compared": happening(
        "what a consumer holds in a night without faults was compared with what the source had published",
        "info",
        sets_off=False,
        consumer=Field(TEXT, "the consumer"),
        place=Field(TEXT, "where the chain's file speaks of it: `chain.yaml:35`"),
        files=Field(listed(TEXT), "the names of the files whose records it is to hold"),
        columns=Field(listed(TEXT), "the columns whose values were compared, by the consumer's names"),
        only_published=Field(listed(TEXT), "columns that only the records have, of which the chain says nothing"),
        only_held=Field(listed(TEXT), "columns that only its rows have, of which the chain says nothing"),
        declared=Field(listed(TEXT), "what the chain declares of its columns: `cents: {from: amount, times: 100}`"),
        records=Field(NUMBER, "records in the files that pass the consumer's filter, or all"),
        required=Field(NUMBER, "so many of them it must hold; 0: the chain does not say how many"),
        rows=Field(NUMBER, "rows that it holds under the night's date"),
        lost=Field(_APART, "records that it does not hold"),
        invented=Field(_APART, "rows that are no record, and second copies"),
        changed=Field(_APART, "values that are not the published ones"),
        why_not=Field(or_null(TEXT), "why they could not be compared; null: they were"),
    ),
    "chain_folder": happening(
        "the night is over, and its jobs have left the chain's folder otherwise than it was when they began",
        "info",
        sets_off=False,
        programs=Field(listed(_LEFT), "what was there and is what later nights run: chain file, programs, scripts"),
        data=Field(listed(_LEFT), "what else was there, and any of which the mode alone was changed"),
        added=Field(listed(TEXT), "the paths of files that were not there"),
        more=Field(NUMBER, "how many files more than are named: of each kind it is the first 100"),
    ),
}
