"""The front's gate in a night: what passes becomes an exchange with a consumer, where faults act, and an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from harness.contract.consumers import ConsumerOperation
from harness.contract.effects.consumers import Exchange, FailOver, OtherSession, Reset, When
from harness.contract.effects.consumers import Refuse as Refused
from harness.history import EventType
from harness.mocks.consumers.gate import Broken
from harness.mocks.consumers.gate import Gate as Faults
from harness.mocks.consumers.postgres.answers import AWAY, NOBODY, answer, of_a_commit, of_a_release, of_a_statement
from harness.mocks.consumers.postgres.gate import Action, Drop, News, Passing, Refuse
from harness.mocks.consumers.postgres.recording import Recording
from harness.mocks.consumers.postgres.statements import READS, split
from harness.mocks.core.callers import asker, asking
from harness.mocks.core.mock import Mock


class Exchanges:
    """A `Gate` of the front. ``recordings``: the databases of the night.

    Who connects asks all consumers of the database; a statement asks those whose table it names, or all of them where
    it names none; and its commit the same.
    """

    def __init__(
        self,
        mock: Mock,
        faults: Faults,
        recordings: Mapping[str, Recording],
        fail_over: Callable[[FailOver | None], bool] = lambda _: False,
    ) -> None:
        self._mock, self._faults, self._recordings = mock, faults, recordings
        self._fail_over = fail_over
        self._concerned: dict[int, set[str]] = {}
        """Of each session, the consumers whose tables its transaction is about."""
        self._committing: set[int] = set()

    def begin(self) -> None:
        """Nobody is connected."""
        self._concerned.clear()
        self._committing.clear()

    async def passes(self, passing: Passing) -> Action:
        """What a fault does here, if one does."""
        asking(passing.job)
        if not self._recordings:
            return NOBODY
        if self._fail_over(None):
            return AWAY
        recording = self._recordings.get(passing.database)
        if recording is None:
            return None
        match passing.point:
            case "connect":
                await self._mock.service_time.request(passing.database)
                return _action(await self._asks(recording, recording.consumers, "connect", "asked"), "asked")
            case "parse":
                return await self._parse(passing, recording)
            case "statement":
                return await self._statement(passing, recording)
            case "commit":
                return await self._commit(passing, recording) if passing.wrote else None
            case _:
                return await self._committed(passing, recording)

    async def hears(self, passing: Passing, news: News) -> None:
        """A commit that fails is told; what a client has committed with its last breath is."""
        asking(passing.job)
        recording = self._recordings.get(passing.database)
        if recording is None:
            return
        if news == "failed" and passing.session in self._committing:
            self._record("fail", self._concerns(passing, recording), "the server has refused it")
        elif news == "ended" and passing.session in self._committing:
            await recording.catch_up(asker())
        self._committing.discard(passing.session)
        self._concerned.pop(passing.session, None)

    async def _statement(self, passing: Passing, recording: Recording) -> Action:
        operation = _operation(passing.statement)
        if operation is None:
            return None
        named = recording.named_in(passing.statement)
        if operation == "store":
            self._concerned.setdefault(passing.session, set()).update(named)
        broken = await self._asks(recording, named, operation, "asked")
        if broken is None and operation == "store":
            broken = await self._asks(recording, named, "store", "before_commit", of_a_statement)
        action = _action(broken, "asked", passing.verb)
        if action is not None and operation == "store":
            self._record("fail", named, _told(action))
        return action

    async def _parse(self, passing: Passing, recording: Recording) -> Action:
        """Another release of the consumer is no answer of the front's: a column is renamed, and the server finds it.

        It is done before the server sees the statement: from then on its transaction keeps a release out.
        """
        for name in recording.tables_in(passing.statement):
            is_due = self._faults.would_act(name, "store", "before_commit", of_a_release)
            is_there = await recording.renamings[name].become(renamed=is_due)
            if is_there or not is_due:  # else it comes to nothing, and has not happened
                await self._faults.passes(name, "store", "before_commit", of_a_release)
        return None

    async def _commit(self, passing: Passing, recording: Recording) -> Action:
        names = self._concerns(passing, recording)
        self._record("invoke", names)
        await self._mock.service_time.commit(passing.database)
        action = _action(
            await self._asks(recording, names, "store", "before_commit", of_a_commit), "before_commit", passing.verb
        )
        if action is None:
            self._committing.add(passing.session)
        else:
            self._record("fail", names, _told(action))
            self._concerned.pop(passing.session, None)
        return action

    async def _committed(self, passing: Passing, recording: Recording) -> Action:
        names = self._concerns(passing, recording)
        self._committing.discard(passing.session)
        self._concerned.pop(passing.session, None)
        await recording.catch_up(asker())
        if not passing.wrote:
            return None
        return _action(await self._asks(recording, names, "store", "after_commit"), "after_commit", passing.verb)

    def _concerns(self, passing: Passing, recording: Recording) -> list[str]:
        return sorted(self._concerned.get(passing.session) or recording.consumers)

    async def _asks(
        self,
        recording: Recording,
        names: Iterable[str],
        operation: ConsumerOperation,
        when: When,
        applies: Callable[[Exchange], bool] = lambda _: True,
    ) -> Broken | None:
        for name in sorted(names):
            broken = await self._faults.passes(name, operation, when, applies)
            if isinstance(broken, FailOver):
                self._fail_over(broken)
            elif isinstance(broken, OtherSession):
                await recording.others.begin(broken)
            elif broken:
                return broken
        return None

    def _record(self, kind: EventType, names: Iterable[str], error: str | None = None) -> None:
        for name in names:
            self._mock.recorder.record(kind, "commit", asker(), error=error, component=name)


def _operation(sql: str) -> ConsumerOperation | None:
    """What a client asks for with it; None of what only sets up or ends a transaction."""
    statements = split(sql)
    if any(one.writes for one in statements):
        return "store"
    return "read" if any(one.verb in READS or one.verb in ("WITH", "COPY") for one in statements) else None


def _action(broken: Broken | None, when: When, verb: str = "") -> Action:
    if isinstance(broken, Refused):
        return answer(broken.refuse, when, verb)
    return None if broken is None else Drop(reset=isinstance(broken, Reset))


def _told(action: Action) -> str:
    if isinstance(action, Refuse):
        return f"{action.sqlstate}: {action.told}"
    reset = isinstance(action, Drop) and action.reset
    return "the connection is reset" if reset else "the connection is closed without an answer"
