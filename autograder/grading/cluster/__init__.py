"""Jobs run on a Dask cluster. The extra ``cluster`` is needed only once a pool is made."""

from autograder.grading.cluster.pool import ClusterPool

__all__ = ["ClusterPool"]
