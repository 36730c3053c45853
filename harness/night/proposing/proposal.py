"""What a chain's file would have to say of a consumer, so that its rows can be compared with what was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.chain.model import Chain, Consumer
from harness.contract.plan import Plan
from harness.history import History
from harness.night.baseline_compared import PathOf, compared
from harness.night.proposing.choosing import chosen_by
from harness.night.proposing.columns import proposed_columns
from harness.night.proposing.forms import names_of
from harness.night.proposing.pairing import Pairing, pair, quality
from harness.night.proposing.several import several_records
from harness.night.proposing.sides import MOST_RECORDS, Sides, sides

RECORDS = 0.5
"""The part of the rows that must be records; where fewer are, the rows are something else."""


@dataclass
class Proposal:
    """A consumer as the chain would declare it; with each key (``columns.due``), what speaks for it.

    doubts: lines that would hide a defect if they were not meant, and what speaks against them. told: what came of the
    comparison with the declaration. compared: whether nothing differs then.
    """

    name: str
    place: str
    consumer: Consumer
    why: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, tuple[Any, str]] = field(default_factory=dict)
    told: str = ""
    compared: bool = False


def proposals(chain: Chain, plan: Plan, nights: tuple[History, History], path_of: PathOf) -> Iterator[Proposal]:
    """One for each consumer, from two calm nights; the first is the one that is compared."""
    for name, consumer in sorted(chain.consumers.items()):
        made = Proposal(name, chain.where("consumers", name), consumer)
        as_it_is = _compared(chain, made, plan, nights[0], path_of)
        if consumer.records == "derived":
            made.told = "its rows are the chain's own making (records: derived), and are not compared with the source's"
            made.compared = True
        elif as_it_is is None:
            made.told, made.compared = "no file of the source has come whose records it might hold", True
        elif not (_alike(as_it_is) and consumer.records != "some"):
            propose(made, sides(consumer, name, plan, nights, path_of), plan)
        if not made.told:
            value = _compared(chain, made, plan, nights[0], path_of)
            made.told = _told(value)
            made.compared = made.consumer.records == "derived" or (value is not None and _alike(value))
        yield made


def _compared(chain: Chain, made: Proposal, plan: Plan, night: History, path_of: PathOf) -> dict[str, Any] | None:
    alone = chain.model_copy(update={"consumers": {made.name: made.consumer}})
    return next(compared(alone, plan, night, path_of), None)


def _alike(value: dict[str, Any]) -> bool:
    apart = value["changed"]["total"] or value["invented"]["total"] or value["only_published"] or value["only_held"]
    missing = value["records"] - value["lost"]["total"] < value["required"]
    return value["why_not"] is None and not apart and not missing


def _told(value: dict[str, Any] | None) -> str:
    if value is None:
        return "its rows are not compared with the source's, only with those of the night without faults"
    if value["why_not"]:
        return f"not compared: {value['why_not']}"
    if _alike(value):
        held = value["records"] - value["lost"]["total"]
        return f"compared: {held:,} of {value['records']:,} records are held, none of them with other values"
    kinds = (("changed", "values differ"), ("invented", "rows are no record"), ("lost", "records are not held"))
    found = ((value[kind], words) for kind, words in kinds if value[kind]["total"])
    said = [f"{one['total']:,} {words}, such as {one['first'][0]}" for one, words in found]
    if alone := [*value["only_published"], *value["only_held"]]:
        said.append(f"only one side has {', '.join(alone)}")
    return f"compared, and not as published: {'; '.join(said)}"


def propose(made: Proposal, seen: Sides, plan: Plan) -> None:
    """What follows from both sides, put into the proposal."""
    if not seen.rows:
        made.told = "it holds no row under the night's date, so nothing can be said of its columns"
        return
    if not seen.files:
        _derived(made, "; ".join(seen.unread.values()) or "no file has come", sure=True)
        return
    files, found = _best(made.consumer, seen)
    if found is not None and (made_of := several_records(found, len(seen.rows))) is not None:
        _derived(made, made_of, sure=True)
        return
    met = len(found.pairs) if found else 0
    if (found is None or met < RECORDS * len(seen.rows)) and not seen.has_all_records:
        first = f"{met:,} of the first {len(seen.rows):,} rows are one of the first {MOST_RECORDS:,} records"
        made.told = f"{first}, which is too few to tell anything: try it with a smaller file, in the order of the rows"
        return
    if found is None or met < RECORDS * len(seen.rows):
        named = set(seen.held_columns) & {name for rows in seen.files.values() for name in names_of(rows)}
        because = f"{met:,} of {len(seen.rows):,} rows are a record that was published, by any column"
        _derived(made, because, sure=not named)
        return
    columns = proposed_columns(made.consumer, found, seen, files, plan)
    changes: dict[str, Any] = {"columns": columns.declared, "key": columns.key}
    made.why |= columns.why
    made.doubts |= columns.doubts
    if not made.consumer.key:
        del changes["key"]
    elif columns.key != made.consumer.key:
        made.why["key"] = f"no record has the values of {', '.join(sorted({*made.consumer.key} - {*columns.key}))}"
    if set(files) != {*seen.files, *seen.unread}:
        changes["files"] = tuple(files)
        made.why["files"] = f"of {', '.join(sorted({*seen.files, *seen.unread} - {*files}))} no record is held"
    if found.lost and seen.has_all_rows:
        held = [record for record, _ in found.pairs]
        changes["records"] = chosen_by(held, found.lost)
        made.why["records"] = _why_some(changes["records"].at_least, len(held), len(held) + len(found.lost))
    made.consumer = made.consumer.model_copy(update=changes)


def _why_some(share: str | None, held: int, records: int) -> str:
    seen = f"{held:,} of {records:,} records are held"
    if share is None:
        return f"{seen}, and these values tell which; if all are to be held, it is a defect"
    return f"{seen}, and no column's values tell which; if all are to be held, it is a defect"


def _best(consumer: Consumer, seen: Sides) -> tuple[list[str], Pairing | None]:
    """The files whose records the rows are, and which record each row is."""
    tries = [[file] for file in seen.files]
    if len(tries) > 1:
        tries.append([*seen.files])
    found = []
    for files in tries:
        records = [record for file in files for record in seen.files[file]]
        if (one := pair(records, seen.rows, consumer.key)) is not None:
            found.append((files, one))
    if not found:
        return [*seen.files], None
    files, best = max(found, key=lambda way: quality(way[1]))
    if len(files) > 1:
        used = {id(record) for record, _ in best.pairs} | {id(one) for records, _ in best.shared for one in records}
        files = [file for file in files if any(id(record) in used for record in seen.files[file])]
        kept = {id(record) for file in files for record in seen.files[file]}
        best.lost = [record for record in best.lost if id(record) in kept]
    return files, best


def _derived(made: Proposal, because: str, *, sure: bool) -> None:
    if sure:
        made.consumer = made.consumer.model_copy(update={"records": "derived", "columns": _volatile(made.consumer)})
        made.why["records"] = because
    else:
        made.doubts["records"] = (
            "derived",
            f"{because}: a defect, such as another day's rows, unless the chain makes them",
        )


def _volatile(consumer: Consumer) -> dict[str, Any]:
    return {name: said for name, said in consumer.columns.items() if said == "volatile"}
