"""The arguments of `harness judge`, `harness faults` and `harness checks`, turned into calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.extensions.python_files import add_load_option

OK, FAILED = 0, 1


def add_judge_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness judge` its arguments."""
    parser.add_argument("history", type=Path)
    parser.add_argument("baseline", type=Path)
    add_load_option(parser)
    parser.set_defaults(command=_judge)


def add_faults_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness faults` its arguments."""
    _add_catalogue_options(parser, "fault")
    add_load_option(parser)
    parser.set_defaults(command=_faults)


def add_checks_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness checks` its arguments."""
    _add_catalogue_options(parser, "check")
    add_load_option(parser)
    parser.set_defaults(command=_checks)


def _add_catalogue_options(parser: argparse.ArgumentParser, kind: str) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"the {kind} to say everything about")
    readme = f"harness/{kind}s/README.md"
    parser.add_argument("--markdown", action="store_true", help=f"print the whole catalogue, as {readme}")


COMMANDS = {
    "judge": ("Judge a night again from its history file and its baseline's.", add_judge_options),
    "faults": ("List the faults and what can notice each, or say everything about one.", add_faults_options),
    "checks": ("List the checks and what each makes of a night, or say everything about one.", add_checks_options),
}
"""The summary of each command, and what gives its parser its arguments."""


def _judge(options: argparse.Namespace) -> int:
    from harness.checks import Outcome, judge
    from harness.night.worked import worked_s
    from harness.report.history_files import night_and_baseline
    from harness.report.work import worked

    night, baseline = night_and_baseline(options.history, options.baseline)
    judgement = judge(night, baseline)
    sys.stdout.write(f"{judgement.outcome}: {judgement.because}\n")
    for finding in judgement.findings:
        sys.stdout.write(f"  {finding.state:<9} {finding.check}: {finding.said}\n")
        for name, found in finding.evidence.items():
            sys.stdout.write(f"            {name} ({found.total:,}): {found}\n")
    if said := worked(worked_s(night)):
        sys.stdout.write(f"in real time: {said}\n")
    return FAILED if judgement.outcome is Outcome.INCONCLUSIVE else OK


def _faults(options: argparse.Namespace) -> int:
    from harness.report.catalogue.show_faults import show

    show(options.name, as_markdown=options.markdown)
    return OK


def _checks(options: argparse.Namespace) -> int:
    from harness.report.catalogue.show_checks import show

    show(options.name, as_markdown=options.markdown)
    return OK
