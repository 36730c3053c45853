"""What a consumer holds, page by page: ``next`` in the body and in a Link header lead from each page to the next."""

from __future__ import annotations

from aiohttp import web

from harness.mocks.consumers import dates
from harness.mocks.consumers.ledger import Ledger
from harness.mocks.core.documents import whole_number
from harness.mocks.core.refusal import Refusal

MOST_PAGE = 1_000_000


def page(request: web.Request, ledger: Ledger, page_rows: int) -> web.Response:
    """The page that a request asks for, the first where it asks for none; Refusal where there is none such."""
    date, number = dates.asked_for(request), _number(request.query.get("page", "1"))
    count, _ = ledger.count(date)
    last = max(1, -(-count // page_rows))
    if number > last:
        raise Refusal("page", found=str(number), expected=f"at most {last}, which is the last page", status=404)
    next_ = str(request.url.update_query(page=str(number + 1))) if number < last else None
    told = {"count": count, "next": next_, "results": ledger.rows(date, (number - 1) * page_rows, page_rows)}
    return web.json_response(told, headers={"Link": f'<{next_}>; rel="next"'} if next_ else None)


def _number(given: str) -> int:
    number = whole_number(given)
    if number is None or not 1 <= number <= MOST_PAGE:
        raise Refusal("page", found=repr(given[:80]), expected=f"a number from 1 to {MOST_PAGE:,}")
    return number
