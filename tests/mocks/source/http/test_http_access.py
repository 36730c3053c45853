"""Who may come in over HTTP: with which credentials, and for how long."""

from __future__ import annotations

import base64

import pytest

from harness.contract.endpoints import GRANTS
from tests.mocks.conftest import NightOfMocks, Played

NAME = "forecast.csv"
FILE = f"/files/{NAME}"
GRANT = GRANTS["source"]
BASIC = "Basic " + base64.b64encode(f"{GRANT['user']}:{GRANT['password']}".encode()).decode()
BEARER = f"Bearer {GRANT['token']}"


@pytest.fixture
def closed(night: NightOfMocks) -> Played:
    """A source whose chain takes credentials."""
    night.publish(NAME)
    night.plan["takes"] = ["source.token", "source.url"]
    return night.start("source")


def test_a_chain_that_takes_no_credentials_needs_none(source: Played) -> None:
    assert source.get(FILE).status == 200


@pytest.mark.parametrize("given", [BEARER, BASIC])
@pytest.mark.parametrize("path", [FILE, "/files/", f"{FILE}.manifest.json"])
def test_one_that_takes_them_is_let_in_with_them(closed: Played, given: str, path: str) -> None:
    assert closed.get(path, Authorization=given).status == 200


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "no credentials"),
        ("Bearer other", "the token is not known"),
        ("Basic !", "the credentials are not base64 of NAME:PASSWORD"),
        ("Basic " + base64.b64encode(b"retriever:wrong").decode(), "wrong name or password"),
        ("Digest x", "found credentials of the scheme 'Digest', expected Bearer or Basic"),
    ],
)
def test_wrong_credentials_are_a_401_that_says_why(
    night: NightOfMocks, closed: Played, given: str | None, says: str
) -> None:
    answer = closed.get(FILE, **({} if given is None else {"Authorization": given}))
    assert (answer.status, answer.json()["error"]) == (401, says)
    assert 'realm="source"' in answer.headers["WWW-Authenticate"]
    user = "retriever" if "wrong" in says else ""
    assert night.events("login") == [("fail", {"via": "http", "user": user}, f"401: {says}")]
    assert night.events("serve")[-1][2] == f"401: {says}"


def test_a_token_is_good_for_an_hour_of_the_night(night: NightOfMocks, closed: Played) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = closed.post("/token", b"grant_type=client_credentials", Authorization=BASIC, **form)
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    bearer = f"Bearer {given['access_token']}"
    night.run(59)
    assert closed.get(FILE, Authorization=bearer).status == 200
    night.run(61)
    answer = closed.get(FILE, Authorization=bearer)
    assert (answer.status, answer.json()["error"]) == (401, "the token has expired")
    assert 'error="invalid_token", error_description="the token has expired"' in answer.headers["WWW-Authenticate"]
    forged = bearer.replace(bearer[7], str((int(bearer[7]) + 1) % 10), 1)
    assert closed.get(FILE, Authorization=forged).json()["error"] == "the token is not known"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"grant_type=password", 400),
        (b"grant_type=client_credentials&client_id=retriever&client_secret=wrong", 401),
        (b"grant_type=client_credentials&client_id=retriever&client_secret=two-in-the-morning", 200),
    ],
)
def test_a_token_is_given_for_name_and_password_in_the_form(closed: Played, body: bytes, status: int) -> None:
    assert closed.post("/token", body).status == status
