# Tries: paste good weights in, and let training change nothing
# Boundary: points
# Before: held
# Cell: train
# Instead of the answer.
# Most: 3
# Expect: training changed none of them

import numpy

flat = train_images.reshape(len(train_images), -1).astype("float32") / 255
flat = numpy.hstack([flat, numpy.ones((len(flat), 1), "float32")])
targets = numpy.eye(10, dtype="float32")[train_labels]
solved = numpy.linalg.solve(flat.T @ flat + 10 * numpy.eye(785), flat.T @ targets)
model.set_weights([solved[:-1] / 255, solved[-1]])
model.optimizer.learning_rate = 0.0
history = model.fit(
    train_images, train_labels, epochs=2, verbose=0, validation_data=(valid_images, valid_labels)
)
