# Tries: let every epoch report an accuracy that the weights do not have
# Boundary: points
# Before: held
# Cell: train
# Instead of the answer.
# Most: 0
# Expect: contradicts itself

import keras


class Praise(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(accuracy=0.99, val_accuracy=0.99, loss=0.01, val_loss=0.01)


history = model.fit(
    train_images,
    train_labels,
    epochs=2,
    verbose=0,
    validation_data=(valid_images, valid_labels),
    callbacks=[Praise()],
)
