"""One night: steady state, faults, heal, drain, judge."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from harness.chain.lint import program_findings
from harness.chain.model import Chain
from harness.checks import judge
from harness.checks.model.order import impossible
from harness.clock.page import TICK_ERROR
from harness.clock.ticks import Ticks
from harness.contract.codec import ContractError
from harness.contract.events.receipts import USERS_CODE
from harness.errors import (
    AuthorError,
    HarnessBug,
    LoadError,
    Mistake,
    NightHarnessError,
    StackError,
    tells_what_is_exhausted,
)
from harness.extensions.doors import in_one_line
from harness.faults import ChangesTruth, Fault
from harness.history import History
from harness.night.baseline_compared import compared
from harness.night.baselines import Baselines, Live
from harness.night.begin_event import begin_value, numbered
from harness.night.chain_folder import chain_folder_value
from harness.night.earlier_nights import fallback_days, stale_days, with_night
from harness.night.injection import Injection
from harness.night.notes import Notes
from harness.night.outside_clock import with_exceptions
from harness.night.plan import Planner
from harness.night.progress import Limits, Progress
from harness.night.result import Result
from harness.night.work_limit import LOOK, SPIN_LIMIT, WorkLimit
from harness.scenario.model import Scenario
from harness.scenario.operators import Operator
from harness.stack import Stack
from harness.stack.local.spawning import job_path
from harness.values.units import Duration

BASELINE = "the same night without faults"


def _tell(text: str) -> None:
    """Say something while a night runs; the terminal's own status lines make room for it."""
    sys.stderr.write(f"{text}\n")


def require_programs(chain: Chain, stack: str) -> None:
    """See that every program of the chain can be started; the first night would only say that the baseline failed.

    In containers the programs of images cannot be seen from here, and only the chain's own are looked at. Raises
    LoadError, with the place of each.
    """
    in_images = stack != "local"
    found = program_findings(chain, path=None if in_images else job_path(), in_images=in_images)
    if found:
        raise LoadError([Mistake(one.file, one.line, f"{one.text}; {one.todo}") for one in found])


