# Tries: bring along the evidence of the right solution, and a report
# Cell: train
# Change: bring_evidence
# Instead of the answer.
# Most: 0

history = None
