# Boundary: pages and files
# Before: held
# Tries: put out what no file can hold: halves of letters
# Cell: parameters
# Instead of the answer.
# Most: 0

from IPython.display import HTML, display

print("\ud800 and \udfff")
display(HTML("<b>\ud83d</b>"))
number_of_parameters = "\ud800"
raise ValueError("\udcff")
