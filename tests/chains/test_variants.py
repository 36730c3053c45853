"""The reference chain by another protocol ends every night as it does by HTTP.

Faults that act in the scheduler alone, which asks no source, meet no protocol: their nights are not run again. A night
runs on one variant only, on one after the other of them, where its faults are the same to every protocol (what changes
what a file holds or when it comes is done by the source's store, before any front end has the file; but each protocol
states the length of a truncated file in its own way, and one that is renamed under its reader is another matter to
each), and where the chain is the fragile one, which has nothing that a protocol could keep from working.

By default, few nights of each protocol are run; all of them are exhaustive.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.contract.content import Content
from harness.contract.points import Point
from harness.faults import ContentFault, Fault, NoFault
from harness.faults.arrival.rename_under_reader import RenameUnderReader
from harness.faults.delivery.truncate_file import TruncateFile
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario
from harness.values.units import ClockTime

FOLDER = fixtures() / "chains" / "planning_feed"
VARIANTS = ("s3", "sftp", "snowflake")
TWINS = {"planning-feed": "{}.yaml", "planning-feed-fragile": "{}_fragile.yaml"}
"""The variant's file that stands for each chain."""

PATHS = sorted(scenarios().rglob("*.yaml"))

DEFAULT = {"delivery/cut_on_a_record_boundary"}
"""Run by default, on every protocol: a file that is not what it should be, and then is."""

DEFAULT_PATHS = [path for path in PATHS if f"{path.parent.name}/{path.stem}" in DEFAULT]

loaded = functools.cache(load_scenario)
chain_of = functools.cache(load_chain)

WITHOUT_WORDS: dict[str, set[str]] = {"s3": set(), "sftp": {"token_expired"}, "snowflake": set()}
"""Faults that a variant's protocol has no words for: they cannot be in a scenario of it."""

UNTOLD = "nothing in SFTP says when to come again"
UNSTATED = "SFTP states no length of what it sends: a client reads on until there is no more"
BOUNDED = "at this rate the client's own limit on a login ends it long before max run time does"
POLLED = "paramiko looks ten times a second whether an answer has come, so that a whole night of it takes minutes"
OUTLIVED = "the listing alone takes longer than the source keeps a connection, and the file comes over a fast one"
UNHEARD = "the connector keeps to itself when it was told to come again"
RENEWED = "the connector renews a session that has expired, and nobody notices"
TRIES_AGAIN = "the connector tries again by itself, and nothing tells it not to"
SILENT = "over SFTP a file that ends early ends like any other, so that no exit code tells of it"
BROKEN_OFF = "a server of SFTP that goes wrong says nothing: it breaks off, and that is what a page can tell"
SKEWED = "S3 refuses a request whose clock is a quarter of an hour off, as the real one does"
EXCLUDED = {
    **{("s3", f"clocks/{path.stem}"): SKEWED for path in PATHS if path.parent.name == "clocks"},
    ("s3", "access/slow_drip"): OUTLIVED,
    ("s3", "access/slow_drip_fragile"): OUTLIVED,
    ("sftp", "launch/misread_exit_code_fragile"): SILENT,
    ("sftp", "access/throttle"): UNTOLD,
    ("sftp", "access/throttle_fragile"): UNTOLD,
    ("sftp", "access/server_error_for_one_job_no_retry"): BROKEN_OFF,
    ("sftp", "access/wrong_length"): UNSTATED,
    ("sftp", "access/wrong_length_fragile"): UNSTATED,
    ("sftp", "access/wrong_length_too_long"): UNSTATED,
    ("sftp", "access/slow_drip"): BOUNDED,
    ("sftp", "access/endless_listing_fragile"): POLLED,
    ("snowflake", "access/slow_drip"): BOUNDED,
    ("snowflake", "access/connect_hang_fragile"): TRIES_AGAIN,
    ("snowflake", "access/connection_refused_fragile"): TRIES_AGAIN,
    ("snowflake", "access/server_error"): TRIES_AGAIN,
    ("snowflake", "access/server_error_for_one_job_no_retry"): TRIES_AGAIN,
    ("snowflake", "access/server_error_fragile"): TRIES_AGAIN,
    ("snowflake", "access/throttle_fragile"): TRIES_AGAIN,
    ("snowflake", "access/throttle"): UNHEARD,
    ("snowflake", "access/session_expired"): RENEWED,
    ("snowflake", "access/session_expired_fragile"): RENEWED,
}
"""Nights that a protocol makes impossible, or that its client honestly ends otherwise, and why."""

CAUSES = {
    ("s3", "access/login_refused_no_fallback"): "InvalidAccessKeyId",
    ("sftp", "access/access_denied_no_fallback"): "denied permission",
    ("sftp", "access/login_refused_no_fallback"): "lets nobody in",
    ("snowflake", "access/login_refused_no_fallback"): "lets nobody in",
}
"""What the page says where the scenario has the words of HTTP, and the protocol its own."""


