"""Words that are often misspelt, lines that are often forgotten, settings that had other names."""

IMPORTS = {
    "tf": "import tensorflow as tf",
    "tensorflow": "import tensorflow",
    "keras": "from tensorflow import keras",
    "layers": "from tensorflow.keras import layers",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "plt": "import matplotlib.pyplot as plt",
    "pd": "import pandas as pd",
    "math": "import math",
    "random": "import random",
    "Sequential": "from tensorflow.keras import Sequential",
    "Input": "from tensorflow.keras import Input",
    "Dense": "from tensorflow.keras.layers import Dense",
    "Flatten": "from tensorflow.keras.layers import Flatten",
}
# For objects whose attributes are unknown: names of models, layers and their settings.
WORDS = (
    *("Sequential", "Model", "Input", "Dense", "Flatten", "Reshape", "Rescaling", "Normalization"),
    *("Dropout", "Softmax", "Activation", "ReLU", "EarlyStopping"),
    *("compile", "fit", "predict", "evaluate", "summary", "add", "count_params", "layers"),
    *("optimizer", "loss", "metrics", "epochs", "batch_size", "verbose", "validation_data"),
    *("validation_split", "callbacks", "history", "units", "activation", "use_bias", "shape"),
    *("input_shape", "from_logits", "learning_rate", "patience", "restore_best_weights"),
    *("SparseCategoricalCrossentropy", "CategoricalCrossentropy", "SparseCategoricalAccuracy"),
    *("Adam", "SGD", "RMSprop", "keras", "config", "losses", "optimizers", "metrics", "datasets"),
    *("list_physical_devices", "argmax", "max", "min", "mean", "sum", "reshape", "flatten"),
    *("adam", "sgd", "rmsprop", "accuracy", "sparse_categorical_accuracy", "relu", "softmax"),
    *("sparse_categorical_crossentropy", "categorical_crossentropy", "linear", "sigmoid", "tanh"),
)
# Settings of Keras under the names that they once had.
RENAMED = {
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "samples_per_epoch": "steps_per_epoch",
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "acc": "accuracy",
    "val_acc": "val_accuracy",
}
DROPPED = {
    "decay": "give `learning_rate` a schedule of `tf.keras.optimizers.schedules` instead",
    **dict.fromkeys(
        ("workers", "use_multiprocessing", "max_queue_size"), "leave it out; a `PyDataset` takes it"
    ),
}
