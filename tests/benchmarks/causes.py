"""How well pages are read: `python -m tests.benchmarks.causes FILE.jsonl` prints what is mistaken for what.

A line of the file is a labelled page: what was injected, whether the page names it (`names_cause`), its `label`
(right, right-other-words, dump, vague, wrong, negated) and `language`, and the page itself.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from harness.checks.model.causes.judging import Reading, Said, Truth, read

Page = dict[str, Any]

RIGHT = ("right", "right-other-words", "dump")
REFUSABLE = ("wrong", "vague")


def pages(path: Path) -> list[Page]:
    """The labelled pages of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def reading(page: Page) -> Reading:
    """What is made of a page."""
    names = tuple(page.get(of) or "" for of in ("chain", "job", "file"))
    return _reading(page["injected"], page["cause"], page["text"], page.get("log"), names)


@cache
def _reading(injected: str, cause: str | None, text: str, log: str | None, names: tuple[str, ...]) -> Reading:
    return read((cause, text), log, Truth((injected,)), names)


def figures(of: list[Page]) -> dict[str, tuple[int, int]]:
    """How many of how many: right pages that are named, others that are named all the same, those refused."""
    read_pages = [(page, reading(page).said) for page in of]
    right = [said for page, said in read_pages if page["names_cause"] and page["label"] in RIGHT]
    others = [said for page, said in read_pages if not page["names_cause"]]
    refusable = [said for page, said in read_pages if page["label"] in REFUSABLE]
    return {
        "right pages named": (right.count(Said.NAMED), len(right)),
        "other pages named": (others.count(Said.NAMED), len(others)),
        "wrong and vague pages refused": (refusable.count(Said.NOT_NAMED), len(refusable)),
    }


def main(path: str) -> None:
    """Print the figures by label and language, and the confusion matrix, injected x named."""
    all_pages = pages(Path(path))
    print(f"{len(all_pages)} pages")
    for name, (got, total) in figures(all_pages).items():
        print(f"  {name}: {got} of {total} ({got / max(total, 1):.1%})")
    for key in ("label", "language"):
        print(f"by {key}, and whether the page names the cause")
        counted = Counter((page[key], page["names_cause"], reading(page).said.value) for page in all_pages)
        for (value, names, said), count in sorted(counted.items()):
            print(f"  {value:<18} {'names it' if names else 'does not':<9} {said:<23} {count:>4}")
    print("injected x named (what is not on the diagonal)")
    matrix: Counter[tuple[str, str]] = Counter()
    for page in all_pages:
        read_as = reading(page)
        matrix[page["injected"], read_as.cause or f"({read_as.said.value})"] += 1
    for (injected, named), count in sorted(matrix.items()):
        if injected != named:
            print(f"  {injected:<28} {named:<28} {count:>3}")
    print(f"  on the diagonal: {sum(count for (injected, named), count in matrix.items() if injected == named)}")


if __name__ == "__main__":
    main(sys.argv[1])
