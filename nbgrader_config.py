"""The course's settings, for nbgrader and for autograder."""

from autograder.nbgrader_plugin import configure

c = get_config()
configure(c)

c.CourseDirectory.course_id = "building-a-brain"

# On a machine without a GPU: "accept", "not_applicable" or "error".
c.Autograder.no_gpu = "accept"
# Seconds for one cell, and for a whole submission.
c.Autograder.cell_seconds = 300
c.Autograder.seconds = 900
