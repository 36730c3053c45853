"""The channels of the desk that a chain can know, those that packages of users add among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.contract.addresses import ADDRESS_FORMS, DESK_PLACES, DerivedAddresses, desk_places
from harness.contract.channels import OURS, OWN, OwnChannel
from harness.extensions.registry import Registry

OWN_CHANNELS: Registry[OwnChannel] = Registry(
    "channel of the desk",
    "channels",
    expected="a call of desk_channel(NAME, path=...)",
    things=OWN,
    module_of=lambda channel: channel.module,
)
"""Users' own, by name."""


class _Channels(Mapping[str, Any]):
    """By name; None of ours."""

    def __getitem__(self, name: str) -> Any:
        return None if name in OURS else OWN_CHANNELS[name]

    def __iter__(self) -> Iterator[str]:
        yield from (*OURS, *OWN_CHANNELS)

    def __len__(self) -> int:
        return len(OURS) + len(OWN_CHANNELS)


CHANNELS = _Channels()
"""All of them, for names that scenarios give."""


def address_forms() -> Mapping[str, tuple[re.Pattern[str], str]]:
    """What a roster can give an owner an address of, and what each looks like."""
    OWN_CHANNELS.open()
    return ADDRESS_FORMS


def desk_place_names() -> tuple[str, ...]:
    """What a variable may be taken from, of the desk's channels."""
    OWN_CHANNELS.open()
    return tuple(desk_places("", "", DerivedAddresses(()))) if OWN else DESK_PLACES
