"""What a clause says of the evidence in it: that it is not so, that all is well, that it was so once, or who did it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from harness.checks.model.causes.evidence import clause
from harness.checks.model.causes.reading import CLAUSE, Sentence, clause_words, folded
from harness.checks.model.causes.terms import Span

BEFORE, AFTER = 4, 4
"""So many words before evidence may deny it, and so many behind it."""
MORE = 2
"""With no more words than these behind it in its clause, `nothing` takes it back: `abgestürzt ist da nichts`; and so
does a "no" that is the last of them, or one in the evidence with what it denies so near: `pas un souci de droits`."""


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(folded, said.split())) for name, said in clause_words().items()}


def denied(sentence: Sentence, spans: list[Span]) -> bool:
    """Whether its clause takes evidence back; a "no" that belongs to the evidence takes nothing back."""
    words = _words()
    first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
    own = {place for begin, end in spans for place in range(begin, end)}
    before = clause(sentence[max(0, first - BEFORE) : first][::-1])
    after = clause(sentence[last : last + AFTER])
    if any(word in words["before"] for word in before) or any(
        word in words["long_before"] for word in clause(sentence[:first][::-1])
    ):
        return True
    denying = [place for place in own if sentence[place] in words["no"]]
    if any(word in words["blame"] for place in denying for word in sentence[place + 1 : place + 1 + MORE]):
        return True
    has_no = bool(denying)
    if has_no and _other_clause(sentence, spans, words["no"]):
        return True
    between = [sentence[place] for place in range(first, last) if place not in own]
    if not has_no and any(word in words["no"] for word in (*before, *between)):
        return True
    if any(word in words["behind"] for word in after):
        return True
    if has_no:
        return False
    if len(after) <= MORE and any(word in words["nothing"] for word in after):
        return True
    if len(after) == MORE and after[-1] in words["no"]:
        return True
    if any(word in words["none"] and set(after[place + 1 :]) <= words["there"] for place, word in enumerate(after)):
        return True
    if after[:1] and after[0] in words["no"] and (len(after) == 1 or after[1] in words["blame"] | words["reached"]):
        return True
    around = [*clause(sentence[:first][::-1])[::-1], CLAUSE, *between, CLAUSE, *clause(sentence[last:])]
    if any(word in words["no"] for word in around):
        return False
    return any(word in words["fine"] and before not in words["instead"] for before, word in pairwise(("", *around)))


def _other_clause(sentence: Sentence, spans: list[Span], no: frozenset[str]) -> bool:
    """Whether a "no" stands in another clause than what it would deny: `not missing, but empty` is no "not empty".

    What it would deny comes behind it, or where nothing does, before it: `is open, and nothing was refused`.
    """
    in_order = sorted(spans)
    for (before, denying), behind in zip(pairwise([(0, 0), *in_order]), [*in_order[1:], None], strict=True):
        if sentence[denying[1] - 1] not in no:
            continue
        if behind and CLAUSE in sentence[denying[1] : behind[0]]:
            return True
        if not behind and denying[1] - denying[0] == 1 and CLAUSE in sentence[before[1] : denying[0]]:
            return True
    return False


def answered_no(sentence: Sentence, behind: Sentence) -> bool:
    """Whether a sentence asks what the one behind it says no to: `disk full? No, 40 % used`."""
    return sentence[-1] == "?" and bool(behind) and behind[0] in _words()["answer"]


def unsure(sentence: Sentence) -> bool:
    """Whether a sentence asks, supposes, or tells of what is over."""
    return sentence[-1] == "?" or any(word in _words()["over"] for word in sentence)


def blaming(sentence: Sentence, spans: list[Span]) -> bool:
    """Whether somebody stands in the clause of evidence, or begins another: `truncated, the vendor stopped early`.

    `Ask the sender: no trailer` blames nobody.
    """
    who = _words()["who"]
    first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
    own = (*clause(sentence[:first][::-1]), *sentence[first:last], *clause(sentence[last:]))
    begin = {word for before, word in pairwise((CLAUSE, *sentence)) if before == CLAUSE}
    return any(word in who for word in (*own, *begin))
