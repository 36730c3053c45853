"""Node.js across virtual hours: its timers, its dates, its HTTP clients."""

from __future__ import annotations

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import Ended, Night

SECONDS = "const began = Date.now(); const seconds = () => (Date.now() - began) / 1000;\n"


def node(night: Night, code: str) -> Ended:
    needs("node")
    ended = night.run("node", "-e", SECONDS + code)
    assert ended.code == 0, ended.err
    return ended


def test_a_timer_and_the_date_and_the_performance_clock_agree(night: Night) -> None:
    code = "setTimeout(() => console.log(seconds(), performance.now() / 1000, new Date().toISOString()), 3600e3);"
    waited, measured, date = node(night, code).out.split()
    assert 3600 <= float(waited) < 3600.1
    assert 3600 <= float(measured) < 3600.1
    assert date.startswith("2026-11-24T03:00:00")


@pytest.mark.exhaustive
def test_an_interval_rings_each_second_of_an_hour(night: Night) -> None:
    code = """
        let rings = 0;
        const ring = () => { if (++rings === 3600) { clearInterval(every); console.log(seconds()); } };
        const every = setInterval(ring, 1000);"""
    assert 3600 <= float(node(night, code).out) < 3610  # each rings up to a millisecond late, as anywhere


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("call", "says", "limit_s"),
    [
        ("http.get({host, port, timeout: 3600e3}).on('timeout', () => end('timeout'))", "timeout", 3600),
        ("fetch(url).catch(error => end(error.cause.code))", "UND_ERR_HEADERS_TIMEOUT", 300),
    ],
    ids=["http, an hour", "fetch, its default of 300 s"],
)
def test_a_request_gives_up_on_a_silent_server(
    night: Night, silent_port: int, call: str, says: str, limit_s: float
) -> None:
    code = f"""
        const http = require("http"), host = "127.0.0.1", port = {silent_port}, url = `http://${{host}}:${{port}}/`;
        const end = (said) => {{ console.log(said, seconds()); process.exit(0); }};
        {call};"""
    said, waited = node(night, code).out.split()
    assert said == says
    assert limit_s <= float(waited) < limit_s * 1.01 + 1  # fetch looks at its limits twice a second
