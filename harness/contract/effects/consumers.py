"""What a consumer does otherwise than it should: exchanges with it that break off, and rows that it keeps otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.contract.bounds import ContractError, at_least, at_most
from harness.contract.consumers import ConsumerRefusal

When = Literal["asked", "before_commit", "after_commit"]
"""asked: a request has come, and nothing of it was looked at. before_commit: it was understood, and nothing is stored.
after_commit: what it is about is stored, and its sender does not know it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """An exchange ends with a refusal; after the commit that is a lie: what is told to have failed is there.

    ``retry_after_s``: what the answer says of when to come again, where its protocol has words for that.
    """

    refuse: ConsumerRefusal
    retry_after_s: int | None = None

    def __post_init__(self) -> None:
        """No time before now."""
        at_least(0, retry_after_s=self.retry_after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """An exchange stands still so long, and then goes on whether its sender still waits or not.

    null: until the order is taken out, and then its connection is dropped, and nothing more is stored.
    """

    stall_ns: int | None

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, stall_ns=self.stall_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The connection of an exchange is reset."""

    reset: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseAnswer:
    """The connection ends in good order, and without an answer."""

    lose_answer: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHalf:
    """Only the first such part of the rows is stored, and then the exchange fails: it was no transaction.

    The sender hears of an internal error, and the part that was stored stays, whatever is sent again.
    """

    under: ClassVar[str] = "store_half"
    part: float

    def __post_init__(self) -> None:
        """Some of the rows, and not all of them."""
        _part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwallowRows:
    """The last such part of the rows is not stored, a row at least, and the sender hears that all is well."""

    under: ClassVar[str] = "swallow"
    part: float

    def __post_init__(self) -> None:
        """Some of the rows, and not all of them."""
        _part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTwice:
    """What came before under the same idempotency key is stored once more when it is sent again."""

    accept_twice: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAgain:
    """What has come is handed to the consumer twice; only by an id of the message can it know that."""

    store_again: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeliver:
    """So many messages that jobs were handed last are handed out again, though they were taken or acknowledged."""

    under: ClassVar[str] = "redeliver"
    messages: int

    def __post_init__(self) -> None:
        """One at least."""
        at_least(1, messages=self.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBehind:
    """So many messages that are next come behind all others."""

    under: ClassVar[str] = "put_behind"
    messages: int

    def __post_init__(self) -> None:
        """One at least."""
        at_least(1, messages=self.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose:
    """The consumer group that asks is not there any more; ``stream``: nor are the messages."""

    lose: Literal["group", "stream"]


def _part(part: float) -> None:
    at_least(0, part=part)
    at_most(1, part=part)
    if part in (0, 1):
        raise ContractError(f"part: found {part}, expected a part of the rows between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSession:
    """Another session of a database runs these statements in a transaction, and commits it so much later.

    The exchange goes on when they are done, or when they wait for a lock; what it then finds is the server's affair.
    """

    runs: str
    open_ns: int = 0

    def __post_init__(self) -> None:
        """Statements, and no time before now."""
        at_least(0, open_ns=self.open_ns)
        if not self.runs.strip():
            raise ContractError("runs: found nothing, expected SQL")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailOver:
    """A moment after the answer has gone out, a database's server dies, and a standby takes its place so much later.

    What was committed in the last ``loses_ns`` is not there any more, whoever was told of it.
    """

    loses_ns: int
    away_ns: int

    def __post_init__(self) -> None:
        """Some time each."""
        at_least(1, loses_ns=self.loses_ns, away_ns=self.away_ns)


Exchange = Refuse | Stall | Reset | LoseAnswer | OtherSession | FailOver
Stored = StoreHalf | SwallowRows | AcceptTwice | StoreAgain
Taken = Redeliver | PutBehind | Lose
