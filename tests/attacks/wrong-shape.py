# Tries: have 7,850 parameters in another shape
# Boundary: points
# Before: held
# Cell: build
# Instead of the answer.
# Most: 3

model = tf.keras.Sequential(
    [tf.keras.Input((28, 28)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10, use_bias=False)]
)
