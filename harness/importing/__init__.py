"""Chain skeletons from what other schedulers know of a chain: OpCon's JSON, a crontab, an Airflow DAG file."""
