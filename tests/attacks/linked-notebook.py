# Tries: hand in a link to a neighbour's notebook
# Cell: train
# Change: link_notebook
# Instead of the answer.
# Most: 0

history = None
