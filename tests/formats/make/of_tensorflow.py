#!/usr/bin/python3
"""Makes ../data/tf-checkpoint and ../data/keras with TensorFlow 2.21.0, Keras 3.15.1 and h5py 3.14 (all from PyPI, in a virtual
environment of their own: they are too large for the tests)."""
import os
import pathlib
import shutil
import tempfile

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow")

import keras
import numpy as np
import tensorflow as tf

DATA = pathlib.Path(__file__).parent.parent / "data"
CHECKPOINTS = DATA / "tf-checkpoint"
MODELS = DATA / "keras"
INPUT = np.arange(12, dtype="f4").reshape(4, 3) / 10


class Variables(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(np.arange(6, dtype="f4").reshape(2, 3))
        self.small = tf.Variable([1.5, 2.5], dtype=tf.bfloat16)
        self.count = tf.Variable(7, dtype=tf.int64)
        self.texts = tf.Variable(["flour", "salt"])
        self.flags = tf.Variable([True, False])
        self.complex = tf.Variable([1 + 2j], dtype=tf.complex64)


def of_tensorflow_2():
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(Variables(), folder)
        for path in pathlib.Path(folder, "variables").iterdir():
            shutil.copy(path, CHECKPOINTS)


def in_slices():
    """As TensorFlow 1 saved partitioned variables; with so many others that the index has more than one block."""
    with tf.Graph().as_default():
        tf.compat.v1.disable_resource_variables()
        tf.compat.v1.get_variable("sliced", shape=(10, 3), partitioner=tf.compat.v1.fixed_size_partitioner(3),
                                  initializer=tf.compat.v1.constant_initializer(2.5))  # fmt: skip
        for number in range(120):
            start = tf.compat.v1.constant_initializer(number)
            tf.compat.v1.get_variable(f"layer_{number:03}/kernel", shape=(4,), initializer=start)
        with tf.compat.v1.Session() as session, tempfile.TemporaryDirectory() as folder:
            session.run(tf.compat.v1.global_variables_initializer())
            tf.compat.v1.train.Saver().save(session, folder + "/slices", write_meta_graph=False)
            for path in pathlib.Path(folder).glob("slices.*"):
                shutil.copy(path, CHECKPOINTS)


def in_two_shards():
    with tempfile.TemporaryDirectory() as folder:
        parts = [f"{folder}/part_{number}" for number in range(2)]
        for number, part in enumerate(parts):
            numbers = tf.constant(np.arange(5, dtype="f8") * number)
            texts = tf.constant([["x", "yy"], ["", "\x00z"]])
            tf.raw_ops.SaveV2(prefix=part, tensor_names=[f"numbers_{number}", f"texts_{number}"], shape_and_slices=["", ""],
                              tensors=[numbers, texts])  # fmt: skip
        tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=folder + "/shards", delete_old_dirs=False)
        for path in pathlib.Path(folder).glob("shards.*"):
            shutil.copy(path, CHECKPOINTS)


def models():
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu", name="first"), keras.layers.Dropout(0.1),
                              keras.layers.Dense(2)], name="small")  # fmt: skip
    model.save(MODELS / "small.keras")
    model.save(MODELS / "legacy.h5")
    model.save_weights(MODELS / "small.weights.h5")
    np.save(MODELS / "predictions.npy", model.predict(INPUT, verbose=0))
    keras.config.set_dtype_policy("bfloat16")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)], name="bfloat16").save(MODELS / "bfloat16.keras")


if __name__ == "__main__":
    for folder in (CHECKPOINTS, MODELS):
        folder.mkdir(parents=True, exist_ok=True)
    of_tensorflow_2()
    in_slices()
    in_two_shards()
    models()
