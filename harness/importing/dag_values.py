"""The values that a Python file writes out, read from its syntax: nothing of it is ever executed."""

from __future__ import annotations

import ast
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

_MOST_NAMES = 20
"""How far a name is followed from name to name."""


class Unreadable(Exception):
    """A value that only running the file would give."""

    def __init__(self, node: ast.AST) -> None:
        self.line = getattr(node, "lineno", 1)
        self.text = ast.unparse(node)
        super().__init__(self.text)


@dataclass(frozen=True)
class Moment:
    """A date-time as it is written, with the name of its zone if it has one."""

    time: dt.datetime
    zone: str | None


@dataclass(frozen=True)
class Zone:
    """A time zone by its name."""

    name: str


@dataclass
class Values:
    """What the names of a file stand for, as far as they were assigned plain values."""

    names: dict[str, ast.expr] = field(default_factory=dict)

    def learn(self, statement: ast.stmt) -> None:
        """Remember what a plain assignment says; a second one of the same name counts from there on."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            return
        if isinstance(target, ast.Name):
            self.names[target.id] = value

    def read(self, node: ast.expr, depth: int = 0) -> Any:
        """The value of an expression; raises Unreadable where it is not written out."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.names and depth < _MOST_NAMES:
            return self.read(self.names[node.id], depth + 1)
        if isinstance(node, ast.List | ast.Tuple):
            return [self.read(one, depth) for one in node.elts]
        if isinstance(node, ast.Dict):
            return self._mapping(node, depth)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(one, depth) for one in node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.read(node.operand, depth)
            if isinstance(value, int | float):
                return -value
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
            return self._operation(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Attribute) and last_name(node.value) == "TriggerRule":
            return node.attr.lower()
        raise Unreadable(node)

    def _mapping(self, node: ast.Dict, depth: int) -> dict[Any, Any]:
        """A mapping; a value of it that cannot be read stays what it is, so that the others are not lost."""
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found |= self.read(value, depth)
                continue
            try:
                found[self.read(key, depth)] = self.read(value, depth)
            except Unreadable as unreadable:
                found[self.read(key, depth)] = unreadable
        return found

    def _part(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            if node.conversion != -1 or node.format_spec is not None:
                raise Unreadable(node)
            return str(self.read(node.value, depth))
        return str(self.read(node, depth))

    def _operation(self, node: ast.BinOp, depth: int) -> Any:
        left, right = self.read(node.left, depth), self.read(node.right, depth)
        if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
            return left + right
        if all(isinstance(one, int | float) and not isinstance(one, bool) for one in (left, right)):
            return left + right if isinstance(node.op, ast.Add) else left * right
        raise Unreadable(node)

    def _call(self, node: ast.Call, depth: int) -> Any:
        called = last_name(node.func)
        positional = [self.read(one, depth) for one in node.args]
        named = {one.arg: self.read(one.value, depth) for one in node.keywords if one.arg}
        try:
            if called == "timedelta" or called == "duration":
                return dt.timedelta(*positional, **named)
            if called == "datetime":
                zone = named.pop("tzinfo", None) or named.pop("tz", None)
                name = zone.name if isinstance(zone, Zone) else zone
                return Moment(dt.datetime(*positional, **named), name)
            if called in ("timezone", "ZoneInfo", "Timezone", "gettz"):
                return Zone(str(positional[0]))
        except (TypeError, ValueError, IndexError):
            pass
        if called == "dict" and not positional:
            return named
        raise Unreadable(node)


def last_name(node: ast.expr) -> str:
    """``BashOperator`` of ``airflow.operators.bash.BashOperator``, and of itself."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
