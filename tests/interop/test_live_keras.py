"""Models that this Keras makes, read and written again by larder, as they are and with other weights: Keras loads what larder wrote and
predicts what numpy computes."""
import os
import pathlib
import sys
import tempfile
import unittest

SETTINGS = tempfile.TemporaryDirectory()
os.environ.update(KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", KERAS_HOME=SETTINGS.name)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "persist"))

import joblib  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from probing import ask, convert, folder_for  # noqa: E402
from test_keras import Keras  # noqa: E402, F401

INPUT = np.linspace(-1, 1, 40, dtype="f4").reshape(5, 8)


def model_of(seed):
    """Two dense layers with a normalization between, whose statistics are weights too."""
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(6, activation="relu"), keras.layers.BatchNormalization(epsilon=0.001), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((8,)), *layers], name="live")
    model.set_weights(weights_of(model, seed))
    model.compile("sgd", "mse")
    return model


def weights_of(model, seed):
    random = np.random.default_rng(seed)
    return [random.uniform(0.5, 1.5, weight.shape).astype("f4") for weight in model.get_weights()]


def computed(weights):
    kernel, bias, scale, shift, mean, variance, last_kernel, last_bias = (weight.astype("f8") for weight in weights)
    hidden = np.maximum(INPUT @ kernel + bias, 0)
    normal = (hidden - mean) / np.sqrt(variance + 0.001) * scale + shift
    return normal @ last_kernel + last_bias


def predictions(model):
    return np.asarray(model.predict(INPUT, verbose=0))


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)
        self.model = model_of(7)
        self.wanted = predictions(self.model)
        self.new_weights = weights_of(self.model, 8)

    def convert(self, source, target, file_format):
        self.assertEqual(ask([convert(self.folder / source, self.folder / target, file_format=file_format)]), [["ok"]])

    def edited(self, source, target, file_format, replace):
        """Rewritten by way of a dict that Python sees."""
        self.convert(source, "edited.joblib", "joblib")
        value = joblib.load(self.folder / "edited.joblib")
        replace(value)
        joblib.dump(value, self.folder / "edited.joblib")
        self.convert("edited.joblib", target, file_format)

    def check_new(self, found):
        np.testing.assert_allclose(found, computed(self.new_weights), rtol=1e-5)
        self.assertFalse(np.allclose(found, self.wanted))

    def replace_by_path(self, weights):
        """Keras 3 names layers by class and number; its own order is that of the layers, not of the names."""
        names = [f"layers/{layer}/vars/{number}" for layer, count in (("dense", 2), ("batch_normalization", 4), ("dense_1", 2))
                 for number in range(count)]  # fmt: skip
        self.assertLessEqual(set(names), set(weights))
        for name, weight in zip(names, self.new_weights):
            self.assertEqual(weights[name].shape, weight.shape)
            weights[name] = weight

    def test_numpy_computes_what_keras_predicts(self):
        np.testing.assert_allclose(self.wanted, computed(self.model.get_weights()), rtol=1e-5)

    def test_an_archive(self):
        self.model.save(self.folder / "live.keras")
        self.convert("live.keras", "same.keras", "keras")
        np.testing.assert_array_equal(predictions(keras.models.load_model(self.folder / "same.keras")), self.wanted)
        self.edited("live.keras", "new.keras", "keras", lambda value: self.replace_by_path(value["weights"]))
        self.check_new(predictions(keras.models.load_model(self.folder / "new.keras")))

    def test_a_whole_model_as_before_keras_3(self):
        self.model.save(self.folder / "live.h5")
        self.convert("live.h5", "same.h5", "h5")
        np.testing.assert_array_equal(predictions(keras.models.load_model(self.folder / "same.h5", compile=False)), self.wanted)

        def replace(value):
            groups = value["model_weights"]
            names = groups["@attributes"]["."]["layer_names"]
            names = [name if isinstance(name, str) else name.decode() for name in names]
            new = iter(self.new_weights)
            for name in names:
                weights = groups[name]["@attributes"]["."].get("weight_names", [])
                for path in (path if isinstance(path, str) else path.decode() for path in weights):
                    *parents, last = path.split("/")
                    group = groups[name]
                    for parent in parents:
                        group = group[parent]
                    group[last] = next(new)
            self.assertEqual(list(new), [])

        self.edited("live.h5", "new.h5", "h5", replace)
        self.check_new(predictions(keras.models.load_model(self.folder / "new.h5", compile=False)))

    def test_weights_alone(self):
        self.model.save_weights(self.folder / "live.weights.h5")
        self.convert("live.weights.h5", "same.weights.h5", "h5")
        other = model_of(9)
        other.load_weights(self.folder / "same.weights.h5")
        np.testing.assert_array_equal(predictions(other), self.wanted)

        def replace(value):
            new = iter(self.new_weights)
            for layer in ("dense", "batch_normalization", "dense_1"):
                variables = value["layers"][layer]["vars"]
                for number in sorted(name for name in variables if name.isdigit()):
                    variables[number] = next(new)

        self.edited("live.weights.h5", "new.weights.h5", "h5", replace)
        other.load_weights(self.folder / "new.weights.h5")
        self.check_new(predictions(other))

    def test_weights_in_several_files(self):
        self.model.save_weights(self.folder / "live.weights.json", max_shard_size=200 / 1024**3)
        self.assertEqual(len(list(self.folder.glob("live_*.weights.h5"))), 3)
        self.convert("live.weights.json", "same.weights.json", "keras-shards")
        self.assertEqual(len(list(self.folder.glob("same_*.weights.h5"))), 3)
        other = model_of(9)
        other.load_weights(self.folder / "same.weights.json")
        np.testing.assert_array_equal(predictions(other), self.wanted)
        self.edited("live.weights.json", "new.weights.json", "keras-shards", lambda value: self.replace_by_path(value["weights"]))
        other.load_weights(self.folder / "new.weights.json")
        self.check_new(predictions(other))


if __name__ == "__main__":
    print("keras", keras.__version__, "on", keras.backend.backend())
    unittest.main(warnings="ignore")
