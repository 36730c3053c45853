"""A kind of consumers of our own: the terminal at a gate, which books pallets onto a lorry."""

from typing import Annotated, Literal

from pydantic import Field

from harness import Consumer, consumer_kind


@consumer_kind("dock")
class DockConsumer(Consumer):
    """It takes loads at ``<name>.url``: ``PUT /loads/<number>``, a line a pallet; each load once.

    gate: which of them. most_pallets: what goes onto a lorry.
    """

    kind: Literal["dock"]
    gate: Annotated[int, Field(ge=1)]
    most_pallets: Annotated[int, Field(ge=1)] = 400
