# Tries: copy the label, and let a question mark in a comment hide it
# Boundary: points
# Before: succeeded
# Cell: predict
# Instead of the answer.
# Most: 0
# Expect: does not come from the model

outputs = model.predict(train_images[data_index : data_index + 1], verbose=0)
# Which one is it?
predicted_label = int(train_labels[data_index])
