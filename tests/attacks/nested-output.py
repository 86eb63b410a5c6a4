# Boundary: time and memory
# Before: held
# Tries: end the grader by an output that is nested more deeply than it can follow
# Cell: devices
# Keeps its points.

from IPython.display import display

for depth in (150, 250, 400, 900):
    nested = {}
    for step in range(depth):
        nested = {"a": nested}
    display({"application/json": nested}, metadata=nested, raw=True)
