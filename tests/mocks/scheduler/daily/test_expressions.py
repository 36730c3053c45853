"""Property expressions: what is true, and what is no expression."""

from __future__ import annotations

import pytest

from harness.mocks.scheduler.daily.expressions import ExpressionError, evaluate, filled
from harness.mocks.scheduler.daily.properties import Properties

KNOWN = Properties({"Region": "EU", "Rows": "100", "Empty": "", "Share": "1.5"})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('[[Region]] = "EU"', True),
        ("[[region]] = 'EU'", True),
        ('[[Region]] <> "EU"', False),
        ("[[Rows]] > 9", True),
        ('[[Rows]] > "9"', True),
        ('[[Region]] < "FR"', True),
        ("[[Rows]] >= 100 AND [[Share]] < 2", True),
        ('[[Rows]] = 1 OR [[Region]] = "EU" AND [[Rows]] = 2', False),
        ('([[Rows]] = 1 OR [[Region]] = "EU") and [[Rows]] = 100', True),
        ('NOT [[Region]] = "US"', True),
        ("ToInt([[Share]]) = 1", True),
        ('[[Empty]] = ""', True),
        ("true", True),
        ("[[Rows]]", "100"),
    ],
)
def test_an_expression_has_a_value(expression: str, value: object) -> None:
    assert evaluate(expression, KNOWN.find) == value


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("", "found 'the end'"),
        ("[[Nobody]] = 1", r"the property \[\[Nobody\]\] is not defined"),
        ("[[Rows]] =", "found 'the end'"),
        ("[[Rows]] = 1 2", "found '2' behind"),
        ("(1 = 1", r"expected '\)'"),
        ("__import__('os')", "which is no part"),
        ("ToInt([[Region]])", "is no number"),
        ("ToInt 5", r"expected '\('"),
        ("((" * 60 + "1" + "))" * 60, "deep"),
        ("NOT " * 60 + "true", "deep"),
    ],
)
def test_what_is_no_expression_is_refused_in_words(expression: str, found: str) -> None:
    with pytest.raises(ExpressionError, match=found):
        evaluate(expression, KNOWN.find)


def test_the_nearest_property_wins_and_unknown_tokens_stay() -> None:
    text = filled("[[Region]]/[[SI.Rows]]/[[Nobody]]", lambda name: KNOWN.find(name, {"region": "FR"}))
    assert text == "FR/100/[[Nobody]]"