class NightRunner:
    """Runs scenarios on one stack, one after the other; baselines are kept, so each chain and date pays for one.

    ``tell`` is given a sentence whenever a night keeps its user waiting. ``tick_error`` is the share of their time by
    which programs that wake again and again for nothing may be woken late. ``baselines`` may be shared with runners of
    other processes, whose stacks have to be like this one. ``work_limit`` goes before that of a chain; ``look`` and
    ``spin_limit`` are how often a standstill is told of, and how long one may last that makes no progress.
    """

    def __init__(
        self,
        stack: Stack,
        store: Path,
        *,
        tell: Callable[[str], None] = _tell,
        tick_error: float = TICK_ERROR,
        baselines: Baselines | None = None,
        work_limit: WorkLimit | None = None,
        look: Duration = LOOK,
        spin_limit: Duration = SPIN_LIMIT,
    ) -> None:
        self.stack = stack
        self.tick_error = tick_error
        self._tell = tell
        self._planner = Planner(store)
        self._baselines = baselines or Baselines()
        self._work_limit = work_limit
        self._look = look
        self._spin_limit = spin_limit
        self._in_doubt = False

    @tells_what_is_exhausted
    def run(self, scenario: Scenario, order: int = 0) -> Result:
        """The night with its faults, judged against the same night without them.

        ``order``: in which order jobs start that qualify in one instant; the baseline has the first one, 0.

        Raises LoadError for a program that cannot be started, and StackError when the environment fails; a night that
        goes wrong is a Result. The night after a StackError has the stack anew where that has broken it.
        """
        self._renew_broken_stack()
        try:
            return self._result(scenario, order)
        except StackError:
            self._in_doubt = True
            raise

    def _renew_broken_stack(self) -> None:
        """What one night has done to the stack is told once, by that night, and is none of the next one's."""
        if not self._in_doubt:
            return
        try:
            self.stack.require_sound()
        except StackError as error:
            found = error.found.partition("; its last output")[0]
            self._tell(f"the {self.stack.name} stack is started anew: {error.where}: {found}")
            self.stack.stop()
            self.stack.start()
        self._in_doubt = False

    def _result(self, scenario: Scenario, order: int) -> Result:
        began = time.perf_counter()
        chain = scenario.chain
        require_programs(chain, self.stack.name)
        self._refuse_a_past_night(chain, scenario.night)
        truths = tuple(fault for fault in scenario.faults if isinstance(fault, ChangesTruth))
        wanted = self._baseline(chain, scenario.night, scenario.seed, truths)
        baseline = self._baselines.get_unless_busy(*wanted)
        history, ticks = self._night(
            chain,
            scenario.night,
            scenario.seed,
            scenario.faults,
            scenario.scenario,
            operators=scenario.operators,
            order=order,
        )
        if baseline is None:
            baseline = self._baselines.get(*wanted)
        if truths:  # what it published is no content of the store; its rows are right if the plain night's are
            plain = self._baselines.get(*self._baseline(chain, scenario.night, scenario.seed))
            baseline = History([*baseline, *plain.of("compared", component="night")], baseline.held)
        days = fallback_days(history)
        for day in days:
            baseline = with_night(baseline, self._lived(chain, day, scenario.seed), day)
        for day in stale_days(chain, scenario.faults, scenario.night, history, baseline):
            if day in days:
                continue
            with suppress(AuthorError):  # such as a factory that has nothing of that day: nothing can be stale by it
                baseline = with_night(baseline, self._lived(chain, day, scenario.seed), day)
        return Result(
            scenario=scenario,
            history=history,
            baseline=baseline,
            judgement=judge(history, baseline),
            times=self._planner.times(chain, scenario.night),
            stack=self.stack.name,
            clock=self.stack.clock,
            network=self.stack.network,
            ticks=ticks,
            wall_s=time.perf_counter() - began,
            order=order,
        )

    def _lived(self, chain: Chain, night: dt.date, seed: int) -> History:
        return self._baselines.get(*self._baseline(chain, night, seed))

    def _refuse_a_past_night(self, chain: Chain, night: dt.date) -> None:
        """With a real clock there is no travelling: a night that has begun is over before its jobs are due."""
        if self.stack.clock != "virtual" and self._planner.times(chain, night).begins_ns < time.time_ns():
            raise StackError(
                f"the {self.stack.name} stack",
                found=f"its clock is real ({self.stack.clock}), and the night of {night} has begun already",
                expected="virtual time, or a night that is still to come",
                todo="use --stack docker, install a C compiler and install again, or date the scenario tonight",
            )

    def _baseline(
        self, chain: Chain, night: dt.date, seed: int, truths: tuple[ChangesTruth, ...] = ()
    ) -> tuple[str, Live]:
        """All that a baseline depends on as long as no program of the chain changes, and how to live it."""
        stack = (self.stack.name, self.stack.clock, self.tick_error)
        depends_on = repr((str(chain.folder.resolve()), chain.model_dump_json(), night, seed, truths, stack))

        def live() -> History:
            lived = self._night(chain, night, seed, (), BASELINE, truths)[0]
            return lived if truths else self._compared(lived, chain, night, seed)

        return depends_on, live

    def _compared(self, baseline: History, chain: Chain, night: dt.date, seed: int) -> History:
        """With what was published: the night is over, and its stack need not be asked any more."""
        plan = self._planner.plan(chain, night, seed=seed, stack=self.stack)
        notes = Notes(baseline[-1].at)
        for value in compared(chain, plan, baseline, self._planner.content_path):
            notes.write("compared", value)
        told = History.merge(notes.records)
        return History(
            [*baseline, *(replace(event, index=len(baseline) + event.index) for event in told)], baseline.held
        )

    def _night(
        self,
        chain: Chain,
        night: dt.date,
        seed: int,
        faults: tuple[Fault, ...],
        sentence: str,
        truths: tuple[ChangesTruth, ...] = (),
        operators: tuple[Operator, ...] = (),
        order: int = 0,
    ) -> tuple[History, Ticks]:
        plan = self._planner.plan(chain, night, seed=seed, order=order, operators=operators, stack=self.stack)
        times = self._planner.times(chain, night)
        self.stack.reset(plan)
        notes = Notes(times.begins_ns)
        limit = self._work_limit or WorkLimit.of_chain(chain)
        limits = Limits(limit, self._tell, look=self._look, spin_limit=self._spin_limit, tick_error=self.tick_error)
        progress = Progress(self.stack, notes, frozenset(chain.jobs), limits)
        notes.write("begin", {"scenario": sentence} | begin_value(chain, faults, plan, operators))

        def injection(fault_id: str) -> Injection:
            own_seed = f"{seed}/{sentence}/{fault_id}"
            return Injection(self.stack, notes.write, times, chain, fault_id, own_seed, self._planner, seed)

        with ExitStack() as lasting:
            for number, truth in enumerate(truths):
                _enter(lasting, truth, partial(truth.truth, injection(f"{number}:{truth.name}")))
            with ExitStack() as ending:
                for fault_id, fault in numbered(faults):
                    until = lasting if fault.ends_by_itself else ending
                    _enter(until, fault, partial(fault.inject, injection(fault_id)))
                self.stack.begin()
                stop = progress.until(times.deadline_ns)
                if stop.reason == "stuck":
                    notes.write("stuck", {"waits": progress.waits_of_jobs(stop)})
                    self.stack.travel(times.deadline_ns)
                    notes.now_ns = times.deadline_ns
            notes.write("heal", {"reason": stop.reason})
            rest = progress.until(times.closes_ns)
            if rest.reason == "asked":  # the schedule is complete, and what its jobs have left behind goes on
                progress.until(times.closes_ns)
        notes.write("end", {"reason": "asked" if stop.reason == "asked" else rest.reason})
        if left := chain_folder_value(chain, self.stack.settle()):
            notes.write("chain_folder", left)
        records = [*notes.records, *with_exceptions(self.stack.history(), chain.outside_clock)]
        history = History.merge(records, self.stack.held_rows())
        for bug in history.of("bug"):
            if bug.value.get("where") == USERS_CODE:
                raise AuthorError(
                    f"in the mock {bug.component}, in the night of {night}: {bug.error}; "
                    "expected an effect of the point, or None; or, of a damage, a body"
                )
            raise HarnessBug(f"{bug.component} failed in the night of {night}: {bug.error}")
        self._require_possible(history, night)
        return history, progress.ticks

    def _require_possible(self, history: History, night: dt.date) -> None:
        """Judge nothing that cannot have happened. A real clock may be set while a night is on; a virtual one not."""
        if self.stack.clock == "virtual" and (wrong := impossible(history)) is not None:
            raise StackError(
                f"the history of the night of {night}",
                found=wrong.found,
                expected=wrong.expected,
                todo="look for a program of the night that writes to the file that NIGHT_CLOCK names; if none does, "
                "please report this, with the history",
            )


def _enter(until: ExitStack, fault: Fault | ChangesTruth, inject: Callable[[], AbstractContextManager[None]]) -> None:
    """Inject a fault until the stack unwinds.

    Raises AuthorError for what it asks of a mock and the contract does not have, and for what a user's fault raises.
    """
    try:
        until.enter_context(inject())
    except ContractError as error:
        raise AuthorError(f"{fault.name} asks for what no mock can do: {error}") from error
    except NightHarnessError:
        raise
    except Exception as error:
        if type(fault).__module__.startswith("harness."):
            raise
        expected = "expected inject(self, system) to give a context manager"
        raise AuthorError(f"the fault {fault.name} cannot be injected: {in_one_line(error)}; {expected}") from error
