"""The control interface: one mock's life, and orders that one mock's events set off in another."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks
from tests.sample import sample

MOCKS = ("source", "wire", "consumers", "desk", "folders")
PAGE = {"owner": "data-ops", "job": "retrieve", "cause": "exit 3", "text": "it failed", "runbook": None}
SEEN_BY_DESK = {"component": "desk", "action": "page", "type": "ok"}


@pytest.mark.parametrize("component", sample(MOCKS, {"desk", "folders"}))
def test_every_mock_answers_the_whole_interface(night: NightOfMocks, component: str) -> None:
    mock = night.start(component)
    health = mock.done("GET", "health")
    assert (health["component"], health["pid"]) == (component, mock.process.pid)
    assert mock.done("GET", "state")["orders"] == []
    assert mock.done("POST", "settle") == {}
    assert mock.done("DELETE", "arm/unknown") == {}
    assert mock.call("POST", "fire/unknown") == (404, {"error": f"{component} holds no order 'unknown'"})
    assert mock.call("POST", "start") == (404, {"error": f"{component} has no control call POST /start"})


@pytest.mark.parametrize("component", sample(MOCKS))
def test_a_mock_loads_nothing_heavy(component: str) -> None:
    module = "" if component in ("wire", "desk", "folders") else ".__main__"
    program = f"import sys, harness.mocks.{component}{module}; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pydantic", "rich", "ruamel.yaml", "docker", "faker", "pytest", "testcontainers"}
    if component in ("wire", "folders"):
        heavy |= {"aiohttp"}
    assert not heavy & set(loaded)


def test_a_mock_ends_on_sigterm_without_a_word(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.mocks.desk", "--dir", str(tmp_path)], stderr=subprocess.PIPE
    )
    while not (tmp_path / "control" / "desk.sock").exists():
        assert process.poll() is None
    process.terminate()
    assert process.communicate(timeout=patience_s())[1] == b""
    assert process.returncode == 0


def test_a_socket_path_that_is_too_long_says_so(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    command = [sys.executable, "-m", "harness.mocks.folders", "--dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience_s())
    assert ended.returncode != 0
    assert "expected at most 107; use a shorter --dir" in ended.stderr


def test_an_event_of_one_mock_sets_off_an_order_of_another(night: NightOfMocks) -> None:
    night.publish("forecast.csv")
    source, desk = night.start("source"), night.start("desk")
    source.arm("serve", {"cut": {"bytes": 5, "where": "exact"}}, on=SEEN_BY_DESK | {"value": {"job": "retrieve"}})
    desk.done("POST", "arm", {"id": "0", "relay": "source", "on": SEEN_BY_DESK | {"value": {"job": "retrieve"}}})
    assert len(source.get("/files/forecast.csv").data) > 5
    desk.post("/pages", PAGE | {"job": "publish"})
    assert len(source.get("/files/forecast.csv").data) > 5
    desk.post("/pages", PAGE)
    assert len(source.get("/files/forecast.csv").data) == 5
    assert [event.component for event in night.history().of("fault")] == ["source"]


def test_an_order_set_off_by_an_event_acts_for_so_long(night: NightOfMocks) -> None:
    night.publish("forecast.csv")
    source, desk = night.start("source"), night.start("desk")
    source.arm("serve", {"cut": {"bytes": 5, "where": "exact"}}, on=SEEN_BY_DESK, for_ns=10 * MINUTE_NS)
    desk.done("POST", "arm", {"id": "0", "relay": "source", "on": SEEN_BY_DESK})
    night.run(30)
    desk.post("/pages", PAGE)
    night.run(39)
    assert len(source.get("/files/forecast.csv").data) == 5
    night.run(41)
    assert len(source.get("/files/forecast.csv").data) > 5


def test_an_own_event_sets_off_an_own_order(night: NightOfMocks) -> None:
    night.publish("forecast.csv")
    source = night.start("source")
    on = {"component": "source", "action": "serve", "type": "ok", "value": {"what": "manifest"}}
    source.arm("serve", {"cut": {"bytes": 5, "where": "exact"}}, on=on)
    assert len(source.get("/files/forecast.csv").data) > 5
    source.get("/files/forecast.csv.manifest.json")
    assert len(source.get("/files/forecast.csv").data) == 5


def test_two_mocks_can_set_off_each_other_at_once(night: NightOfMocks) -> None:
    night.publish("forecast.csv")
    source, desk = night.start("source"), night.start("desk")
    served = {"component": "source", "action": "serve", "type": "invoke"}
    source.done("POST", "arm", {"id": "to desk", "relay": "desk", "on": served})
    desk.done("POST", "arm", {"id": "to source", "relay": "source", "on": SEEN_BY_DESK})
    source.arm("serve", {"cut": {"bytes": 5, "where": "exact"}}, order_id="to source", on=SEEN_BY_DESK)
    with ThreadPoolExecutor(2) as both:
        both.submit(lambda: [source.get("/files/forecast.csv") for _ in range(20)])
        paged = both.submit(lambda: [desk.post("/pages", PAGE).status for _ in range(20)])
    assert paged.result() == [201] * 20
    assert len(source.get("/files/forecast.csv").data) == 5


def test_a_relay_to_a_mock_that_is_not_there_is_a_bug(night: NightOfMocks) -> None:
    desk = night.start("desk")
    desk.done("POST", "arm", {"id": "0", "relay": "scheduler", "on": SEEN_BY_DESK})
    assert desk.post("/pages", PAGE).status == 500
    (bug,) = night.history("desk").of("bug")
    assert "scheduler.sock" in str(bug.error) or "No such file" in str(bug.error)
    desk.done("POST", "reset", night.plan)


def test_events_carry_the_nights_time(night: NightOfMocks) -> None:
    desk = night.start("desk")
    night.run(300)
    desk.post("/pages", PAGE)
    (page,) = night.history().of("page", type="ok")
    assert 0 <= page.at - (BEGINS_NS + 300 * MINUTE_NS) < 1_000_000_000
