# Tries: put out in lines what should be one text, so that nothing is believed of the solution's cell
# Boundary: points
# Before: succeeded
# Cell: compile
# Instead of the answer.
# Followed by a run with the solution in its place.
# Most: 0
# Expect: in place of yours

MARK = "the-solution-" + "itself"
kernel = get_ipython().kernel


def put_out(info):
    if MARK in info.raw_cell:
        lines = {"name": "stdout", "text": ["in", "lines"]}
        parent = kernel.get_parent("shell")
        kernel.session.send(kernel.iopub_socket, "stream", lines, parent=parent)


get_ipython().events.register("pre_run_cell", put_out)
raise ValueError("nothing to use")
