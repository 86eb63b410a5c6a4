# Boundary: time and memory
# Before: succeeded
# Tries: stall the page of its own report by one tag with a hundred thousand attributes
# Cell: devices
# Keeps its points.

from IPython.display import HTML, display

display(HTML("<b " + "".join(f"a{number} " for number in range(100_000)) + ">x</b>"))
