"""The pytest plugin: scenario files are tests, and ``night`` is a fixture for those who write theirs in Python."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest

if TYPE_CHECKING:  # a test run that has no scenario in it must not pay for importing the harness
    import datetime as dt

    from harness.chain.model import Chain
    from harness.extensions.settings import Settings
    from harness.faults import Fault
    from harness.night.orders import Orders
    from harness.night.result import Result
    from harness.night.runner import NightRunner
    from harness.night.work_limit import WorkLimit
    from harness.scenario.model import Expect, Scenario
    from harness.scenario.operators import Operator

pytest.register_assert_rewrite("harness.testing")

_P = ParamSpec("_P")
_R = TypeVar("_R")

_CAUSE = "night_harness.cause"
_NETWORK = "the nights were not secluded from this machine"
_SCENARIO = re.compile(r"^scenario\s*:", re.MULTILINE)
_REQUIRE_DOCKER = "HARNESS_REQUIRE_DOCKER"
_SETTINGS: pytest.StashKey[Settings] = pytest.StashKey()

_WORK_LIMIT = "night_work_limit"

_NIGHTS: pytest.StashKey[list[Result]] = pytest.StashKey()
"""The nights of a test that were as they should be; what the test asserts of them may still fail."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--stack``: where the nights run; ``--tick-error``: how exact their clock is; and how long jobs may work."""
    group = parser.getgroup("night harness")
    group.addoption(
        "--stack",
        choices=("local", "docker", "auto"),
        default="local",
        help="run nights on local processes (default), in containers, or in containers where an engine answers",
    )

    group.addoption(
        "--tick-error",
        default="1%",
        metavar="SHARE",
        help="how late programs that wake again and again for nothing may be woken, as a share of the time they have"
        " done so (default: %(default)s)",
    )

    from harness.night.arguments import ORDER, REPEAT, counting

    for option, least, about in (("--repeat", 1, REPEAT), ("--order", 0, ORDER)):
        group.addoption(option, type=counting(option, least), default=least, metavar="N", help=f"{about} (%(default)s)")

    limit = "how long programs of a night may work without a pause, in real time: 30m, or none"
    group.addoption("--work-limit", metavar="SPAN", help=f"{limit} (default: the ini option, else what the chain says)")
    parser.addini(_WORK_LIMIT, f"{limit} (default: what the chain says; else none while they make progress)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that every scenario file carries."""
    config.addinivalue_line("markers", "night: a scenario file; every one carries it, so -m night selects them")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line when nights did not run in virtual time, and in one when they were not secluded from the machine.

    In another, of how many the page tells a cause that nobody can judge. The facts come with the reports, from every
    worker.
    """
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    ours = {"night_harness.clock": ("virtual", "the clock was real"), "night_harness.network": ("secluded", _NETWORK)}
    told = {
        f"night harness: {ours[name][1]}: {value}"
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name in ours and value != ours[name][0]
    }
    calls = [report for report in reports if getattr(report, "when", None) == "call"]  # the teardown's say it again
    unjudged = sum(name == _CAUSE for report in calls for name, _ in report.user_properties)
    if unjudged:
        from harness.report.five_questions import not_judged_of

        told.add(f"night harness: {not_judged_of(unjudged)}")
    for line in sorted(told):
        terminalreporter.write_line(line, yellow=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the nights of a test whose own assert has failed; let go of them after it, for each holds all its rows."""
    outcome: Any = yield
    nights = item.stash.get(_NIGHTS, [])
    if call.when == "teardown":
        nights.clear()
    if call.when == "call" and call.excinfo is not None and nights:
        from harness.report.terminal import failure

        for result in nights:
            told = failure(result, repeat=_repeat(result, item))
            outcome.get_result().sections.append((f"the night, {result.outcome}", told))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take YAML files that say ``scenario:`` at their top level; other YAML is none of ours."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    try:
        text = file_path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = "scenario:"  # for all that can be known; why it cannot be read is told when it is collected
    if not _SCENARIO.search(text):
        return None
    collector: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return collector


class ScenarioFile(pytest.File):
    """A scenario file; all its mistakes are reported when it is collected."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item: the scenario, named by its sentence."""
        from harness.errors import AuthorError
        from harness.scenario.loading import load_scenario

        try:
            _settings(self.config)
            scenario = load_scenario(self.path)
        except AuthorError as error:
            raise self.CollectError(str(error)) from None

        def run_scenario(night_runner: NightRunner, request: pytest.FixtureRequest) -> None:
            _judge(_lived(night_runner, scenario, request.config), request)

        item: ScenarioItem = ScenarioItem.from_parent(self, name=scenario.scenario, callobj=run_scenario)
        item.scenario = scenario
        item.add_marker("night")
        yield item


class ScenarioItem(pytest.Function):
    """A scenario as a test: fixtures, marks, ``-k`` and ``-n`` work as for any other."""

    scenario: Scenario

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line of its sentence, the sentence."""
        return self.path, self.scenario.line("scenario") - 1, self.name

    def repr_failure(  # type: ignore[override]  # pytest.Function's own takes no style either
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """What the harness says on purpose is said without a traceback."""
        from harness.errors import NightHarnessError

        if isinstance(excinfo.value, NightHarnessError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def _settings(config: pytest.Config) -> Settings:
    """What the project says of us; what it names is imported, once a run."""
    from harness.extensions.settings import settings

    if _SETTINGS not in config.stash:
        found = settings(config.rootpath)
        found.apply()
        config.stash[_SETTINGS] = found
    return config.stash[_SETTINGS]


def _lived(runner: NightRunner, scenario: Scenario, config: pytest.Config) -> Orders:
    """The scenario, in as many orders as the command line says."""
    from harness.night.orders import in_orders

    begin, count = config.getoption("--order"), config.getoption("--repeat")
    return in_orders(functools.partial(runner.run, scenario), begin=begin, count=count)


def _judge(orders: Orders, request: pytest.FixtureRequest) -> None:
    """Leave the facts with the test; fail it when a night differs from what was expected, or from another order's."""
    from harness.errors import VerdictError
    from harness.report.kept_histories import ignored_folder, keep, stem_of_test
    from harness.report.orders import failed
    from harness.report.record import properties

    request.node.user_properties.extend(properties(orders.first))
    request.node.user_properties.append(("night_harness.orders", orders.sentence))
    if orders.as_expected:
        request.node.stash.setdefault(_NIGHTS, []).append(orders.first)
        return
    kept = keep(orders, ignored_folder(request.config.rootpath), stem_of_test(request.node.nodeid))
    repeats = [_repeat(night, request.node) for night in orders.nights]
    raise VerdictError(failed(orders, repeats=repeats, kept=kept))


def _repeat(result: Result, item: pytest.Item) -> str:
    from harness.report.terminal import repeat_command, users_files

    if result.scenario.file:
        return repeat_command(result.scenario.file, stack=result.stack, loaded=users_files(result), order=result.order)
    return f"pytest {item.nodeid!r} --stack {result.stack}" + (f" --order {result.order}" if result.order else "")


@pytest.fixture(scope="session")
def night_runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NightRunner]:
    """One started stack for each worker, reset between nights; override it to bring your own."""
    import signal

    from harness.clock.ticks import tick_error_of
    from harness.errors import AuthorError, EngineError, StackError
    from harness.extensions.doors import declared
    from harness.night.baselines import Baselines
    from harness.night.runner import NightRunner
    from harness.stack.choice import start
    from harness.stack.cleanup.processes import end_with_parent

    if hasattr(request.config, "workerinput"):
        # When its controller is killed, a worker of xdist would be told only after five seconds, and its stack with it.
        end_with_parent(signal.SIGINT)
    try:
        tick_error = tick_error_of(request.config.getoption("--tick-error"))
        work_limit = _work_limit(request.config)
    except AuthorError as error:
        pytest.fail(str(error), pytrace=False)
    why_not: AuthorError | StackError | None = None
    try:
        inside = [*declared("mocks"), *_settings(request.config).mocks]
        stack = start(request.config.getoption("--stack"), extensions=inside)
    except (StackError, AuthorError) as error:
        why_not = error
    if isinstance(why_not, EngineError) and not os.environ.get(_REQUIRE_DOCKER):
        pytest.skip(f"NOT RUN, no container engine ({_REQUIRE_DOCKER}=1 makes this a failure): {why_not}")
    if why_not is not None:  # said here and not above, where pytest would tell both
        pytest.fail(str(why_not), pytrace=False)
    try:
        tell = _teller(request.config)
        shared = _shared_by_workers(request.config, tmp_path_factory)
        folder = shared or tmp_path_factory.mktemp("night-harness")
        baselines = Baselines(shared)
        yield NightRunner(
            stack, folder / "store", tell=tell, tick_error=tick_error, baselines=baselines, work_limit=work_limit
        )
    finally:
        stack.stop()


