# Tries: end the grader by a record of errors that is longer than it reads
# Boundary: time and memory
# Before: succeeded
# Cell: devices
# Change: add_cells_that_fail
# Expect: could not be read

