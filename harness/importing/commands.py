"""A command line as other schedulers write it, turned into the list of words that a chain file runs."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePath

_NEEDS_A_SHELL = re.compile(r"[|&;<>()$`\\\"'*?\[\]#~=%!{}\n]")
_BUILTINS = {
    *(".", ":", "alias", "case", "cd", "command", "eval", "exec", "exit", "export", "for", "if", "read", "return"),
    *("set", "source", "test", "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while"),
}
_SCRIPT = re.compile(r"[\w./-]*?([\w-]+)\.(?:py|sh|bash|ksh|pl|rb|js|jar|exe|bat|cmd|ps1)\b")
_MODULE = re.compile(r"\s-m\s+([\w.]+)")
_NO_NAMES = {
    "bash",
    "cd",
    "env",
    "exec",
    "export",
    "flock",
    "ionice",
    "nice",
    "nohup",
    "set",
    "sh",
    "source",
    "sudo",
    "time",
}
"""What stands before the program that a job is about."""


def argv(command: str, shell: str) -> list[str]:
    """The words of a command that needs no shell; any other is given to the shell that ran it."""
    words = command.split()
    if not words or words[0] in _BUILTINS or _NEEDS_A_SHELL.search(command):
        return [shell, "-c", command]
    return words


def words_of(program: str, parameters: str = "") -> list[str]:
    """The words of a program that an agent starts without a shell; quotes hold words together.

    Raises ValueError for a quote without its end.
    """
    return shlex.split(f"{program} {parameters}")


def windows_words_of(command: str) -> list[str]:
    """The words of a Windows command line: backslashes are part of paths, double quotes hold words together."""
    return [word[1:-1] if word[:1] == word[-1:] == '"' and len(word) > 1 else word for word in re.findall(
        r'"[^"]*"|[^\s"]+', command
    )]  # fmt: skip


def name_of(command: str) -> str:
    """What a job may be called: after its script or module, else after its first program."""
    script, module = _SCRIPT.search(command), _MODULE.search(command)
    if script:
        return script.group(1)
    if module:
        return module.group(1).rpartition(".")[2]
    words = [word for word in re.findall(r"[\w./-]+", command) if not word.startswith("-")]
    programs = [PurePath(word).name for word in words]
    named = (program for program in programs if program and program not in _NO_NAMES and program.strip("."))
    return next(named, "job")
