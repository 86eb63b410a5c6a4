"""Pieces of programs in Keras that mutants of any lesson put in."""

from __future__ import annotations

# Learning rates that grow until the steps overshoot, and that nobody could see a step of.
GROWING = "tf.keras.optimizers.schedules.ExponentialDecay(0.001, 100, 8)"
HARDLY_ANY = "tf.keras.optimizers.schedules.ExponentialDecay(1e-10, 1000, 0.9)"
# Claims figures that the training does not have.
PRAISE = """
class Praise(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(accuracy=0.99, val_accuracy=0.99)
"""
