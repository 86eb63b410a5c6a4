# Tries: bring along the evidence of the right solution, and a report
# Boundary: points
# Before: held
# Cell: train
# Change: bring_evidence
# Instead of the answer.
# Most: 0

history = None
