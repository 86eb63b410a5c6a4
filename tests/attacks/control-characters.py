# Tries: rewrite the terminal of whoever reads
# Boundary: pages and files
# Before: held
# Cell: parameters
# Instead of the answer.
# Most: 0

print("\x1b[2J\x1b]0;REACHED\x07\x1b[31mred\x1b[0m \x08\x08 \u202egnp.exe")
raise ValueError("\x1b[2J\x1b]8;;http://192.0.2.1\x07here\x1b]8;;\x07")
