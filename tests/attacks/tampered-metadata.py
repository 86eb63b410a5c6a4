# Tries: say that a grade cell is worth 100 points, and is the student's own to change
# Boundary: points
# Before: held
# Cell: train
# Change: tamper_metadata
# Instead of the answer.
# Most: 0
# Expect: “check-train” (had been changed|was there 2 times)

history = None
