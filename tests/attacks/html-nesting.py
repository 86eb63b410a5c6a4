# Boundary: time and memory
# Before: succeeded
# Tries: stall the page of its own report, and with it the class, by HTML that is nested deeply
# Cell: devices
# Keeps its points.

from IPython.display import HTML, display

display(HTML("<div>" * 200_000))
display(HTML("<b><p>" * 100_000))
display(HTML("<a><div>" * 50_000 + "</a>" * 50_000))
