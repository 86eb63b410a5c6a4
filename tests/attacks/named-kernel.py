# Tries: have another program run as the notebook's kernel
# Cell: devices
# Change: name_kernel
# Keeps its points.

