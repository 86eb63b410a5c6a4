"""The course's settings, for nbgrader and for autograder."""

try:
    from autograder.nbgrader_plugin import configure
except ImportError as error:
    # nbgrader goes on after an error in this file, and would grade without our judge.
    raise SystemExit(f"nbgrader_config.py: {error}. Is building-a-brain installed?") from error

c = get_config()
configure(c)

c.CourseDirectory.course_id = "building-a-brain"

# On a machine without a GPU: "accept", "not_applicable" or "error".
c.Autograder.no_gpu = "accept"
# Seconds for one cell, and for a whole submission.
c.Autograder.cell_seconds = 300
c.Autograder.seconds = 900
