"""A page says what went wrong."""

from __future__ import annotations

from harness.checks.check import Finding, check
from harness.checks.holdings import begun
from harness.history import History


@check("cause_named")
def cause_named(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """Of the pages of a night, at least one names a fault that was injected.

    The injected truth is known, so this can be judged: every fault lists the words that name it.
    """
    pages = night.of("page", component="desk", type="ok")
    if not pages:
        return Finding.holds("nobody was paged, so no cause had to be named")
    texts = [f"{page.value['cause']} {page.value.get('text', '')}".lower() for page in pages]
    faults = begun(night).value["faults"]
    for fault in faults:
        for word in fault["named_by"]:
            if any(word in text for text in texts):
                return Finding.holds(f"the page names {fault['name']}: {word!r}")
    causes = [page.value["cause"] or "(nothing)" for page in pages]
    return Finding.violated("no page names the cause", paged=causes, injected=[fault["name"] for fault in faults])
