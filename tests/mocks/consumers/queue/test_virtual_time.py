"""The server inside the night: what waits and what expires does so in virtual time, and at rest it stands still."""

from __future__ import annotations

import json

import pytest

from tests.mocks.consumers.queue.conftest import Queues

CONNECT = """
import json, os, time, redis
client = redis.from_url(os.environ["REDIS_URL"], socket_timeout=None)  # from 8 on, it has one of its own
"""


@pytest.mark.parametrize(
    "wait",
    [
        'client.blpop("empty", timeout=1800)',
        'client.blmove("empty", "forecasts", 1800)',
        'client.execute_command("BLMPOP", 1800, 1, "empty", "LEFT")',
        'client.xread({"empty": "$"}, block=1800_000)',
        "client.wait(1, 1800_000)",
    ],
)
def test_a_wait_of_half_an_hour_ends_then_and_not_later(queues: Queues, wait: str) -> None:
    printed = queues.job(f"{CONNECT}\nbegins = time.monotonic()\n{wait}\nprint(time.monotonic() - begins)")
    assert 1800 < float(printed) < 1800.01, queues.stop


def test_what_is_awaited_comes_when_it_is_pushed(queues: Queues) -> None:
    waiting = (
        f"{CONNECT}\nbegins = time.monotonic()\n"
        "print(client.blpop('work', timeout=7200)[1].decode(), round(time.monotonic() - begins))"
    )
    printed = queues.run_side_by_side(waiting, f"{CONNECT}\ntime.sleep(3600)\nclient.rpush('work', 'x')")
    assert printed[0] == "x 3600\n"


def test_a_lock_expires_at_its_time(queues: Queues) -> None:
    printed = queues.job(
        f"{CONNECT}\n"
        "held = [client.set('lock', 'me', nx=True, px=900_000)]\n"
        "for _ in range(3):\n"
        "    time.sleep(449)\n"
        "    held.append(client.set('lock', 'other', nx=True, px=900_000))\n"
        "print(json.dumps(held))"
    )
    assert json.loads(printed) == [True, None, None, True]


def test_a_server_at_rest_does_not_wake(queues: Queues) -> None:
    queues.job(f"{CONNECT}\nclient.ping()\ntime.sleep(36000)")
    assert queues.stop.jumps < 10
