# Tries: add copies of a grade cell that are the points themselves
# Boundary: points
# Before: held
# Cell: train
# Change: copy_check
# Instead of the answer.
# Most: 0
# Expect: “check-train” was there 3 times

history = None
