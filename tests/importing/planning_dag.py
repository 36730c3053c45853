"""The planning feed of a team that has Airflow; none of this is ever executed here."""

from datetime import timedelta

import pendulum
from airflow import DAG
from airflow.models.baseoperator import chain
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.utils.task_group import TaskGroup
from shared_tasks import elsewhere

raise SystemExit("this file was executed")

FEED = "forecast"
default_args = {
    "owner": "data-ops",
    "retries": 3,
    "retry_delay": timedelta(minutes=10),
    "email": ["data-ops@example.com"],
}

with DAG(
    dag_id="planning_" + "feed",
    schedule="0 2 * * 1-5",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Paris"),
    default_args=default_args,
    catchup=False,
    dagrun_timeout=timedelta(hours=3),
) as dag:
    start = EmptyOperator(task_id="start")
    retrieve = BashOperator(
        task_id="retrieve",
        bash_command=f"python jobs/retrieve.py {FEED} --date {{{{ ds }}}}",
        execution_timeout=timedelta(minutes=45),
        pool="feeds",
    )
    validate = BashOperator(task_id="validate", bash_command="python jobs/validate.py", env={"LEVEL": "2"})
    load = PythonOperator(task_id="load", python_callable=print, owner="planning")
    with TaskGroup("publish") as publish:
        sales = BashOperator(task_id="sales", bash_command="python jobs/publish.py sales", retries=0)
        stock = BashOperator(task_id="stock", bash_command="python jobs/publish.py stock")
        sales >> stock
    for site in ("lyon", "lille"):
        BashOperator(task_id=f"notify_{site}", bash_command="true") << publish
    report = BashOperator(task_id="report", bash_command="python jobs/report.py", trigger_rule="all_done")
    clean = BashOperator(task_id="clean", bash_command="python jobs/clean.py", trigger_rule="none_failed")

    start >> retrieve >> [validate, load]
    publish.set_upstream([validate])
    chain([load, publish], report)
    clean << report << elsewhere
