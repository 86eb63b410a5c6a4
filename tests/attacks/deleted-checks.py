# Tries: hand in no grade cells
# Boundary: points
# Before: held
# Cell: train
# Change: delete_checks
# Instead of the answer.
# Most: 0
# Expect: “check-train” had been deleted

history = None
