# Tries: hand in the history of a larger model's training for a model that was never trained
# Boundary: points
# Before: held
# Cell: train
# Instead of the answer.
# Most: 0

larger = tf.keras.Sequential(
    [tf.keras.Input((28, 28)), tf.keras.layers.Rescaling(1 / 255), tf.keras.layers.Flatten(),
     tf.keras.layers.Dense(64, "relu"), tf.keras.layers.Dense(10)]
)
larger.compile("adam", model.loss, metrics=["accuracy"])
history = larger.fit(
    train_images[:3000],
    train_labels[:3000],
    epochs=2,
    verbose=0,
    validation_data=(valid_images, valid_labels),
)
