"""Pallets: a number with a check digit, and what it weighs."""

import random

from harness.formats import Column

COLUMNS = (Column("pallet", "text", 12), Column("weight", "integer", 6))
CONTROL = "weight"


def check_digit(digits):
    return str(sum(map(int, digits)) % 10)


def records(*, date, seed, pallets: int = 100):
    """So many pallets; others on another date."""
    numbers = random.Random(f"{seed}/{date}")
    for place in range(pallets):
        digits = f"{date:%j}{place:04}"
        yield digits + check_digit(digits), numbers.randrange(40, 900)