def _work_limit(config: pytest.Config) -> WorkLimit | None:
    """The command line's, else the ini file's; AuthorError for what is none."""
    from harness.night.work_limit import WorkLimit

    if option := config.getoption("--work-limit"):
        return WorkLimit.parse(option, "--work-limit")
    setting = config.getini(_WORK_LIMIT)
    return WorkLimit.parse(setting, f"{config.inipath or 'pytest'}: {_WORK_LIMIT}") if setting else None


def _shared_by_workers(config: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A folder of this run and of no other that all workers of xdist see; None where there are none."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None:
        return None
    folder = tmp_path_factory.getbasetemp().parent / f"night-harness-{workerinput['testrunuid']}"
    folder.mkdir(exist_ok=True)
    return folder


def _teller(config: pytest.Config) -> Callable[[str], None]:
    """Say something on the terminal while a test runs, past what pytest captures."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def tell(text: str) -> None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            sys.stderr.write(f"\n{text}\n")

    return tell


def _plainly(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """What the harness says on purpose is said in the author's line, without the way through the harness."""

    @functools.wraps(method)
    def called(*arguments: _P.args, **parameters: _P.kwargs) -> _R:
        from harness.errors import HarnessBug, NightHarnessError

        __tracebackhide__ = True
        try:
            return method(*arguments, **parameters)
        except HarnessBug:
            raise
        except NightHarnessError as error:
            raise error.with_traceback(None) from None

    return called


class Night:
    """What a test says of a night: its chain and its faults; a night that proves nothing fails the test."""

    def __init__(self, runner: NightRunner, request: pytest.FixtureRequest) -> None:
        self._runner = runner
        self._request = request
        self._what: tuple[Chain, dt.date] | None = None
        self._faults: list[Fault] = []
        self._operators: list[Operator] = []

    @_plainly
    def load(self, chain: str | Path, *, night: dt.date | str = "2026-11-23") -> Night:
        """A chain file, relative to the root of the test run, and the business date."""
        import datetime

        from harness.chain.loading import load_chain
        from harness.errors import AuthorError

        try:
            date = datetime.date.fromisoformat(night) if isinstance(night, str) else night
        except ValueError:
            raise AuthorError(f"night: found {night!r}, expected a date, such as 2026-11-23") from None
        self._what = load_chain(self._request.config.rootpath / chain), date
        return self

    @_plainly
    def without(self, *defences: str) -> Night:
        """Switch defences of the chain off ("all": every one)."""
        chain, date = self._loaded()
        self._what = chain.without("all" if defences == ("all",) else defences), date
        return self

    @_plainly
    def inject(self, *faults: Fault) -> Night:
        """Faults of this night, in order."""
        self._faults += faults
        return self

    @_plainly
    def operate(self, *operators: Operator) -> Night:
        """People at the scheduler this night."""
        self._operators += operators
        return self

    @_plainly
    def run(self, *, seed: int = 0, expect: Expect | None = None) -> Result:
        """The night; raises VerdictError when it proves nothing, or is not what ``expect`` says."""
        from harness.scenario.model import Expect, Scenario

        chain, date = self._loaded()
        scenario = Scenario(
            scenario=self._request.node.name,
            chain=chain,
            night=date,
            seed=seed,
            faults=tuple(self._faults),
            operators=tuple(self._operators),
            expect=expect or Expect(),
        )
        orders = _lived(self._runner, scenario, self._request.config)
        _judge(orders, self._request)
        return orders.first

    @_plainly
    def frozen(self, time: str = "02:00") -> Any:
        """Pin "now" of this test process to a time of the night (freezegun, in UTC)."""
        import datetime

        from freezegun import freeze_time

        from harness.night.times import night_times
        from harness.values.units import ClockTime

        chain, date = self._loaded()
        at_ns = night_times(chain, date).at(ClockTime.parse(time))
        return freeze_time(datetime.datetime.fromtimestamp(at_ns / 1e9, tz=datetime.UTC))

    def _loaded(self) -> tuple[Chain, dt.date]:
        from harness.errors import AuthorError

        if self._what is None:
            raise AuthorError('this night has no chain: call night.load("path/to/chain.yaml") first')
        return self._what


@pytest.fixture
def night(night_runner: NightRunner, request: pytest.FixtureRequest) -> Night:
    """A night to be described and run; see `Night`."""
    return Night(night_runner, request)
