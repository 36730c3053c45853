"""Kinds of consumers and channels of users' own: they load as ours do, and what is wrong is told in a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from harness import Consumer, consumer_kind, load_chain
from harness.chain.consumers.own import OWN_KINDS
from harness.contract import addresses, channels
from harness.contract.channels import desk_channel
from harness.contract.codec import read, write
from harness.contract.consumers import PlannedConsumer, PlannedOwn
from harness.errors import LoadError
from harness.mocks.consumers.own.takers import takes_rows
from harness.mocks.desk.channels.own import takes_pages
from harness.scenario.loading import load_scenario
from tests.extensions.packages import EXAMPLE, harness, install


class Belt(Consumer):
    """A belt of our own."""

    kind: Literal["belt"]
    lane: Annotated[int, Field(ge=1)] = 1


class Nothing:
    """No consumer, and no taker."""


class Takes:
    """Everything that one takes."""

    read = answered = refused = lambda *_: None


@pytest.fixture
def ours() -> Iterator[None]:
    """A belt and a pager, which are registered for one test."""
    consumer_kind("belt")(Belt)
    desk_channel(
        "pager", path="/pager/{address}/page", form=(r"\d+", "a number"), address=lambda owner: str(len(owner))
    )
    yield
    del OWN_KINDS["belt"]
    for place in (channels.OWN, addresses.KINDS, addresses.OWN_PATHS, addresses.ADDRESS_FORMS):
        del place["pager"]


CHAIN = """\
chain: c
owner: data-ops
deadline: "06:00"
oncall: oncall.yaml
environment: {{BELT: {{from: belt.{place}}}, PAGER: {{from: desk.{channel}}}}}
jobs: {{a: {{run: [x], at: "02:00", rules: [{{when: failed, do: page}}]}}}}
consumers:
  belt: {{kind: belt, lane: {lane}}}
"""
ROSTER = """\
people: {{ann: {{}}}}
owners:
  data-ops: {{on_call: [ann], addresses: {{pager: "{number}"}}}}
