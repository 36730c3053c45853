"""What can be wrong with a file's bytes: one damage a file, each a function from bytes to other bytes."""

from harness.mocks.source.damage import cut
from harness.mocks.source.damage.damage import DAMAGES, Damage, check, damage_in

__all__ = ["DAMAGES", "Damage", "check", "cut", "damage_in"]
