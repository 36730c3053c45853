"""The house as it is built: its rooms, who imports whom, and the plan of it that `harness/README.md` shows.

python -m tests.house     writes the plan into the README
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

TOP = Path(__file__).parents[1]
README = TOP / "harness" / "README.md"
BEGIN, END = "<!-- the plan: python -m tests.house -->", "<!-- the end of the plan -->"

FLOORS = (
    ("errors", "contract"),
    ("extensions", "history", "values"),
    ("clock", "formats"),
    ("content", "mocks"),
    ("chain", "stack"),
    ("faults", "checks", "importing", "clock_command"),
    ("scenario",),
    ("night", "scaffold", "testing"),
    ("report",),
    ("plugin", "cli"),
)
"""From the ground up. A room uses those of the floors below it, and none beside it or above."""


class House:
    """A package: its modules by their dotted names, and what each of them imports of it."""

    def __init__(self, package: Path) -> None:
        self.package = package
        self.modules = {self._dotted(path): path for path in sorted(package.rglob("*.py")) if self._is_code(path)}

    def _is_code(self, path: Path) -> bool:
        # An installed package carries the shipped chains and scenarios, whose programs are not its modules.
        return not {"fixtures", "scenarios", "__pycache__"} & {*path.relative_to(self.package).parts[:-1]}

    def _dotted(self, path: Path) -> str:
        parts = path.relative_to(self.package.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """What each module imports of the package, wherever in the file it does, and be it for types alone."""
        return {name: frozenset(self._imported(path)) - {name} for name, path in self.modules.items()}

    def _imported(self, path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name in self.modules)
            elif isinstance(node, ast.ImportFrom) and node.module in self.modules:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in self.modules else node.module

    def room(self, module: str) -> str:
        """The room of a module: the first part of its name below the package; none for the package itself."""
        return module.split(".")[1] if "." in module else ""

    @cached_property
    def rooms(self) -> Mapping[str, frozenset[str]]:
        """The rooms, and which others each of them imports from."""
        found: dict[str, set[str]] = {self.room(module): set() for module in self.modules if "." in module}
        for module, imported in self.imports.items():
            if "." in module:
                found[self.room(module)] |= {self.room(other) for other in imported} - {"", self.room(module)}
        return {room: frozenset(others) for room, others in found.items()}

    def circles(self) -> list[list[str]]:
        """Every set of modules that import each other in a circle (Tarjan's strongly connected components)."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        found: list[list[str]] = []

        def visit(module: str) -> None:
            index[module] = low[module] = len(index)
            stack.append(module)
            for other in sorted(self.imports[module]):
                if other not in index:
                    visit(other)
                    low[module] = min(low[module], low[other])
                elif other in stack:
                    low[module] = min(low[module], index[other])
            if low[module] == index[module]:
                circle = stack[stack.index(module) :]
                del stack[stack.index(module) :]
                if len(circle) > 1:
                    found.append(sorted(circle))

        for module in self.modules:
            if module not in index:
                visit(module)
        return found

    def says(self, room: str) -> str:
        """The first sentence of a room's docstring."""
        path = self.modules[f"{self.package.name}.{room}"]
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        return docstring.partition("\n")[0]


def plan(house: House) -> str:
    """The plan: the floors as they lie above each other, then each room with what it is and what it imports."""
    drawn = ["```", *("   ".join(floor) for floor in reversed(FLOORS)), "```", ""]
    rows = ["| room | what it is | imports from |", "|---|---|---|"]
    order = [room for floor in FLOORS for room in floor]
    for room in reversed(order):
        is_file = house.modules[f"harness.{room}"].name != "__init__.py"
        link = f"[{room}]({room}.py)" if is_file else f"[{room}/]({room})"
        below = " ".join(sorted(house.rooms[room], key=order.index)) or "nothing of the harness"
        rows.append(f"| {link} | {house.says(room)} | {below} |")
    return "\n".join([*drawn, *rows])


def with_plan(text: str, drawn: str) -> str:
    """A README's text with another plan between its two marks."""
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n\n{drawn}\n\n{END}", text, flags=re.S)


if __name__ == "__main__":
    README.write_text(with_plan(README.read_text(), plan(House(TOP / "harness"))))
