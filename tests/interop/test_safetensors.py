"""The reference library of safetensors against larder: the same bytes, the same values, the same files refused."""
import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "persist"))

import joblib  # noqa: E402
import numpy as np  # noqa: E402
import safetensors  # noqa: E402
import safetensors.numpy  # noqa: E402
from probing import ask, convert, folder_for, hexed, same  # noqa: E402

DTYPES = ["?", "u1", "i1", "<i2", "<u2", "<f2", "<i4", "<u4", "<f4", "<c8", "<f8", "<i8", "<u8"]
NAMES = ["a", "b.c", "model.layers.0.weight", "Größe", 'q"\\\n\t\r\b\f\x01\x1f\x7f/', "", "__meta__", "\u2028🌻", "A", "aa"]


def random_tensors(chosen):
    tensors = {}
    for name in chosen.sample(NAMES, chosen.randrange(len(NAMES))):
        shape = [chosen.randrange(4) for _ in range(chosen.randrange(4))]
        count = int(np.prod(shape))
        bits = np.frombuffer(chosen.randbytes(count * 8), "<i8")
        tensors[name] = (bits % 2 if chosen.random() < 0.5 else bits).astype(chosen.choice(DTYPES)).reshape(shape)
    return tensors


def random_header(chosen):
    """A header and its data: right, or wrong in one thing or several."""
    tensors, end = {}, 0
    for name in chosen.sample("abcd", chosen.randrange(4)):
        dtype, size = chosen.choice([("U8", 1), ("BF16", 2), ("F32", 4), ("I64", 8), ("F8_E4M3", 1), ("BOOL", 1)])
        shape = [chosen.randrange(3) for _ in range(chosen.randrange(3))]
        begin, end = end, end + int(np.prod(shape)) * size
        tensors[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    if chosen.random() < 0.3:
        tensors["__metadata__"] = chosen.choice([{}, {"a": "b"}, {"a": "b", "c": ""}, None])
    for _ in range(chosen.randrange(3)):
        name = chosen.choice([*tensors, "x"])
        wrong = [None, [], {}, "x", 1, -1, 2**63, 2**64, 1.0, True, [1, 2], ["U8", [1], [0, 1]], {"a": 1}]
        if name not in tensors or chosen.random() < 0.3 or not isinstance(tensors[name], dict):
            tensors[name] = chosen.choice(wrong)
        elif chosen.random() < 0.5:
            tensors[name][chosen.choice(["dtype", "shape", "data_offsets", "more"])] = chosen.choice(wrong)
        elif tensors[name].get("data_offsets"):
            offsets = list(tensors[name]["data_offsets"]) if isinstance(tensors[name]["data_offsets"], list) else [0, 0]
            offsets[chosen.randrange(len(offsets))] = chosen.randrange(9)
            tensors[name]["data_offsets"] = offsets
    items = list(tensors.items())
    chosen.shuffle(items)
    text = json.dumps(dict(items)) + " " * chosen.randrange(8)
    return text.encode(), bytes(max(0, end + chosen.choice([0, 0, 0, 0, -1, 1])))


class Safetensors(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def converted(self, files, file_format):
        """The files that larder makes of these contents, by their extension."""
        paths = []
        for number, (name, content) in enumerate(files):
            source = self.folder / f"{number}{name}"
            source.write_bytes(content)
            paths.append((source, self.folder / f"{number}.out"))
        for answer in ask(convert(source, target, file_format=file_format) for source, target in paths):
            self.assertEqual(answer, ["ok"])
        return [target for _, target in paths]

    def test_files_come_back_byte_for_byte(self):
        wanted = []
        for seed in range(200):
            chosen = random.Random(seed)
            metadata = [None, {}, {"format": "pt"}, {"Größe": '"\n'}][seed % 4]
            # Without tensors and with an empty dict, version 0.8 writes a header that is no JSON.
            wanted.append(safetensors.numpy.save(random_tensors(chosen) or {"a": np.ones(1)}, metadata=metadata))
        for content, target in zip(wanted, self.converted([(".safetensors", content) for content in wanted], "safetensors")):
            self.assertEqual(target.read_bytes(), content)

    def test_values_become_the_files_of_the_library(self):
        values = [random_tensors(random.Random(seed)) for seed in range(1000, 1200)]
        files = []
        for value in values:
            joblib.dump(value, self.folder / "a.joblib")
            files.append((".joblib", (self.folder / "a.joblib").read_bytes()))
        for value, target in zip(values, self.converted(files, "safetensors")):
            found = safetensors.numpy.load(target.read_bytes())
            self.assertEqual(found.keys(), value.keys())
            for name, array in value.items():
                self.assertTrue(same(found[name], array), name)
            self.assertEqual(target.read_bytes(), safetensors.numpy.save(value))

    def test_tensors_become_numpy_arrays(self):
        values = [random_tensors(random.Random(seed)) for seed in range(2000, 2050)]
        files = [(".safetensors", safetensors.numpy.save(value)) for value in values]
        for value, target in zip(values, self.converted(files, "joblib")):
            found = joblib.load(target)
            self.assertEqual(found.keys(), value.keys())
            for name, array in value.items():
                self.assertTrue(same(found[name], array), name)

    def test_several_texts_keep_their_order(self):
        metadata = {f"key{number}": str(number) for number in range(9)}
        content = safetensors.numpy.save({"a": np.ones(3)}, metadata=metadata)
        [target] = self.converted([(".safetensors", content)], "safetensors")
        self.assertEqual(target.read_bytes(), content)

    def test_what_the_library_refuses_is_refused(self):
        files = []
        for seed in range(600):
            header, data = random_header(random.Random(seed))
            path = self.folder / f"{seed}.safetensors"
            path.write_bytes(len(header).to_bytes(8, "little") + header + data)
            files.append((path, header))
        accepted = 0
        for (path, header), answer in zip(files, ask(["json", hexed(path)] for path, _ in files)):
            try:
                wanted = dict(safetensors.deserialize(path.read_bytes()))
            except safetensors.SafetensorError as error:
                self.assertEqual(answer[0], "error", (header, error))
                continue
            # What larder does not take: a tensor as a list, which no writer makes.
            if any(isinstance(value, list) for value in json.loads(header).values()):
                self.assertEqual(answer[:2], ["error", "malformed"], header)
                continue
            accepted += 1
            self.assertEqual(answer[0], "ok", header)
            found = json.loads(bytes.fromhex(answer[1]))
            found.pop("__metadata__", None)
            self.assertEqual(found.keys(), wanted.keys())
        self.assertGreater(accepted, 50)


if __name__ == "__main__":
    print({"safetensors": safetensors.__version__, "numpy": np.__version__})
    unittest.main(warnings="ignore")
