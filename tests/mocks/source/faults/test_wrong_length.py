"""A declared length that is not that of the body."""

from __future__ import annotations

import http.client
from contextlib import closing

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("by", "stated"), [(7, SIZE + 7), (-7, SIZE - 7), (0.5, SIZE + SIZE // 2), (-0.5, SIZE - SIZE // 2)]
)
def test_a_length_is_misstated(night: NightOfMocks, source: Played, by: float, stated: int) -> None:
    source.arm("serve", {"misstate": {"by": by}}, where={"file": "forecast", "what": "file"})
    with closing(http.client.HTTPConnection("127.0.0.1", source.endpoints["source"])) as client:
        client.request("GET", f"/files/{NAME}")
        answer = client.getresponse()
        try:
            body = answer.read()
        except http.client.IncompleteRead as short:
            body = short.partial
    assert answer.headers["Content-Length"] == str(stated)
    assert body == CONTENT[:stated]
    assert source.get(f"/files/{NAME}.manifest.json").json()["size"] == SIZE
    kind, value, error = night.events("serve")[1]
    assert value["complete"] is False
    assert (kind, error) == (("fail", f"closed after {SIZE} of {stated} bytes") if by > 0 else ("ok", None))
