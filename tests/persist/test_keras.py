"""Keras models, read and written again by larder, and with other weights: what Keras reads there, h5py reads here, and the predictions
are computed from that with numpy. Where Keras itself can be imported, it loads the files and predicts."""
import io
import json
import pathlib
import sys
import unittest
import zipfile

from probing import ask, convert, folder_for

try:
    import h5py
    import joblib
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-h5py python3-joblib")
    sys.exit(77)

try:
    import keras
except ImportError:  # it is not in Debian and its backends are large; a Python that has it runs this test too
    keras = None

DATA = pathlib.Path(__file__).parent.parent / "formats" / "data" / "keras"
INPUT = np.arange(12, dtype="f4").reshape(4, 3) / 10
PREDICTIONS = np.load(DATA / "predictions.npy")


def predict(first, second):
    """What the model of make/of_tensorflow.py computes."""
    hidden = np.maximum(INPUT @ first[0] + first[1], 0)
    return hidden @ second[0] + second[1]


def predict_from_weights(file):
    """From a file of Keras 3: layers by class and number."""
    layers = file["layers"]
    return predict(*([layers[name]["vars"][number][()] for number in "01"] for name in ("dense", "dense_1")))


def predict_from_archive(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["metadata.json", "config.json", "model.weights.h5"], archive.namelist()
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            return predict_from_weights(file)


def predict_from_legacy(path):
    """From a whole model of Keras before 3: by the names that its attributes list."""
    with h5py.File(path) as file:
        weights = file["model_weights"]
        names = [name for name in weights.attrs["layer_names"] if len(weights[name].attrs["weight_names"])]
        return predict(*([weights[name][weight][()] for weight in weights[name].attrs["weight_names"]] for name in names))


class Keras(unittest.TestCase):
    def converted(self, name, target, file_format):
        self.assertEqual(ask([convert(DATA / name, target, file_format=file_format)]), [["ok"]])

    def check_predictions(self, found, wanted=PREDICTIONS):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)

    def check_with_keras(self, path, wanted):
        if keras is None:
            return
        model = keras.models.load_model(path, compile=False)
        np.testing.assert_array_equal(model.predict(INPUT, verbose=0), wanted)

    def test_golden_files_predict_as_keras_did(self):
        self.check_predictions(predict_from_archive(DATA / "small.keras"))
        self.check_predictions(predict_from_legacy(DATA / "legacy.h5"))

    def test_an_archive_is_written_back(self):
        path = folder_for(self) / "again.keras"
        self.converted("small.keras", path, "keras")
        self.check_predictions(predict_from_archive(path))
        with zipfile.ZipFile(DATA / "small.keras") as one, zipfile.ZipFile(path) as other:
            for name in ("metadata.json", "config.json"):
                self.assertEqual(one.read(name), other.read(name))
            with h5py.File(io.BytesIO(one.read("model.weights.h5"))) as old, \
                    h5py.File(io.BytesIO(other.read("model.weights.h5"))) as new:  # fmt: skip
                groups = []
                old.visititems(lambda path, item: groups.append((path, dict(item.attrs))))
                for group, attributes in groups:
                    self.assertEqual(dict(new[group].attrs), attributes, group)
        self.check_with_keras(path, PREDICTIONS)

    def test_a_legacy_model_is_written_back(self):
        path = folder_for(self) / "again.h5"
        self.converted("legacy.h5", path, "h5")
        self.check_predictions(predict_from_legacy(path))
        with h5py.File(DATA / "legacy.h5") as one, h5py.File(path) as other:
            self.assertEqual(dict(one.attrs), dict(other.attrs))
        self.check_with_keras(path, PREDICTIONS)

    def test_weights_are_replaced(self):
        folder = folder_for(self)
        self.converted("small.keras", folder / "small.joblib", "joblib")
        model = joblib.load(folder / "small.joblib")
        self.assertEqual(model["config"]["class_name"], "Sequential")
        self.assertEqual(model["attributes"]["layers/dense/vars"], {"name": "first"})
        self.assertEqual(list(model["weights"]), [f"layers/{name}/vars/{n}" for name in ("dense", "dense_1") for n in (0, 1)])
        for name, weight in model["weights"].items():
            model["weights"][name] = weight * np.float32(2)
        joblib.dump(model, folder / "double.joblib")
        self.assertEqual(ask([convert(folder / "double.joblib", folder / "double.keras", file_format="keras")]), [["ok"]])
        found = predict_from_archive(folder / "double.keras")
        self.check_predictions(found, PREDICTIONS * 4)  # without biases that are not zero, and with ReLU between
        self.check_with_keras(folder / "double.keras", PREDICTIONS * 4)

    def test_an_edited_configuration_is_written(self):
        folder = folder_for(self)
        self.converted("small.keras", folder / "small.joblib", "joblib")
        model = joblib.load(folder / "small.joblib")
        model["config"]["config"]["name"] = "other"
        joblib.dump(model, folder / "other.joblib")
        self.assertEqual(ask([convert(folder / "other.joblib", folder / "other.keras", file_format="keras")]), [["ok"]])
        with zipfile.ZipFile(folder / "other.keras") as archive:
            self.assertEqual(json.loads(archive.read("config.json")), model["config"])
        self.check_with_keras(folder / "other.keras", PREDICTIONS)

    def test_bfloat16_comes_back(self):
        folder = folder_for(self)
        self.converted("bfloat16.keras", folder / "again.keras", "keras")
        with zipfile.ZipFile(DATA / "bfloat16.keras") as one, zipfile.ZipFile(folder / "again.keras") as other:
            with h5py.File(io.BytesIO(one.read("model.weights.h5"))) as old, \
                    h5py.File(io.BytesIO(other.read("model.weights.h5"))) as new:  # fmt: skip
                kernel, again = old["layers/dense/vars/0"], new["layers/dense/vars/0"]
                self.assertEqual(kernel[()].tobytes(), again[()].tobytes())
                self.assertEqual(dict(kernel.attrs), dict(again.attrs))
        if keras is not None:
            keras.models.load_model(folder / "again.keras")


if __name__ == "__main__":
    unittest.main()
