"""What a client's messages do to its transaction: which of them are statements, and with which of them it commits.

Reads what a client sends, in its order, and is told what the server answers. Says nothing to either.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.mocks.consumers.postgres.messages import texts_of
from harness.mocks.consumers.postgres.statements import Statement, split

IDLE, OPEN, FAILED = b"I", b"T", b"E"

LONGEST_STATEMENT = 8_192
"""Characters of a statement that are told."""


@dataclass
class Step:
    """What one message of the client is: a statement, what commits, or both; nothing of either for most.

    ``parsed``: what the server sees now for the first time, which it may run later, and often.
    """

    parsed: str | None = None
    statement: str | None = None
    verb: str = ""
    commits: bool = False
    wrote: bool = False
    explicit: bool = False
    """Commits by the word: a transaction that has failed at it is over, where one without a word begins anew."""


class Transaction:
    """The transaction of one connection, as its messages make it."""

    def __init__(self) -> None:
        self.status = IDLE
        self.copying = False
        """Whether the client sends rows, or is about to."""
        self._wrote = False
        self._prepared: dict[str, str] = {}
        self._portals: dict[str, str] = {}
        self._last = Step()

    def sent(self, kind: bytes, raw: bytes) -> Step:
        """A message that the client sends."""
        match kind:
            case b"Q":
                return self._runs(texts_of(raw, 1)[0], at_once=True)
            case b"P":
                name, sql = texts_of(raw, 2)
                self._prepared[name] = sql
                return Step(parsed=sql[:LONGEST_STATEMENT])
            case b"B":
                portal, name = texts_of(raw, 2)
                self._portals[portal] = self._prepared.get(name, "")
            case b"E":
                return self._runs(self._portals.get(texts_of(raw, 1)[0], ""), at_once=False)
            case b"S" if not self.copying:
                return self._commit_of_its_own()
            case b"c":
                self.copying = False
                return self._commit_of_its_own()
            case b"f":
                self.copying = self._wrote = False
        return Step()

    def refused(self) -> None:
        """The last statement comes to nothing: outside of a transaction, its Sync has nothing to commit."""
        if self.status == IDLE:
            self._wrote = False

    def answered(self, status: bytes) -> None:
        """The server is ready for more, and this is the transaction's state."""
        self.status, self.copying = status, False
        if status == IDLE:
            self._wrote = False

    def _runs(self, sql: str, *, at_once: bool) -> Step:
        """Statements that the server runs; ``at_once``: it commits after the last, and waits for no Sync."""
        statements = split(sql)
        if not statements:  # with an empty one, clients ask whether anybody is there
            return Step(statement="")
        told = sql[:LONGEST_STATEMENT]
        step = Step(told if at_once else None, told, statements[0].verb)
        for one in statements:
            if self._ends(one):
                step.explicit = step.commits = True
                step.wrote |= self._wrote or one.words[1:2] == ("PREPARED",)
            self._goes_on(one)
        self._last = step
        if at_once and not self.copying and not step.commits:
            own = self._commit_of_its_own()
            step.commits, step.wrote = own.commits, own.wrote
        step.wrote |= self._wrote
        return step

    def _ends(self, one: Statement) -> bool:
        """Whether this commits: of a transaction that has failed, the server makes a rollback of it."""
        return one.commits and (self.status == OPEN or one.words[1:2] == ("PREPARED",))

    def _goes_on(self, one: Statement) -> None:
        if one.begins and self.status == IDLE:
            self.status = OPEN
        elif (one.commits or one.rolls_back) and "CHAIN" not in one.words[1:4]:
            self.status, self._wrote = IDLE, False
        elif one.commits or one.rolls_back:
            self._wrote = False
        self.copying = one.copies_in
        self._wrote |= one.writes

    def _commit_of_its_own(self) -> Step:
        """What commits without a word: a statement outside of a transaction, which the last one was, if it wrote."""
        if self.status != IDLE or not self._wrote:
            return Step()
        self._wrote = False
        return Step(verb=self._last.verb, commits=True, wrote=True)
