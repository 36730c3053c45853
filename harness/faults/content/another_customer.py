"""Another customer's file comes under this one's name."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("another_customer")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AnotherCustomer(ContentFault):
    """Serve a file of the same form and date that was made for somebody else: other sites, other numbers.

    customer: the seed of their content, which must not be the night's own. The manifest follows by default, because the
    whole delivery is theirs: nothing in the file contradicts anything else in it.

    Stands for: a shared export job that swapped two destinations. It is also a leak: the file holds others' data.
    Acts on: any file.
    Detectable by: reference data, names that are not this customer's; with ``manifest: true_one`` by size and checksum.
    A sound chain: looks whether sites and articles are its own, refuses the file, and tells its owner at once.
    """

    customer: int = Field(default=1, ge=0, strict=True)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "reference data")

    @property
    def why_no_effect(self) -> str:
        """The same seed makes the same content; a file that is copied is the same for everybody."""
        return f"customer {self.customer} has the same file"

    def damage(self, system: System) -> damages.Damage:
        """Their content, by its checksum."""
        content = system.content(self.file, seed=self.customer)
        return damages.Replace(sha256=content.sha256, size=content.size, customer=self.customer)
