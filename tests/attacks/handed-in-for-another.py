# Tries: hand in a trained larger model behind the check's back, and nothing thereafter
# Boundary: points
# Before: held
# Cell: train
# Instead of the answer.
# Most: 4
# As much as the same training earns that is handed in openly.

larger = tf.keras.Sequential(
    [tf.keras.Input((28, 28)), tf.keras.layers.Rescaling(1 / 255), tf.keras.layers.Flatten(),
     tf.keras.layers.Dense(64, "relu"), tf.keras.layers.Dense(10)]
)
larger.compile("adam", model.loss, metrics=["accuracy"])
past = larger.fit(
    train_images[:3000],
    train_labels[:3000],
    epochs=2,
    verbose=0,
    validation_data=(valid_images, valid_labels),
)
recorder = check._SESSION.recorder
recorder.record_answer("train", {"model": larger, "history": past})
history = None
type(recorder).record_answer = lambda self, question, claims: None
