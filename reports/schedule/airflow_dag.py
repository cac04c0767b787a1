"""Điểm báo in Airflow 3: the whole build by its command, and one notebook by the PapermillOperator.

Copy it into the DAGs folder and set REPOSITORY; reports/schedule/README.md says what the kernel `diembao` is.
"""

import datetime

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

REPOSITORY = "/home/me/diem-bao"

with DAG(
    "diem_bao",
    schedule="15 6 * * 1-5",
    start_date=datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": datetime.timedelta(hours=1)},
) as dag:
    build = BashOperator(
        task_id="build",
        bash_command=".venv/bin/diembao report --quiet --json",  # the last line printed is the task's result
        cwd=REPOSITORY,
    )
    notebook = PapermillOperator(
        task_id="actor_mentions",
        input_nb=f"{REPOSITORY}/notebooks/actor_mentions.ipynb",
        output_nb=f"{REPOSITORY}/reports/actor_mentions.{{{{ ds_nodash }}}}.ipynb",
        parameters={"corpus": "sample", "sources": ["AP", "Yonhap"]},
        kernel_name="diembao",
        language_name="python",
    )
    build >> notebook
