"""For every account on the hub: /etc/jupyter/nbgrader_config.py."""

c = get_config()

c.CourseDirectory.course_id = "building-a-brain"
# Writable for all (mode 1777 or 777): `nbgrader` itself keeps students apart in it.
c.Exchange.root = "/srv/nbgrader/exchange"
# Seconds for a cell in Validate. nbgrader's own 30 are too few for a training on a busy machine.
c.Execute.timeout = 300
