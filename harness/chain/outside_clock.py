"""Which programs may be outside of a night's time: those that their chain names, by path or by name alone."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath


def is_excepted(program: str, named: Collection[str], *, other_rights: bool) -> bool:
    """Whether a chain's ``outside_clock`` says that this program's clock does not matter.

    It can say so of the program alone. One with other rights than its starter is never excepted: its loader takes the
    library out of the environment that it hands on, so all that it starts has the machine's clock, and nobody names it.
    """
    return not other_rights and (program in named or PurePosixPath(program).name in named)
