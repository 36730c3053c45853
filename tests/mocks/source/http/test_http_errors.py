"""A fault's refusals in the words of HTTP."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
FILE = f"/files/{NAME}"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("unavailable", 503),
        ("internal_error", 500),
        ("throttled", 429),
        ("forbidden", 403),
        ("login_refused", 401),
        ("session_expired", 401),
        ("token_expired", 401),
    ],
)
def test_a_fault_refuses_in_the_words_of_http(night: NightOfMocks, source: Played, kind: str, status: int) -> None:
    source.arm("request", {"refuse": kind, "retry_after_s": 90}, where={"via": "http", "operation": "get"}, times=1)
    answer = source.get(FILE)
    assert (answer.status, answer.headers["Retry-After"]) == (status, "90")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    (receipt,) = night.events("fault")
    assert receipt[1]["where"] == {"via": "http", "operation": "get", "name": NAME}
    assert source.get(FILE).data == CONTENT


def test_a_fault_refuses_a_listing_or_a_login_alone(source: Played) -> None:
    source.arm("request", {"refuse": "unavailable"}, where={"operation": "list"})
    source.arm("request", {"refuse": "login_refused"}, where={"operation": "login"}, order_id="1")
    assert [source.get(path).status for path in ("/files/", FILE)] == [503, 200]
    assert source.post("/token", b"grant_type=client_credentials").status == 401
