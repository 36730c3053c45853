"""The README's Python example, as it stands there."""

from harness import LaunchFailure, Outcome


def test_a_launch_failure_is_retried(night):
    night.load("fixtures/chains/planning_feed/chain.yaml")
    night.inject(LaunchFailure(job="retrieve", times=2))
    result = night.run()
    assert result.outcome is Outcome.RECOVERED
    assert result.finished_at < result.deadline
