"""The scheduler's part of a night's plan: a chain's jobs as the master jobs that the mock reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.chain.cron import starts_ns
from harness.chain.job import Frequency
from harness.chain.job_rules import KINDS
from harness.chain.model import Chain, Cron, Dependency, Job
from harness.contract import schedule
from harness.night.times import NightTimes


def master_job(
    chain: Chain,
    name: str,
    times: NightTimes,
    *,
    cwd: str,
    environment: Mapping[str, str],
    agent: str,
    folders: Mapping[str, str],
) -> schedule.MasterJob:
    """One job: what it runs and where, when it may start, what it waits for, and what follows its end.

    ``folders`` are the paths of the chain's folders, as its jobs see them.
    """
    job = chain.jobs[name]
    retry, recurrence = job.retry_on_failure, job.recurrence
    return schedule.MasterJob(
        job=name,
        run=job.run,
        cwd=cwd,
        environment=environment,
        agent=agent,
        owner=chain.owner_of(name),
        at_ns=times.at_if(job.at),
        latest_start_ns=times.at_if(job.latest_start),
        late_to_start_ns=times.at_if(job.late_to_start),
        late_to_finish_ns=times.at_if(job.late_to_finish),
        max_run_time_ns=None if job.max_run_time is None else job.max_run_time.ns,
        works_ns=0 if job.works is None else job.works.ns,
        dependencies=tuple(_dependencies(job)),
        thresholds=tuple(
            schedule.ThresholdNeed(threshold=one.threshold, operator=one.compares, value=one.value)
            for one in job.thresholds
        ),
        resources={resource: None if amount == "all" else amount for resource, amount in job.resources.items()},
        expression=job.expression,
        retry_on_failure=None if retry is None else schedule.Retry(attempts=retry.attempts, every_ns=retry.every.ns),
        recurrence=None
        if recurrence is None
        else schedule.Recurrence(
            runs=recurrence.runs, every_ns=recurrence.every.ns, counted_from=recurrence.counted_from
        ),
        exit_codes=_exit_codes(job),
        frequency=_frequency(job),
        hold=job.hold,
        prerun=job.prerun,
        steps=job.steps,
        rules=tuple(
            schedule.Rule(when=rule.when, do=rule.do, after_ns=rule.after.ns, times=rule.times) for rule in job.rules
        ),
        events=tuple(schedule.FiredEvent(when=event.when, event=event.event) for event in job.events),
        file_arrival=_file_arrival(job, times, folders),
        cron=_by_cron(chain, name, times),
    )


def _by_cron(chain: Chain, job: str, times: NightTimes) -> schedule.Cron | None:
    """When a crontab starts the job in this night, and who is mailed what it prints; nothing under other schedulers."""
    scheduler, expression = chain.scheduler, chain.jobs[job].cron
    if not isinstance(scheduler, Cron) or expression is None:
        return None
    mail_to = chain.owner_of(job) if scheduler.mailto is None else scheduler.mailto
    starts = starts_ns(expression, times.zone, times.begins_ns, times.closes_ns)
    return schedule.Cron(starts_ns=tuple(starts), mail_to=mail_to)


def _dependencies(job: Job) -> Iterator[schedule.Dependency]:
    for kind in KINDS:
        written: tuple[str | Dependency, ...] = getattr(job, kind)
        for one in written:
            if isinstance(one, str):
                yield schedule.Dependency(job=one, kind=kind)
            else:
                yield schedule.Dependency(job=one.job, kind=kind, on=one.on, days_before=one.days_before)


def _exit_codes(job: Job) -> schedule.ExitCodes:
    written = job.exit_codes
    failed_if = tuple(schedule.BasicCriterion(operator=one.compares, code=one.code) for one in written.failed_if)
    advanced = tuple(
        schedule.AdvancedCriterion(operator=one.compares, code=one.code, to=one.to, means=one.means, and_or=one.and_or)
        for one in written.advanced
    )
    return schedule.ExitCodes(failed_if=failed_if, advanced=advanced)


def _frequency(job: Job) -> schedule.Frequency:
    written = job.frequency
    return schedule.Frequency(
        name="Daily" if written == Frequency() else "Custom",
        weekdays=written.weekdays,
        days=written.days,
        calendar=written.calendar,
        not_on=written.not_on,
        on_request=written.on_request,
    )


def _file_arrival(job: Job, times: NightTimes, folders: Mapping[str, str]) -> schedule.FileArrival | None:
    arrival = job.file_arrival
    if arrival is None:
        return None
    return schedule.FileArrival(
        file=f"{folders[arrival.folder]}/{arrival.file.format(date=times.date)}",
        created_from_ns=times.at_if(arrival.created_from),
        created_until_ns=times.at_if(arrival.created_until),
        until_ns=times.at(arrival.until),
        stable_for_ns=arrival.stable_for.ns,
        subfolders=arrival.subfolders,
    )
