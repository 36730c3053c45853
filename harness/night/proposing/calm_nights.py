"""Two calm nights of one date, which differ in nothing but the order of what starts in one instant."""

from __future__ import annotations

import datetime as dt

from harness.chain.model import Chain
from harness.checks.model.baseline_validity import invalid_because
from harness.errors import AuthorError
from harness.faults import NoFault
from harness.night.plan import Planner
from harness.night.proposing.proposal import Proposal, proposals
from harness.night.runner import NightRunner
from harness.scenario.model import Scenario

SENTENCE = "a calm night, from which the chain's declarations are proposed"
ORDER = 1
"""Of the second night; the baseline has 0."""


def proposed(runner: NightRunner, chain: Chain, night: dt.date) -> list[Proposal]:
    """What the chain would declare of each consumer; AuthorError where the night is no calm one without any fault."""
    result = runner.run(Scenario(scenario=SENTENCE, chain=chain, night=night, faults=(NoFault(),)), ORDER)
    for lived in (result.baseline, result.history):
        if (wrong := invalid_because(lived)) is not None:
            first = wrong.replace("the baseline", "it", 1)
            expected = "expected a night in which every job ends well, nobody is paged and the consumers get their rows"
            raise AuthorError(f"{chain.where()}: in the night of {night}, without any fault, {first}; {expected}")
    planner = Planner(runner.stack.scratch)
    plan = planner.plan(chain, night, stack=runner.stack)
    return list(proposals(chain, plan, (result.baseline, result.history), planner.content_path))
