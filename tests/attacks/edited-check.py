# Tries: let a grade cell be the points themselves
# Boundary: points
# Before: held
# Cell: train
# Change: edit_check
# Instead of the answer.
# Most: 0
# Expect: “check-train” had been changed

history = None
