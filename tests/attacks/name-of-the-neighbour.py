# Tries: take the place of a neighbour's results, by a name that differs in a dot
# Boundary: neighbours
# Before: succeeded
# Cell: train
# Folder: name-of-the-neighbour-right.
# Instead of the answer.
# Once more: graded once more, alone.

history = None
