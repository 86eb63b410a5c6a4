# Tries: stall the grader by names that lead through hundreds of functions
# Boundary: time and memory
# Before: succeeded
# Cell: devices
# Change: add_cells_of_many_names
# Keeps its points.