"""


SCENARIO = """\
scenario: s
chain: chain.yaml
night: 2026-11-23
faults: [{{page_lost: {{channel: {}}}}}]
expect: {{outcome: damaged}}
"""


def chain(folder: Path, number: str = "17", place: str = "url", channel: str = "pager_url", lane: Any = 2) -> Path:
    (folder / "oncall.yaml").write_text(ROSTER.format(number=number))
    (folder / "chain.yaml").write_text(CHAIN.format(place=place, channel=channel, lane=lane))
    return folder / "chain.yaml"


@pytest.mark.usefixtures("ours")
def test_a_chain_says_of_them_what_their_classes_take(tmp_path: Path) -> None:
    loaded = load_chain(chain(tmp_path))
    assert loaded.consumers["belt"] == Belt(kind="belt", lane=2)
    assert loaded.model_dump()["consumers"]["belt"]["lane"] == 2


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lane": 0}, "chain.yaml:8: found 0, expected a number greater than or equal to 1"),
        ({"lane": '"x"'}, "chain.yaml:8: found 'x', expected a whole number"),
        ({"lane": "1, lnae: 2"}, "chain.yaml:8: unknown key 'lnae'. Did you mean 'lane'?"),
        ({"place": "path"}, "chain.yaml:5: unknown place 'belt.path'. "),
        ({"channel": "pager_uri"}, "chain.yaml:5: unknown place 'desk.pager_uri'. Did you mean 'desk.pager_url'?"),
        ({"number": "x7"}, "oncall.yaml:3: found 'x7', expected a number"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(LoadError) as refused:
        load_chain(chain(tmp_path, **changed))
    assert says in str(refused.value)
    assert len(refused.value.mistakes) == 1


def test_without_its_package_a_kind_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"8: found 'belt', expected http, postgres, folder, pull, queue"):
        load_chain(chain(tmp_path))


@pytest.mark.usefixtures("ours")
def test_a_fault_may_name_the_channel(tmp_path: Path) -> None:
    chain(tmp_path)
    scenario = tmp_path / "it.yaml"
    scenario.write_text(SCENARIO.format("pager"))
    load_scenario(scenario)
    scenario.write_text(SCENARIO.format("pagr"))
    with pytest.raises(LoadError, match=r"unknown channel 'pagr'. Did you mean 'pager'\?"):
        load_scenario(scenario)


def test_what_is_planned_of_it_survives_the_way_to_its_mock() -> None:
    planned = PlannedOwn(kind="belt", settings={"lane": 2, "of": ["a"]}, key=("a",), volatile=("b",))
    assert read(PlannedConsumer, write(planned), "consumer") == planned  # type: ignore[arg-type]  # a union


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    ("register", "says"),
    [
        (lambda: consumer_kind("http")(Belt), "found the name of one of ours (http, postgres, folder, pull, queue)"),
        (lambda: consumer_kind("belt")(Belt), "found a second one of this name (the first is in "),
        (lambda: consumer_kind("band")(Belt), "found a class Belt for another kind, expected kind: Literal"),
        (lambda: consumer_kind("band")(Nothing), "expected a class that extends harness.Consumer"),  # type: ignore[type-var]
        (lambda: desk_channel("Bell", path="/bell/{address}"), "found the name 'Bell', expected small letters"),
        (lambda: desk_channel("slack", path="/slack/{address}"), "found a name that is taken; choose another"),
        (lambda: desk_channel("pager", path="/pager/{address}"), "found a name that is taken (the first is in "),
        (lambda: desk_channel("bell", path="/hooks/{address}"), "expected '/bell/…' with one {address} in it"),
        (lambda: desk_channel("bell", path="/bell/x"), "expected '/bell/…' with one {address} in it"),
        (lambda: desk_channel("bell", path="/bell/{address}/{x}"), "expected '/bell/…' with one {address} in it"),
        (lambda: takes_rows("queue")(Takes), "found the name of one of ours (http, "),
        (lambda: takes_rows("belt")(Nothing), "found no read, answered, refused, expected read, answered and refused"),
        (lambda: takes_pages("bell")(Takes), "found no channel of this name that desk_channel registers. Known: pager"),
        (lambda: takes_pages("pager")(Nothing), "found no read, answered, refused, expected read, answered and ref"),
    ],
)
def test_what_is_no_kind_and_no_channel_is_refused_where_it_is_registered(
    register: Callable[[], object], says: str
) -> None:
    with pytest.raises(Exception, match=re.escape(says)) as refused:
        register()
    assert "\n" not in str(refused.value)


def site(folder: Path, **changed: tuple[str, str]) -> Path:
    """The example's package, as pip leaves it; of a module by its name, some text is another one."""
    files = {str(file.relative_to(EXAMPLE)): file.read_text() for file in (EXAMPLE / "pallets").glob("*.py")}
    for name, (old, new) in changed.items():
        assert old in files[f"pallets/{name}.py"]
        files[f"pallets/{name}.py"] = files[f"pallets/{name}.py"].replace(old, new) if old else new
    doors = {"consumers": "dock", "channels": "ntfy", "controls": "controls", "formats": "bars", "factories": "factory"}
    doors |= {"faults": "swapped_digits"}
    for door, module in doors.items():
        install(folder, {}, f"{door}: {module.replace('factory', 'pallets')} = pallets.{module}", name=f"night-{door}")
    for module in ("in_mocks", "dock_in_mocks", "ntfy_in_mocks"):
        install(folder, {}, f"mocks: {module} = pallets.{module}", name=f"night-{module}")
    return install(folder, files)


@pytest.mark.parametrize(
    ("changed", "scenario", "says"),
    [
        (
            {"dock_in_mocks": ('@takes_rows("dock")', "")},
            "busy_gate",
            "the kind of consumers 'dock': found no class inside the mocks that plays it; expected one under @takes",
        ),
        (
            {"ntfy_in_mocks": ('@takes_pages("ntfy")', "")},
            "told_by_ntfy",
            "the channel 'ntfy' of the desk: found no class inside the mocks that plays it; expected one under @takes",
        ),
        (
            {"dock_in_mocks": ("said = ", "said = str(1 / 0) if stored else ")},
            "busy_gate",
            "the mock consumers, in the night of 2026-11-23: pallets.dock_in_mocks.Dock.answered: ZeroDivisionError",
        ),
        (
            {"ntfy_in_mocks": ("return Call(", "return dict(")},
            "told_by_ntfy",
            "in the mock desk, in the night of 2026-11-23: pallets.ntfy_in_mocks.Ntfy.read: TypeError: it returned",
        ),
    ],
)
def test_what_its_author_has_left_out_or_got_wrong_is_told_as_theirs(
    tmp_path: Path, changed: dict[str, tuple[str, str]], scenario: str, says: str
) -> None:
    run = harness("run", EXAMPLE / f"{scenario}.yaml", site=site(tmp_path / "site", **changed), cwd=tmp_path)
    assert run.returncode in (3, 4), run.stdout + run.stderr
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_a_module_that_registers_none_is_told(tmp_path: Path) -> None:
    folder = site(tmp_path / "site")
    (folder / "pallets" / "dock.py").write_text("")
    said = harness("lint", EXAMPLE / "chain/dock.yaml", site=folder, cwd=tmp_path).stderr
    assert "found no kind of consumers that pallets.dock registers; expected a class under @consumer_kind(NAME)" in said
