"""What a script starts, as far as it can be read without running it: shell by its words, Python by its syntax tree.

A reader's guess: a name that is made at run time is not seen, and a word in an unusual place may be taken for a
command. So what is found here is a hint, and never a mistake of the script's.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SHELLS = {"sh", "bash", "dash", "ksh", "mksh", "zsh"}

_WITH_A_VALUE = {
    "shell": re.compile(r"[-+][a-zA-Z]*[oO]|--rcfile|--init-file"),
    "python": re.compile(r"-[WX]"),
}
_BEFORE_A_COMMAND = {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "coproc"}
_STARTERS = {"exec", "command", "builtin", "nohup", "setsid", "nice", "ionice", "stdbuf", "env", "sudo", "xargs"}
"""Commands that start the one after them; `timeout` has a limit in between."""

_END = re.compile(r"[;&|()\n]+")
_REDIRECTION = re.compile(r"\d*[<>]+[&|]?")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=.*", re.DOTALL)
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)([\w.-]+)\1")
_SUBSTITUTED = re.compile(r"(?:\$\(|`)\s*([^\s()`;|&<>$'\"]+)")
_FUNCTION = re.compile(r"^\s*(?:function\s+)?([\w.-]+)\s*\(\s*\)", re.MULTILINE)
_PLAIN = re.compile(r"[\w./@%+~^,:-]+")
_LINES_TOGETHER = 50
"""A text in quotes may go over so many lines; after that, the quote is something else."""

_HEAD = 1 << 20
_FOLLOWED_AT_MOST = 100


@dataclass(frozen=True)
class Started:
    """A command that a script starts: its words as far as they are plain, and where they stand."""

    words: tuple[str, ...]
    file: Path | None = None
    line: int = 0


def follow(argv: Sequence[str], folder: Path) -> Iterator[Started]:
    """All commands that a command's scripts start, and the scripts that those start; relative paths begin in a folder.

    Those of a text among the arguments (``sh -c``) have no file.
    """
    ahead, seen = [Started(tuple(argv))], set[Path]()
    while ahead and len(seen) < _FOLLOWED_AT_MOST:
        for found in _inside(ahead.pop(0), folder, seen):
            yield found
            ahead.append(found)


def _inside(command: Started, folder: Path, seen: set[Path]) -> list[Started]:
    program, *arguments = command.words
    language = _language(program.rpartition("/")[2])
    if language is None:
        return _of_file(folder / program, None, seen) if "/" in program else []
    rest = iter(arguments)
    for argument in rest:
        if re.fullmatch(r"-[a-zA-Z]*c", argument):
            return [Started(one.words, command.file, command.line) for one in _read(language, next(rest, ""), None)]
        if _WITH_A_VALUE[language].fullmatch(argument):
            next(rest, None)
        elif argument == "-m":
            return []
        elif not argument.startswith(("-", "+")):
            return _of_file(folder / argument, language, seen)
    return []


def _language(name: str) -> str | None:
    if name in SHELLS or name in {".", "source"}:
        return "shell"
    return "python" if re.fullmatch(r"python[\d.]*", name) else None


def _of_file(path: Path, language: str | None, seen: set[Path]) -> list[Started]:
    try:
        if path.resolve() in seen or not path.is_file():
            return []
        seen.add(path.resolve())
        with path.open("rb") as file:
            text = file.read(_HEAD).decode(errors="replace")
    except OSError:
        return []
    if language is None and text.startswith("#!"):
        words = text[2:].partition("\n")[0].split()
        names = (Path(word).name for word in words if not word.startswith("-"))
        language = next(filter(None, map(_language, names)), None)
    return list(_read(language, text, path)) if language else []


def _read(language: str, text: str, file: Path | None) -> Iterator[Started]:
    return shell_commands(text, file) if language == "shell" else python_commands(text, file)


# ---- shell --------------------------------------------------------------------------------------------


def shell_commands(text: str, file: Path | None = None) -> Iterator[Started]:
    """The commands of a shell's text, but for the functions that it defines itself."""
    own = set(_FUNCTION.findall(text))
    for number, line in _logical_lines(text):
        found = [*_simple_commands(line), *((word,) for word in _SUBSTITUTED.findall(line))]
        for words in dict.fromkeys(found):
            if words[0] not in own:
                yield Started(words, file, number)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each with its number: lines that go on, texts in quotes and here-documents as one, the latter left out."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        while line.endswith("\\") and at < len(lines):
            line, at = line[:-1] + lines[at], at + 1
        whole, last = line, at
        while not _is_whole(whole) and last < min(len(lines), at + _LINES_TOGETHER):
            whole, last = f"{whole}\n{lines[last]}", last + 1
        if _is_whole(whole):
            line, at = whole, last
        for _, end in _HERE_DOCUMENT.findall(line):
            while at < len(lines) and lines[at].strip() != end:
                at += 1
            at += 1
        yield number, line


def _is_whole(line: str) -> bool:
    try:
        _tokens(line)
    except ValueError:
        return False
    return True


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    return list(lexer)


def _simple_commands(line: str) -> Iterator[tuple[str, ...]]:
    try:
        tokens = _tokens(line)
    except ValueError:
        return
    words: list[str] = []
    skips = False
    for token in [*tokens, ";"]:
        if _END.fullmatch(token):
            yield from _commands_of(words)
            words = []
        elif _REDIRECTION.fullmatch(token):
            skips = True
        elif skips:
            skips = False
        else:
            words.append(token)


def _commands_of(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The command of a simple command, and those that it starts: `env A=b timeout 5 jq` has three."""
    while words and (words[0] in _BEFORE_A_COMMAND or _ASSIGNMENT.fullmatch(words[0])):
        words = words[1:]
    if not words or not _PLAIN.fullmatch(words[0]):
        return
    yield tuple(words)
    name, rest = Path(words[0]).name, words[1:]
    if name not in _STARTERS and name != "timeout":
        return
    while rest and (rest[0].startswith("-") or _ASSIGNMENT.fullmatch(rest[0])):
        rest = rest[1:]
    yield from _commands_of(rest[1:] if name == "timeout" else rest)


# ---- Python -------------------------------------------------------------------------------------------

_PROGRAMS = {
    "subprocess": {"run", "Popen", "call", "check_call", "check_output"},
    "os": {"execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp"},
    "asyncio": {"create_subprocess_exec"},
}
_TEXTS = {
    "subprocess": {"getoutput", "getstatusoutput"},
    "os": {"system", "popen"},
    "asyncio": {"create_subprocess_shell"},
}
"""What takes a program with its arguments, and what takes a text for a shell."""


def python_commands(text: str, file: Path | None = None) -> Iterator[Started]:
    """The commands that a Python program starts under names that it spells out."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    names = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            module, function = _called(node.func, names)
            given = _literal(node.args[0])
            in_a_shell = any(keyword.arg == "shell" and _is_true(keyword.value) for keyword in node.keywords)
            if function in _TEXTS.get(module, ()) or (module == "subprocess" and in_a_shell):
                for one in shell_commands(" ".join(given[:1])):
                    yield Started(one.words, file, node.lineno)
            elif function in _PROGRAMS.get(module, ()) and given:
                yield Started(given, file, node.lineno)


def _called(function: ast.expr, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id, function.attr
    return names.get(function.id, ("", "")) if isinstance(function, ast.Name) else ("", "")


def _literal(node: ast.expr) -> tuple[str, ...]:
    """The words that are spelled out, from the first on."""
    words: list[str] = []
    for element in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
        if not (isinstance(element, ast.Constant) and isinstance(element.value, str) and element.value):
            break
        words.append(element.value)
    return tuple(words)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
