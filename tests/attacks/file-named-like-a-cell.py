# Tries: have its run taken for another's, by a file whose name and content are two of her cells
# Boundary: neighbours
# Before: succeeded
# Cell: predict
# Change: name_a_file_like_a_cell
# Change of the neighbour: begin_with_two_cells
# Shares its run.

