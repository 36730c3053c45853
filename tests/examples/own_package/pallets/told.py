"""How our faults are told in a night's timeline."""

from harness import Event, tells


@tells("fault", fault="refuse_every", kind="fault")
def refused(event: Event) -> str:
    """A line for each time that it acts."""
    nth = event.value["effect"]["refuse_every"]["nth"]
    return f"the balancer finds the broken server, as at every request number {nth}"
