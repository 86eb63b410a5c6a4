# Tries: have a program that counts nothing run as the right one of two others, by a form feed
# Boundary: neighbours
# Before: succeeded
# Cell: parameters
# Instead of the answer.
# Shares its run.

# number_of_parameters = model.count_params()
