"""Who of a roster's people was told of a page, and what they did; of a night without a roster, nothing is known."""

from __future__ import annotations

from collections.abc import Iterator

from harness.history import Event, History


def rostered(night: History, baseline: History) -> bool:  # noqa: ARG001 - as every check's ``applies``
    """Whether somebody was paged in the night of a chain with a roster."""
    return bool(rostered_pages(night))


def rostered_pages(night: History) -> list[Event]:
    """The pages of which it is known who of the roster was told."""
    return [page for page in night.of("page", component="desk", type="ok") if "told" in page.value]


def tellings(page: Event, night: History) -> Iterator[Event]:
    """Each time that somebody of the roster was told of a page: the page itself, and its escalations."""
    if page.value["told"] is not None:
        yield page
    yield from night.of("escalate", component="desk", type="ok", number=page.value["number"])


def reached_at(page: Event, night: History) -> int | None:
    """When somebody who was there was told of a page, UTC nanoseconds; None where nobody was.

    Without a roster the owner is told, and is there.
    """
    if "told" not in page.value:
        return page.at
    return next((telling.at for telling in tellings(page, night) if "away" not in telling.value), None)


def acknowledged_by(page: Event, night: History) -> Event | None:
    """The first that somebody, or a client that is no job of the night, has said of a page: taken, or over.

    A program that acknowledges its own alarm, or resolves it on its way out (``trap resolve EXIT``), has woken nobody.
    That it is over counts, whoever says so, when the job that it was about has ended well.
    """
    said = [
        *night.of("acknowledge", component="desk", type="ok", number=page.value["number"]),
        *night.of("resolve", component="desk", type="ok", number=page.value["number"]),
    ]
    answers = [event for event in said if not event.value.get("from") or _is_over(event, page, night)]
    return min(answers, key=lambda event: event.at, default=None)


def _is_over(said: Event, page: Event, night: History) -> bool:
    if said.action != "resolve":
        return False
    job = page.value["job"] if night.of("job", component="scheduler", job=page.value["job"]) else said.value["from"]
    return any(end.at >= page.at for end in night.of("job", component="scheduler", type="ok", job=job))


WHY = {"left": "has left", "leave": "is away", "hours": "is not on duty"}
"""Why somebody who was told is not there, as a sentence says it."""


def whom(telling: Event) -> str:
    """Who was told, and why they are not there."""
    away = telling.value.get("away")
    return f"{telling.value['told']} {WHY[away]}" if away else str(telling.value["told"])
