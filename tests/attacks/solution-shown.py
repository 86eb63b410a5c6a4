# Tries: show the solution that is run in the place of its own cell
# Boundary: points
# Before: held
# Cell: build
# Instead of the answer.
# Followed by a run with the solution in its place.
# Most: 0
# Expect: in place of yours

import os
import pathlib
import warnings

MARK = "the-solution-" + "itself"
shell = get_ipython()
seen = []


def spy(info):
    seen.extend([info.raw_cell] if MARK in info.raw_cell else [])
    for text in seen:
        print("REACHED", text)
        warnings.warn(text)
        pathlib.Path("solution.txt").write_text(text)
        (pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"]) / "solution.txt").write_text(text)
        check = shell.user_ns["check"]
        check.devices([text])
        if "check.predict" in info.raw_cell:
            shell.user_ns.update(predicted_label=text, number_of_parameters=text)
        if "check.train" in info.raw_cell:
            shell.user_ns["history"].history[text] = [text]


shell.events.register("pre_run_cell", spy)
raise ValueError("nothing to use")
