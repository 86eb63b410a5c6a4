# Tries: have a program that trains nothing run as the right one of two others, by U+2028
# Boundary: neighbours
# Before: succeeded
# Cell: train
# Instead of the answer.
# Shares its run.

#  history = model.fit(train_images, train_labels, epochs=2, verbose=0, validation_data=(valid_images, valid_labels))
