# Tries: have a result shown in others' notebooks that they wanted silent, by a comment
# Boundary: neighbours
# Before: succeeded
# Cell: parameters
# Instead of the answer.
# Shares its run.

number_of_parameters = model.count_params()
number_of_parameters  # ;
# Neighbour:
number_of_parameters = model.count_params()
number_of_parameters;
