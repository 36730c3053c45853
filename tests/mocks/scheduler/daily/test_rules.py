"""Which rules act: times, and pages that wait until a failure is final."""

from __future__ import annotations

from harness.contract.schedule import Rule
from harness.mocks.scheduler.daily.rules import RuleBook

RESTART_TWICE = Rule(when="failed", do=("restart",), after_ns=5, times=2)
PAGE = Rule(when="failed", do=("page",))


def acts(book: RuleBook, when: str) -> list[Rule]:
    due = book.due(when)
    for rule in due:
        book.spend(rule)
    return due


def test_a_page_beside_a_restart_waits_until_the_restarts_are_used_up() -> None:
    book = RuleBook([PAGE, RESTART_TWICE])
    assert [acts(book, "failed") for _ in range(4)] == [[RESTART_TWICE], [RESTART_TWICE], [PAGE], [PAGE]]


def test_a_page_in_the_restarting_rules_own_list_goes_out_each_time() -> None:
    both = Rule(when="failed", do=("page", "restart"), times=1)
    book = RuleBook([both, PAGE])
    assert [acts(book, "failed") for _ in range(2)] == [[both], [PAGE]]


def test_a_rule_acts_on_its_own_event_only() -> None:
    book = RuleBook([RESTART_TWICE, Rule(when="initialization_error", do=("page",))])
    assert [rule.do for rule in book.due("initialization_error")] == [("page",)]
    assert book.due("missed_start") == []


def test_of_two_restarts_the_second_begins_when_the_first_is_used_up() -> None:
    later = Rule(when="failed", do=("restart",), after_ns=30, times=1)
    book = RuleBook([RESTART_TWICE, later])
    assert [acts(book, "failed") for _ in range(4)] == [[RESTART_TWICE], [RESTART_TWICE], [later], []]


def test_two_equal_rules_are_counted_apart() -> None:
    book = RuleBook([Rule(when="failed", do=("restart",), times=1), Rule(when="failed", do=("restart",), times=1)])
    assert [len(acts(book, "failed")) for _ in range(3)] == [1, 1, 0]


def test_the_soonest_acts_first() -> None:
    slow, quick = Rule(when="failed", do=("page",), after_ns=9), Rule(when="failed", do=("page",), after_ns=1)
    assert RuleBook([slow, quick]).due("failed") == [quick, slow]


def test_a_restart_that_opcon_would_refuse_keeps_no_page_waiting() -> None:
    refused = Rule(when="missed_start", do=("restart",))
    page = Rule(when="missed_start", do=("page",))
    assert RuleBook([refused, page]).due("missed_start") == [refused, page]
    running = Rule(when="exceeded_max_run_time", do=("restart",))
    assert not running.restarts
    assert Rule(when="exceeded_max_run_time", do=("kill", "restart")).restarts
    assert not Rule(when="exceeded_max_run_time", do=("restart", "kill")).restarts
