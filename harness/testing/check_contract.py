"""What every check owes, whoever wrote it: the claims that ours are held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from harness.checks.model.check import CHECKS, HEADINGS
from harness.history import History
from harness.values.docstrings import docstring

Examples = Mapping[str, tuple[History, History]]


class CheckContract:
    """Subclass it with the check's ``name`` and ``examples``; every method is a claim.

    examples: for ``holds``, ``violated`` and ``unknown`` a night in which it finds that, and the night's baseline
    (`harness.testing.history_of` writes them by hand).
    """

    name: ClassVar[str]
    examples: ClassVar[Examples]

    def test_it_is_registered_under_its_name(self) -> None:
        """A night is judged by it."""
        assert self.name in CHECKS

    def test_it_has_a_night_for_each_thing_that_it_can_find(self) -> None:
        """A check that cannot fail is none, and one that cannot be without an answer says so."""
        never = docstring(CHECKS[self.name].judge, HEADINGS).under["Unknown"].startswith("never")
        expected = {"holds", "violated"} if never else {"holds", "violated", "unknown"}
        assert set(self.examples) == expected, f"examples for {sorted(self.examples)}"

    def test_it_finds_in_each_night_what_it_should(self) -> None:
        """Judged as in a run: where it applies."""
        for state, (night, baseline) in self.examples.items():
            finding = CHECKS[self.name].where_it_applies(night, baseline)
            assert finding is not None, f"it does not apply to the night in which it should find {state}"
            assert (finding.check, finding.state) == (self.name, state), finding.sentence

    def test_it_is_a_pure_function(self) -> None:
        """Asked twice, it finds the same, word for word."""
        for night, baseline in self.examples.values():
            assert CHECKS[self.name](night, baseline) == CHECKS[self.name](night, baseline)

    def test_it_says_in_one_line_what_must_hold(self) -> None:
        """The sentence that a report shows."""
        sentence = CHECKS[self.name].sentence
        assert sentence.endswith("."), f"{sentence!r} is no sentence"
        assert "\n" not in sentence