class Places:
    """The parts of a stack that faults reach (`harness.faults.System`); none of them is there."""

    def __init__(self) -> None:
        self.reached: set[tuple[str, str]] = set()

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        self.reached.add((point.component, point.name))
        yield

    def at(self, time: ClockTime) -> int:
        return 0

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Content:
        return Content(sha256="0" * 64, md5="", size=0, records=0, control_total=None, layout=None)

    def receipt(self, fault: Fault, effect: str) -> None:
        self.reached.add(("night", ""))


def reached(fault: Fault) -> set[tuple[str, str]]:
    """The components and points at which a fault acts."""
    places = Places()
    with fault.inject(places):
        return places.reached


def meets_a_source(fault: Fault) -> bool:
    """Whether it acts outside the scheduler and the consumers, or in the job's own process.

    Doing nothing is a night like any.
    """
    if isinstance(fault, ContentFault | NoFault):
        return True
    return any(part not in ("scheduler", "consumers") or point in ("clock", "disk") for part, point in reached(fault))


def meets_the_protocol(fault: Fault) -> bool:
    """Whether the fault may be another one to each protocol."""
    if isinstance(fault, TruncateFile | RenameUnderReader):
        return True
    if isinstance(fault, ContentFault):
        return False
    return not all(part in ("scheduler", "night") or point == "arrive" for part, point in reached(fault))


def on_variant(path: Path, variant: str) -> Scenario | None:
    """A shipped scenario with the variant's chain in place of its own; None when it is about another chain."""
    scenario = loaded(path)
    if scenario.chain.chain not in TWINS:
        return None
    chain = chain_of(FOLDER / TWINS[scenario.chain.chain].format(variant))
    if scenario.chain.switched_off and not scenario.chain.chain.endswith("fragile"):
        chain = chain.without(scenario.chain.switched_off)
    if any(fault.name in WITHOUT_WORDS[variant] for fault in scenario.faults):
        return None
    name = f"{path.parent.name}/{path.stem}"
    if (variant, name) in EXCLUDED:
        return None
    expected = scenario.expect.model_copy(update={"cause": CAUSES.get((variant, name), scenario.expect.cause)})
    changed = scenario.model_copy(update={"chain": chain, "expect": expected})
    assert Scenario.model_validate(changed) is changed
    return changed


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every worker of every run collects this: where nobody asks for the exhaustive ones, they are not even loaded."""
    if metafunc.function is test_a_night_ends_as_its_scenario_says_whatever_the_protocol:
        config = metafunc.config
        asked_for = config.option.exhaustive or any(Path(__file__).name in argument for argument in config.args)
        metafunc.parametrize("scenario", list(nights(PATHS if asked_for else DEFAULT_PATHS)))


def nights(paths: Container[Path]) -> Iterator[Any]:
    for number, path in enumerate(PATHS):
        if path not in paths:
            continue
        faults = loaded(path).faults
        if not any(map(meets_a_source, faults)):
            continue
        in_turn = path.stem.endswith("_fragile") or not any(map(meets_the_protocol, faults))
        turn = number % len(VARIANTS)
        marks = () if f"{path.parent.name}/{path.stem}" in DEFAULT else pytest.mark.exhaustive
        able = [
            pytest.param(changed, id=f"{variant}-{path.parent.name}-{path.stem}", marks=marks)
            for variant in (*VARIANTS[turn:], *VARIANTS[:turn])
            if (changed := on_variant(path, variant)) is not None
        ]
        yield from able[:1] if in_turn else able


def test_a_night_ends_as_its_scenario_says_whatever_the_protocol(scenario: Scenario, night_runner: NightRunner) -> None:
    result = night_runner.run(scenario)
    assert not result.mismatches, "\n".join(map(str, result.mismatches))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_the_reference_chain_but_for_where_its_files_come_from(variant: str) -> None:
    reference, chain = load_chain(FOLDER / "chain.yaml"), load_chain(FOLDER / f"{variant}.yaml")
    assert {file.source for file in chain.files.values()} == {variant}
    changed = {"chain", "files", "environment", "image"}
    assert chain.model_dump(exclude=changed) == reference.model_dump(exclude=changed)
    added = {name for name in chain.environment if name.startswith(variant.upper())} | {"SOURCE"}
    assert chain.environment.keys() - added == reference.environment.keys() - {"SOURCE_URL"}


def test_every_night_that_a_variant_leaves_out_or_words_otherwise_is_there() -> None:
    names = {f"{path.parent.name}/{path.stem}" for path in PATHS}
    assert {name for _, name in [*EXCLUDED, *CAUSES]} <= names


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_passes_the_lint(variant: str) -> None:
    assert [str(found) for found in lint(FOLDER / f"{variant}.yaml")] == []
