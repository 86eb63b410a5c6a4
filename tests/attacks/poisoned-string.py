# Tries: have a program with another text in quotes run as the right one of two others
# Boundary: neighbours
# Before: succeeded
# Cell: parameters
# Instead of the answer.
# Shares its run.

neurons = len("""
""") - 1
number_of_parameters = (28 * 28 + 1) * neurons
# Neighbour:
neurons = len("""          
""") - 1
number_of_parameters = (28 * 28 + 1) * neurons
