# Tries: show a page that runs a script where the output is read
# Boundary: pages and files
# Before: held
# Cell: devices

from IPython.display import HTML, Javascript, display

display(
    HTML("<script>alert('REACHED')</script><img src='http://192.0.2.1/x.png' onerror='alert(1)'>")
)
display(Javascript("alert('REACHED')"))
