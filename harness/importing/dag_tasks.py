"""The tasks of an Airflow DAG and their order, read from the syntax of its file."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.importing.dag_values import Unreadable, Values, last_name
from harness.importing.skeleton import shown

_ENDS = ("Operator", "Sensor")


@dataclass
class Task:
    """One task: its operator, and its arguments as far as they are written out."""

    name: str
    line: int
    operator: str
    arguments: dict[str, Any]
    upstream: list[str] = field(default_factory=list)


@dataclass
class Dag:
    """A DAG, with what of it could not be read: line and text."""

    name: str
    line: int
    arguments: dict[str, Any]
    variable: str | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    unread: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Part:
    """A task, or a group of them, whose own first and last ones are known once it is read."""

    names: list[str]
    is_group: bool = False


@dataclass
class _Ends:
    """What an arrow may begin or end at: a task, a group, or a list of these."""

    parts: list[_Part]

    def first(self, dag: Dag) -> list[str]:
        """The tasks that an arrow to it leads to."""
        return [name for part in self.parts for name in part.names if not part.is_group or _leads(dag, part, name)]

    def last(self, dag: Dag) -> list[str]:
        """The tasks from which an arrow comes."""
        return [name for part in self.parts for name in part.names if not part.is_group or _closes(dag, part, name)]

    def known_in(self, dag: Dag) -> bool:
        """Whether all of it is of that DAG."""
        return all(name in dag.tasks for part in self.parts for name in part.names)


def _leads(dag: Dag, group: _Part, name: str) -> bool:
    return not set(dag.tasks[name].upstream) & set(group.names)


def _closes(dag: Dag, group: _Part, name: str) -> bool:
    return not any(name in dag.tasks[other].upstream for other in group.names)


class Reader:
    """Walks through a file, and gathers its DAGs."""

    def __init__(self) -> None:
        self.dags: list[Dag] = []
        self.values = Values()
        self._tasks: dict[str, _Ends] = {}
        self._functions: dict[str, int] = {}
        self._current: Dag | None = None
        self._prefix = ""

    def module(self, tree: ast.Module) -> None:
        """Read all statements in their order."""
        self._statements(tree.body)

    def _statements(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        self.values.learn(statement)
        if isinstance(statement, ast.With):
            self._with(statement)
        elif isinstance(statement, ast.FunctionDef):
            self._function(statement)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            self._assigned(targets, statement.value)
        elif isinstance(statement, ast.Expr | ast.Return) and statement.value is not None:
            self._expression(statement.value)
        elif isinstance(statement, ast.For | ast.While | ast.If | ast.Try) and _makes_tasks(statement):
            kind = {"For": "loop", "While": "loop", "If": "condition"}.get(type(statement).__name__, "try")
            self._unread(statement, f"what this {kind} makes is not read: only running the file would tell")

    def _with(self, statement: ast.With) -> None:
        for item in statement.items:
            call, target = item.context_expr, item.optional_vars
            name = target.id if isinstance(target, ast.Name) else None
            called = last_name(call.func) if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and called == "DAG":
                self._inside(self._dag(call, name), statement.body)
                return
            if isinstance(call, ast.Call) and called == "TaskGroup" and self._current is not None:
                self._group(call, name, statement.body)
                return
        self._statements(statement.body)

    def _inside(self, dag: Dag, body: Iterable[ast.stmt]) -> None:
        outer, self._current = self._current, dag
        self._statements(body)
        self._current = outer

    def _group(self, call: ast.Call, variable: str | None, body: Iterable[ast.stmt]) -> None:
        dag, outer = self._current, self._prefix
        assert dag is not None  # noqa: S101 - its caller has looked
        arguments = self._arguments(call, positional="group_id")
        group = arguments.get("group_id")
        if not isinstance(group, str):
            self._unread(call, "the name of this group is not read")
            group = variable or "group"
        if arguments.get("prefix_group_id") is not False:
            self._prefix = f"{outer}{group}."
        before = set(dag.tasks)
        self._statements(body)
        self._prefix = outer
        if variable is not None:
            names = [name for name in dag.tasks if name not in before]
            self._tasks[variable] = _Ends([_Part(names, is_group=True)])

    def _function(self, statement: ast.FunctionDef) -> None:
        for decorator in statement.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            called = call.func if call is not None else decorator
            if last_name(called) == "dag":
                dag = self._dag(call or ast.Call(func=called, args=[], keywords=[], lineno=statement.lineno), None)
                dag.name = dag.name or statement.name
                self._inside(dag, statement.body)
                return
            whole = ast.unparse(called)
            if whole == "task" or whole.startswith("task."):
                self._functions[statement.name] = statement.lineno

    def _dag(self, call: ast.Call, variable: str | None) -> Dag:
        arguments = self._arguments(call, positional="dag_id")
        name = arguments.get("dag_id")
        dag = Dag(name if isinstance(name, str) else "", call.lineno, arguments, variable)
        if isinstance(name, Unreadable):
            dag.unread.append((name.line, f"its name {shown(name.text)} is not read"))
        self.dags.append(dag)
        return dag

    def _assigned(self, targets: Iterable[ast.AST], value: ast.expr) -> None:
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if isinstance(value, ast.Call) and last_name(value.func) == "DAG":
            self._dag(value, names[0] if names else None)
            return
        if _makes_tasks(value) or isinstance(value, ast.List | ast.Tuple | ast.Name | ast.BinOp):
            ends = self._ends(value, quietly=not _makes_tasks(value))
            self._tasks |= dict.fromkeys(names, ends) if ends is not None else {}
        elif self._is_task_function(value):
            ends = self._ends(value)
            self._tasks |= dict.fromkeys(names, ends) if ends is not None else {}

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.BinOp | ast.List | ast.Tuple):
            self._ends(node)
        elif isinstance(node, ast.Call):
            called = last_name(node.func)
            if called in ("set_upstream", "set_downstream") and isinstance(node.func, ast.Attribute):
                self._set(node, node.func.value, upstream=called == "set_upstream")
            elif called in ("chain", "cross_downstream"):
                self._chain(node, across=called == "cross_downstream")
            elif _is_operator(node) or self._is_task_function(node):
                self._ends(node)

    def _set(self, node: ast.Call, subject: ast.expr, *, upstream: bool) -> None:
        one, others = self._ends(subject), [self._ends(argument) for argument in node.args]
        for other in others:
            if one is not None and other is not None:
                self._link(*((other, one) if upstream else (one, other)))

    def _chain(self, node: ast.Call, *, across: bool) -> None:
        steps = [(one, self._ends(one)) for one in node.args]
        for (before, earlier), (after, later) in itertools.pairwise(steps):
            if earlier is None or later is None:
                continue
            both = isinstance(before, ast.List | ast.Tuple) and isinstance(after, ast.List | ast.Tuple)
            if both and not across:
                if len(earlier.parts) != len(later.parts):
                    self._unread(node, "chain() of two lists of different length is an error in Airflow: not read")
                for one, other in zip(earlier.parts, later.parts, strict=False):
                    self._link(_Ends([one]), _Ends([other]))
            else:
                self._link(earlier, later)

    def _ends(self, node: ast.expr, *, quietly: bool = False) -> _Ends | None:
        """The tasks that an expression stands for; makes those that it creates, and links what its arrows join."""
        if isinstance(node, ast.Name) and node.id in self._tasks:
            return self._tasks[node.id]
        if isinstance(node, ast.List | ast.Tuple):
            each = [self._ends(one, quietly=quietly) for one in node.elts]
            return _Ends([part for one in each if one is not None for part in one.parts])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift | ast.LShift):
            left, right = self._ends(node.left, quietly=quietly), self._ends(node.right, quietly=quietly)
            if left is not None and right is not None:
                self._link(*((left, right) if isinstance(node.op, ast.RShift) else (right, left)))
            return right
        if isinstance(node, ast.Call) and _is_operator(node):
            return self._operator(node)
        if isinstance(node, ast.Call) and self._is_task_function(node):
            return self._called(node)
        if not quietly:
            self._unread(node, f"{shown(ast.unparse(node))} is no task that is read, so what depends on it is missing")
        return None

    def _operator(self, node: ast.Call) -> _Ends | None:
        arguments = self._arguments(node, positional="task_id")
        dag, name = self._dag_of(node), arguments.get("task_id")
        if dag is None or not isinstance(name, str):
            found = shown(name.text) if isinstance(name, Unreadable) else "none"
            why = f"its task_id is {found}" if dag is not None else "no DAG is known to be its own"
            self._unread(node, f"this {last_name(node.func)} is not read: {why}")
            return None
        return self._add(dag, name, Task("", node.lineno, last_name(node.func), arguments))

    def _called(self, node: ast.Call) -> _Ends | None:
        """A call of a function that @task decorates: a task, after those whose results it takes."""
        name = last_name(node.func)
        if self._current is None:
            return None
        arguments = [*node.args, *(one.value for one in node.keywords)]
        before = [self._ends(one, quietly=True) for one in arguments]
        ends = self._add(self._current, name, Task("", node.lineno, f"@task {name}", {}))
        for one in before:
            if one is not None:
                self._link(one, ends)
        return ends

    def _add(self, dag: Dag, name: str, task: Task) -> _Ends:
        whole, number = f"{self._prefix}{name}", 0
        task.name = whole
        while task.name in dag.tasks:  # as Airflow itself numbers calls of one function
            number += 1
            task.name = f"{whole}__{number}"
        dag.tasks[task.name] = task
        return _Ends([_Part([task.name])])

    def _link(self, before: _Ends, after: _Ends) -> None:
        for dag in self.dags:
            if before.known_in(dag) and after.known_in(dag):
                for later in after.first(dag):
                    known = dag.tasks[later].upstream
                    known += [one for one in before.last(dag) if one not in known]
                return

    def _arguments(self, call: ast.Call, positional: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        pairs = [(positional, call.args[0])] if call.args else []
        pairs += [(one.arg, one.value) for one in call.keywords if one.arg is not None]
        for name, node in pairs:
            try:
                found[name] = self.values.read(node)
            except Unreadable as unreadable:
                found[name] = unreadable
        return found

    def _dag_of(self, call: ast.Call) -> Dag | None:
        given = next((one.value for one in call.keywords if one.arg == "dag"), None)
        if isinstance(given, ast.Name):
            return next((dag for dag in self.dags if dag.variable == given.id), None)
        return self._current

    def _is_task_function(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._functions

    def _unread(self, node: ast.AST, text: str) -> None:
        dag = self._current or (self.dags[-1] if self.dags else None)
        if dag is not None:
            dag.unread.append((getattr(node, "lineno", 1), text))


def _is_operator(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func).endswith(_ENDS)


def _makes_tasks(node: ast.AST) -> bool:
    """Whether operators are called, or arrows drawn, anywhere in it."""
    arrows = (ast.RShift, ast.LShift)
    return any(
        (isinstance(one, ast.Call) and _is_operator(one)) or (isinstance(one, ast.BinOp) and isinstance(one.op, arrows))
        for one in ast.walk(node)
    )
