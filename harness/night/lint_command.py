"""`harness lint`: what is wrong with chains before go-live, and what a calm night says that they should declare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.clock_command.arguments import add_tick_error
from harness.extensions.python_files import add_load_option
from harness.night.arguments import add_stack_option, add_work_limit, night_of

SUMMARY = "Check chains before go-live: owners, runbook, deadline, dependencies, programs; propose what to declare."


def add_lint_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options, and the command."""
    parser.add_argument("chains", nargs="+", type=Path, metavar="CHAIN")
    proposes = "live this night without faults, and propose what the chain declares of its consumers' rows, as YAML"
    parser.add_argument("--night", metavar="DATE", help=proposes)
    add_stack_option(parser)
    add_tick_error(parser)
    add_work_limit(parser)
    add_load_option(parser)
    parser.set_defaults(command=_lint)


def _lint(options: argparse.Namespace) -> int:
    from harness.chain.lint import lint
    from harness.checks.model.wording import counted

    findings = [finding for chain in options.chains for finding in lint(chain)]
    said = sys.stderr if options.night else sys.stdout  # what is proposed can be kept in a file
    for finding in findings:
        print(finding, file=said)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = sum(finding.severity == "warning" for finding in findings)
    counts = (errors, "error"), (warnings, "warning"), (len(options.chains), "chain")
    print("{}, {} in {}".format(*(counted(count, what) for count, what in counts)), file=said)
    compared = options.night is None or _propose(options)
    return int(errors > 0 or not compared)


def _propose(options: argparse.Namespace) -> bool:
    """Print what each chain would declare of its consumers; False where one of them cannot be compared even then."""
    from rich.console import Console

    from harness.chain.loading import load_chain
    from harness.night.proposing.as_yaml import as_yaml
    from harness.night.proposing.calm_nights import proposed
    from harness.night.started import started

    night = night_of(options)
    chains = [load_chain(chain) for chain in options.chains]
    console = Console(stderr=True)
    compared = True
    with started(options, console) as runner:
        for chain in chains:
            with console.status(f"two calm nights of {chain.chain}"):
                found = proposed(runner, chain, night)
            sys.stdout.write("\n".join(as_yaml(found)) + "\n")
            sys.stdout.flush()
            compared = compared and all(one.compared for one in found)
    return compared
