"""The refusals of a consumer in PostgreSQL's own words, and at which moment its server says each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.contract.consumers import ConsumerRefusal
from harness.contract.effects.consumers import Exchange, When
from harness.contract.effects.consumers import Refuse as Refused
from harness.mocks.consumers.postgres.gate import Refuse

OF_STATEMENTS: frozenset[ConsumerRefusal] = frozenset({"read_only", "disk_full", "deadlock"})
"""What a server says of a statement and never of a COMMIT: what is refused "before the commit" is refused there."""

_WAITS = "Process 4713 waits for ShareLock on transaction 742; blocked by process 4711."
_AND_BACK = "Process 4711 waits for ShareLock on transaction 743; blocked by process 4713."

_WORDS: Mapping[ConsumerRefusal, Refuse] = {
    "unavailable": Refuse("57P01", "terminating connection due to administrator command", fatal=True),
    "read_only": Refuse("25006", "cannot execute {verb} in a read-only transaction"),
    "disk_full": Refuse(
        "53100",
        'could not extend file "base/16384/16397": No space left on device',
        hint="Check free disk space.",
    ),
    "deadlock": Refuse(
        "40P01", "deadlock detected", detail=f"{_WAITS}\n{_AND_BACK}", hint="See server log for query details."
    ),
    "serialization_failure": Refuse("40001", "could not serialize access due to concurrent update"),
    "too_many_connections": Refuse("53300", "sorry, too many clients already", fatal=True),
}

_AT_COMMIT: Mapping[ConsumerRefusal, Refuse] = {
    "serialization_failure": Refuse(
        "40001",
        "could not serialize access due to read/write dependencies among transactions",
        detail="Reason code: Canceled on identification as a pivot, during commit attempt.",
        hint="The transaction might succeed if retried.",
    ),
}
"""Said otherwise of a COMMIT than of a statement."""

_VERBS = {"COPY": "COPY FROM", "TRUNCATE": "TRUNCATE TABLE"}
"""As the server calls a statement."""

NOBODY = Refuse("57P03", "the database system is not running", fatal=True)
"""In a night without such a consumer; its server may run, because of an earlier one."""

AWAY = Refuse("57P03", "the database system is starting up", fatal=True)
"""While a standby takes the place of a server that has died."""


def answer(word: ConsumerRefusal, when: When, verb: str) -> Refuse:
    """What the server says at that moment, of a statement that begins with ``verb``."""
    refuse = _WORDS[word] if when == "asked" else _AT_COMMIT.get(word, _WORDS[word])
    return replace(refuse, told=refuse.told.format(verb=_VERBS.get(verb, verb)))


def of_a_statement(effect: Exchange) -> bool:
    """Whether what acts before a commit is a refusal that the server says of a statement."""
    return isinstance(effect, Refused) and effect.refuse in OF_STATEMENTS


def of_a_commit(effect: Exchange) -> bool:
    """Whether it acts at the COMMIT itself."""
    return not of_a_statement(effect) and not of_a_release(effect)


def of_a_release(effect: Exchange) -> bool:
    """Whether it is another release of the consumer, which is there before a statement is parsed."""
    return isinstance(effect, Refused) and effect.refuse == "schema_changed"
