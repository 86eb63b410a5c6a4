# Tries: have another program run as the notebook's kernel
# Boundary: grader
# Before: held
# Cell: devices
# Change: name_kernel
# Keeps its points.

