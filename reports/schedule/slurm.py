"""A Dask cluster out of SLURM jobs, for one command: python slurm.py ingest PAGES… --archive DIR

Or `python slurm.py report -p corpus=DIR`, whose notebooks then resample there. Needs dask-jobqueue beside this package,
in an environment every node sees (`pip install '.[cluster]' dask-jobqueue`), and pages and archive on storage this node
sees. Run it where `sbatch` works, on a login node or in a job of its own: it reads the pages, writes the archive or
runs the notebooks, and holds the scheduler. `interface="ib0"` for a network of its own, as `ip link` names it.
"""

import sys

from dask_jobqueue import SLURMCluster

from diembao.__main__ import main

# One job is one node's share: 16 worker processes of one thread each. Memory: 1 GB a process is enough.
cluster = SLURMCluster(
    queue="normal",
    account="my-project",
    cores=16,
    processes=16,
    memory="24 GB",
    walltime="04:00:00",
    job_script_prologue=["export POLARS_MAX_THREADS=1"],
)
cluster.scale(jobs=8)
cluster.wait_for_workers(16, timeout=3600)
sys.exit(main([*sys.argv[1:], "--engine", "dask", "--scheduler", cluster.scheduler_address]))
