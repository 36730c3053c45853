"""What a consumer has agreed with its senders: rows that are otherwise, and plans that have changed, are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aiohttp import web

from harness.mocks.consumers.ledger import Batch, Ledger
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.texts import kept

MOST_TOLD = 10
"""So many of the bad rows of a batch are named; all are counted."""


class BadRows(Refusal):
    """A batch of which nothing is stored, because some rows are not as was agreed: the first of them, and how many."""

    def __init__(self, bad: Iterable[Refusal], status: int) -> None:
        first, *others = bad
        said = str(first).removeprefix(f"{first.field}: found ").partition(", expected ")
        super().__init__(first.field, found=said[0], expected=said[2], status=status)
        self.errors = [str(one) for one in [first, *others][:MOST_TOLD]]
        self.rows = 1 + len(others)


def check_required(batch: Batch, required: tuple[str, ...]) -> None:
    """422 for a batch in which a row has no value in one of these columns."""
    if required and (bad := [*_lacking(batch, required)]):
        raise BadRows(bad, 422)


def check_unique(batch: Batch, ledger: Ledger) -> None:
    """409 for a batch with a row whose unique values are there already."""
    expected = f"one row a date for each {', '.join(ledger.unique)}"
    doubled = ledger.doubled(batch)
    bad = [Refusal(f"rows[{position}]", found=kept(value, 80), expected=expected) for position, value in doubled]
    if bad:
        raise BadRows(bad, 409)


def check_version(request: web.Request, ledger: Ledger, business_date: str) -> None:
    """428 for a change that says of no version (RFC 6585), 412 for one of a version that is no more (RFC 9110)."""
    given = request.headers.get("If-Match")
    expected = f"the ETag of the plan of {business_date} as it was read"
    if given is None:
        raise Refusal("If-Match", found="nothing", expected=expected, status=428)
    versions = [version.strip() for version in given.split(",")]
    if etag(ledger, business_date) not in versions and versions != ["*"]:
        raise Refusal("If-Match", found=kept(given, 80), expected=f"{expected}: it has changed", status=412)


def etag(ledger: Ledger, business_date: str) -> str:
    """The version of a date's plan, as HTTP writes one."""
    return f'"{business_date}-{ledger.version(business_date)}"'


def _lacking(batch: Batch, required: tuple[str, ...]) -> Iterator[Refusal]:
    """The first column of each row that lacks one."""
    for position, row in enumerate(batch.contents()):
        lacks = next((column for column in required if row.get(column) in (None, "")), None)
        if lacks is not None:
            found = "nothing" if row.get(lacks) is None else "an empty text"
            yield Refusal(f"rows[{position}].{lacks}", found=found, expected="a value")
