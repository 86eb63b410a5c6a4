"""A course of ours for nbgrader's own tests, which know the folders of nbgrader's own names."""

from autograder.nbgrader_plugin import configure

c = get_config()
configure(c)
del c.CourseDirectory.solution_directory
