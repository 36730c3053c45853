"""What can be wrong with a file's bytes: one damage a file, each a function from bytes to other bytes."""

from harness.mocks.source.damage import (
    columns,
    cut,
    decimal_comma,
    delimiter,
    drop_trailer,
    empty,
    encode,
    flip,
    line_ends,
    nuls,
    part,
    repeat,
    replace,
    revise,
    totals,
    zone,
)
from harness.mocks.source.damage.damage import DAMAGES, Damage, check, damage_in

__all__ = [
    "DAMAGES",
    "Damage",
    "check",
    "columns",
    "cut",
    "damage_in",
    "decimal_comma",
    "delimiter",
    "drop_trailer",
    "empty",
    "encode",
    "flip",
    "line_ends",
    "nuls",
    "part",
    "repeat",
    "replace",
    "revise",
    "totals",
    "zone",
]
