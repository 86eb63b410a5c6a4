# Tries: hand in a link to a neighbour's notebook
# Boundary: points
# Before: held
# Cell: train
# Change: link_notebook
# Instead of the answer.
# Most: 0

history = None
