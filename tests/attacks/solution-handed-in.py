# Tries: hand in the solution that is run in the place of its own cell, as its own
# Boundary: points
# Before: held
# Cell: compile
# Instead of the answer.
# Followed by a run with the solution in its place.
# Most: 0
# Expect: in place of yours

MARK = "the-solution-" + "itself"
shell = get_ipython()
seen = []


def spy(info):
    if MARK in info.raw_cell:
        seen.append(info.raw_cell)


def again(result):
    for text in seen:
        exec(text, shell.user_ns)
        shell.user_ns["check"].build(shell.user_ns["model"])
        shell.user_ns["check"].compile(shell.user_ns["model"])


shell.events.register("pre_run_cell", spy)
shell.events.register("post_run_cell", again)
raise ValueError("nothing to use")
