"""How long a night's programs may work without a pause, in real seconds, while its own time stands still.

Work costs no virtual time, so no `max_run_time` can end it. What makes progress may go on as long as it likes, unless
its user has set a limit; a spin that makes none may not. Meanwhile it is told who works, and what that makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.chain.model import Chain
from harness.clock.census.work import NOTHING
from harness.clock.controller import Stop
from harness.errors import AuthorError, StackError
from harness.values.units import Duration

SPIN_LIMIT = Duration(minutes=2)
"""How long a spin may last that makes no progress, where nobody has set a limit."""

LOOK = Duration(seconds=10)
"""After so much time without a jump it is told, and told again, who keeps the time from moving."""

_LOOKED = re.compile(r" for [\d.]+ real seconds")


@dataclass(frozen=True)
class WorkLimit:
    """A limit that a user has set, for work with and without progress, and where; None: there is to be none."""

    limit: Duration | None
    said: str

    @classmethod
    def parse(cls, text: str, said: str) -> WorkLimit:
        """What a command line or a setting says. Raises AuthorError."""
        if text == "none":
            return cls(None, said)
        try:
            limit = Duration.parse(text)
        except ValueError as error:
            raise AuthorError(f"{said}: {error}, or none") from None
        if not limit:
            raise AuthorError(f"{said}: found {text!r}, expected a duration longer than nothing, such as 30m, or none")
        return cls(limit, said)

    @classmethod
    def of_chain(cls, chain: Chain) -> WorkLimit | None:
        """What the chain's file says; None when it says nothing."""
        limit = chain.work_limit
        if limit is None:
            return None
        return cls(None if limit == "none" else limit, f"{chain.where('work_limit')}: work_limit")


class Standstill:
    """A time in which the night's own stands still: tells of it at each look, and ends the night at its limit."""

    def __init__(
        self,
        limit: WorkLimit | None,
        tell: Callable[[str], None],
        *,
        look: Duration = LOOK,
        spin_limit: Duration = SPIN_LIMIT,
    ) -> None:
        self._limit = limit
        self._tell = tell
        self._look_s = look.total_seconds()
        self._spin_limit = spin_limit
        self._still_s = 0.0
        self._spun_s = 0.0
        self._work = NOTHING

    @property
    def next_look_s(self) -> float:
        """Real seconds without a jump until it is to be looked at; the last look is on the limit."""
        if self._limit is None or self._limit.limit is None:
            return self._look_s
        return min(self._look_s, max(0.001, self._limit.limit.total_seconds() - self._still_s))

    def lasts(self, stop: Stop) -> None:
        """Time has not moved until the next look was due. Raises StackError where it has stood still for too long."""
        looked_s = self.next_look_s
        if stop.jumps:
            self._still_s = self._spun_s = 0.0
            self._work = NOTHING
        self._still_s += looked_s
        self._spun_s = 0.0 if stop.work.progress else self._spun_s + looked_s
        self._work = self._work.and_then(stop.work)
        workers = [_LOOKED.sub("", line) for line in stop.waits]  # said here for all looks together
        if self._is_over:
            raise self._error(workers)
        made = f" ({self._work})" if str(self._work) else ""
        still = f"the night's time has stood still for {self._still_s:.0f} s: {'; '.join(workers)}{made}"
        self._tell(f"{still}; {self._what_ends_it}")

    @property
    def _is_over(self) -> bool:
        if self._limit is None:
            return self._spun_s >= self._spin_limit.total_seconds()
        return self._limit.limit is not None and self._still_s >= self._limit.limit.total_seconds()

    @property
    def _what_ends_it(self) -> str:
        if self._limit is not None and self._limit.limit is None:
            return f"no limit ends it ({self._limit.said})"
        if self._limit is not None:
            return f"at {self._limit.limit} the night is ended ({self._limit.said})"
        if not self._work.progress:
            return f"that makes no progress, and {self._spin_limit} of it end the night"
        if not self._work.moves_bytes:
            return "it makes system calls and moves no byte: what waits for something needs a sleep; no limit is set"
        return "it makes progress, and no limit is set (work_limit of the chain, --work-limit)"

    def _error(self, workers: list[str]) -> StackError:
        progress = "" if self._work.progress else ", without progress"
        if self._limit is None:
            expected = f"every program of the night to wait or to make progress before {self._spin_limit} are over"
        else:
            expected = f"every program of the night to wait before {self._limit.limit} are over ({self._limit.said})"
        made = [f"meanwhile: {self._work}"] if str(self._work) else []
        return StackError(
            "the night's clock",
            found="\n".join([f"for {self._still_s:.0f} s somebody worked without a pause{progress}:", *workers, *made]),
            expected=expected,
            todo="look at what the named program does; a busy loop needs a sleep. No max_run_time can end it, because "
            "no time passes in the night while it works. What rightly works for longer needs a higher work_limit (of "
            "the chain, or --work-limit), or none",
        )
