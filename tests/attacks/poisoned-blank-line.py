# Tries: have a text that only IPython shortens run as the right one of two others
# Boundary: neighbours
# Before: held
# Cell: parameters
# Instead of the answer.
# Shares its run.

neurons = len("""
        
""")
number_of_parameters = (28 * 28 + 1) * neurons
# Neighbour:
neurons = len("\n        \n")
number_of_parameters = (28 * 28 + 1) * neurons
