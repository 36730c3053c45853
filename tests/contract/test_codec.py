"""The codec: what is written is read again, and what the contract does not have is refused by its place and name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pytest

from harness.contract.codec import ContractError, read, write


@dataclass(frozen=True, kw_only=True)
class Cause:
    under: ClassVar[str] = "cause"
    word: Literal["gone", "late"]


@dataclass(frozen=True, kw_only=True)
class Lost:
    lost: Literal[True] = True


@dataclass(frozen=True, kw_only=True)
class Wrong:
    code: int
    from_: int | float = 0

    def __post_init__(self) -> None:
        if self.code < 0:
            raise ContractError(f"code: found {self.code}, expected a number from 0 on")


@dataclass(frozen=True, kw_only=True)
class Whole:
    name: str
    end: Lost | Wrong | Cause
    owner: str | None = None
    always: str | None
    ratio: float = 0.5
    flags: tuple[bool, ...] = ()
    sizes: Mapping[str, int | None] = field(default_factory=dict)
    inner: Wrong | None = None
    anything: Mapping[str, Any] = field(default_factory=dict)


SMALL: dict[str, Any] = {"name": "a", "end": {"lost": True}, "always": None}
FULL: dict[str, Any] = {
    "name": "a",
    "end": {"code": 3, "from": 0.5},
    "owner": "data-ops",
    "always": "there",
    "ratio": 1,
    "flags": [True, False],
    "sizes": {"x": 1, "y": None},
    "inner": {"code": 1},
    "anything": {"deep": [1, {"a": None}]},
}


@pytest.mark.parametrize("data", [SMALL, FULL, SMALL | {"end": {"cause": {"word": "late"}}}], ids=str)
def test_what_is_read_is_written_as_it_was(data: dict[str, Any]) -> None:
    assert json.loads(json.dumps(write(read(Whole, data, "it")))) == data


def test_a_field_that_holds_its_default_is_left_out_and_one_without_a_default_never_is() -> None:
    assert write(Whole(name="a", end=Lost(), always=None, ratio=0.5, owner=None)) == SMALL


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SMALL | {"nmae": "b"}, "it: unknown key 'nmae'. Did you mean 'name'? Known: name, end, owner, always, ratio"),
        ({"end": {"lost": True}, "always": None}, "it: missing key 'name'; found 'end', 'always'"),
        ({"name": "a", "always": None}, "it: missing key 'end'; found 'name', 'always'"),
        (SMALL | {"name": 7}, "it.name: found 7, expected a text"),
        (SMALL | {"owner": 7}, "it.owner: found 7, expected a text"),
        (SMALL | {"ratio": "half"}, 'it.ratio: found "half", expected a number'),
        (SMALL | {"ratio": True}, "it.ratio: found true, expected a number"),
        (SMALL | {"flags": [1]}, "it.flags[0]: found 1, expected true or false"),
        (SMALL | {"flags": True}, "it.flags: found true, expected a list"),
        (SMALL | {"sizes": []}, "it.sizes: found [], expected an object"),
        (SMALL | {"sizes": {"x": "1"}}, 'it.sizes.x: found "1", expected a whole number'),
        (SMALL | {"inner": {}}, "it.inner: missing key 'code'; found no key"),
        (SMALL | {"inner": {"code": -1}}, "it.inner: code: found -1, expected a number from 0 on"),
        (SMALL | {"inner": {"code": 1.5}}, "it.inner.code: found 1.5, expected a whole number"),
        (SMALL | {"inner": {"code": 1, "from": "x"}}, 'it.inner.from: found "x", expected a whole number or a number'),
        (SMALL | {"end": {}}, "it.end: found no key, expected lost or code or cause"),
        (SMALL | {"end": {"lost": False}}, "it.end.lost: found false, expected true"),
        (SMALL | {"end": {"lost": True, "code": 1}}, "it.end: unknown key 'code'. Known: lost"),
        (SMALL | {"end": {"cause": {"word": "lat"}}}, "it.end.cause.word: unknown word 'lat'. Did you mean 'late'?"),
        (SMALL | {"end": {"cause": {"word": 3}}}, 'it.end.cause.word: found 3, expected "gone" or "late"'),
        (SMALL | {"end": 3}, "it.end: found 3, expected an object"),
        ([], "it: found [], expected an object"),
    ],
)
def test_what_the_contract_does_not_have_is_refused_by_its_place_and_its_name(data: Any, says: str) -> None:
    with pytest.raises(ContractError) as refused:
        read(Whole, data, "it")
    assert str(refused.value).startswith(says)


def test_a_type_that_has_no_way_into_json_is_a_bug_of_its_author() -> None:
    @dataclass(frozen=True)
    class Odd:
        when: complex

    with pytest.raises(TypeError, match="no way to write"):
        read(Odd, {"when": 1}, "it")
