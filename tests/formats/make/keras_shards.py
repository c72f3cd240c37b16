#!/usr/bin/env python3
"""Makes ../data/keras-shards with Keras 3.15.1, jax and h5py (all from PyPI, in a virtual environment of their own)."""
import os
import pathlib
import tempfile

SETTINGS = tempfile.TemporaryDirectory()
os.environ.update(KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", KERAS_HOME=SETTINGS.name)

import keras

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "keras-shards"
MOST_BYTES = 60  # the first layer has 64, so that it lies in two files

FOLDER.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(7)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, name="first"), keras.layers.Dropout(0.1), keras.layers.Dense(2)])
model.save_weights(FOLDER / "small.weights.json", max_shard_size=MOST_BYTES / 1024**3)
