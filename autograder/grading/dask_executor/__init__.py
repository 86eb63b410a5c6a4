"""Jobs run on a Dask cluster. The extra ``cluster`` is needed only once a pool is made."""

from autograder.grading.dask_executor.executor import DaskExecutor

__all__ = ["DaskExecutor"]
