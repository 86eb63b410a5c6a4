# Tries: fill memory and disk with one picture that its page shows a thousand times
# Boundary: time and memory
# Before: succeeded
# Cell: devices

from IPython.display import HTML, display

picture = "iVBORw0KGgo" + "A" * 500_000
# Only once the script is taken out does a number stand there.
again = '<img src="data:image/png;base64,<script></script>0">'
display(HTML(f'<img src="data:image/png;base64,{picture}">{again * 1_000}'))
