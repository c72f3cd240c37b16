"""`larder convert` between the formats: each cell of README's table, read by the library that the target belongs to."""

import collections
import datetime
import itertools
import json
import os
import pathlib
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy

try:
    import gensim.models
    import h5py
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-gensim python3-h5py python3-torch")
    sys.exit(77)

from command import SOURCE, CommandTest, main
from conversions import RICHNESS, ROWS, TARGETS, table

DATA = pathlib.Path(SOURCE) / "tests/formats/data"
EXTENSIONS = {"joblib": ".joblib", "pickle": ".pkl", "npy": ".npy", "npz": ".npz", "safetensors": ".safetensors", "torch": ".pt", "h5": ".h5", "keras": ".keras", "json": ".json",
              "bytes": ".bytes", "tf-checkpoint": ".index", "onnx": ".onnx", "pmml": ".pmml", "keras-shards": ".weights.json", "gensim": ".gensim", "word2vec": ".w2v", "word2vec-text": ".vec"}  # fmt: skip
ADVICE = " (--arrays-only leaves out what is no array, --widen makes float32 of small floats)\n"
warnings.simplefilter("ignore")

W, B, X = numpy.arange(6, dtype="f4").reshape(2, 3), numpy.array([1, -2, 3]), numpy.array([0.5, 2], "f4")

# Each a little richer: the values, and how what came new is listed where it cannot be carried.
ONE = {"w": W}
ARRAYS = {"w": W, "b": B, "nested": {"x": X}}
TREE = ARRAYS | {"epoch": 3, "name": "net"}
DATA_ = TREE | {"sizes": [1, 2]}
NEW = {1: [], 2: ["'epoch': int", "'name': str"], 3: ["'sizes': list, 2 items"]}

# arrays: by name, in the order of the file; None: larder is believed. inside: names of arrays in objects. new: None: anything.
Sample = collections.namedtuple("Sample", "path richness arrays new inside options")


def named(value, name=""):
    """The arrays in `value` by name, as larder names them."""
    if isinstance(value, (torch.nn.Parameter, torch.Tensor)):
        value = (value.float() if value.dtype == torch.bfloat16 else value).detach().numpy()
    if isinstance(value, (numpy.ndarray, numpy.number)):
        return {name or "arr_0": numpy.asarray(value)}
    if isinstance(value, dict):
        parts = [named(part, f"{name}.{key}" if name else str(key)) for key, part in value.items()]
        return dict(itertools.chain.from_iterable(part.items() for part in parts))
    if isinstance(value, list):
        parts = [named(part, f"{name}[{index}]") for index, part in enumerate(value)]
        return dict(itertools.chain.from_iterable(part.items() for part in parts))
    return {}


def tensors(value):
    return {key: tensors(part) for key, part in value.items()} if isinstance(value, dict) else (
        torch.from_numpy(value.copy()) if isinstance(value, numpy.ndarray) else value)  # fmt: skip


def write_h5(group, value):
    for key, part in value.items():
        if isinstance(part, dict):
            write_h5(group.create_group(key), part)
        else:
            group[key] = part


def read_h5(group):
    return {key: read_h5(part) if isinstance(part, h5py.Group) else part[()] for key, part in group.items()}


def load_h5(path):
    with h5py.File(path, "r") as file:
        return read_h5(file)


def write_safetensors(path, arrays, texts=None):
    header, content = {"__metadata__": texts} if texts else {}, b""
    for name, array in arrays.items():
        code = {"f": "F", "i": "I"}[array.dtype.kind] + str(8 * array.itemsize)
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [len(content), len(content) + array.nbytes]}
        content += array.tobytes()
    head = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(len(head).to_bytes(8, "little") + head + content)


def load_safetensors(path):
    """As safetensors.numpy.load_file, which Debian does not have (tests/interop does)."""
    content = pathlib.Path(path).read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header, found = json.loads(content[8:begin]), {}
    for name, entry in header.items():
        if name != "__metadata__":
            dtype = {"F": "f", "I": "i"}[entry["dtype"][0]] + str(int(entry["dtype"][1:]) // 8)
            start, end = (begin + offset for offset in entry["data_offsets"])
            found[name] = numpy.frombuffer(content[start:end], dtype).reshape(entry["shape"])
    return found


def load_torch(path):
    try:
        return torch.load(path, weights_only=True)
    except pickle.UnpicklingError:
        # Objects, and what torch 1.13 does not let through yet: bytes and floats.
        return torch.load(path)


READERS = {
    "joblib": joblib.load,
    "pickle": lambda path: pickle.loads(pathlib.Path(path).read_bytes()),
    "npy": lambda path: {"w": numpy.load(path, allow_pickle=False)},
    "npz": lambda path: dict(numpy.load(path, allow_pickle=False)),
    "safetensors": load_safetensors,
    "torch": load_torch,
    "h5": load_h5,
}


class Matrix(CommandTest):
    def sample(self, source, richness, value, write, new=(), inside=(), listed=NEW):
        path = os.path.join(self.directory, f"{source}{richness}{EXTENSIONS[source]}")
        write(path)
        return Sample(path, richness, named(value), {**listed, 4: list(new)}, inside, ())

    def golden(self, name, *options, richness=3):
        return Sample(str(DATA / name), richness, None, None, (), options)

    def samples(self, source):
        """What is converted: at least one file of each richness that the format can have."""
        plain = (ONE, ARRAYS, TREE, DATA_)
        if source in ("joblib", "pickle"):
            dump = joblib.dump if source == "joblib" else lambda value, path: pathlib.Path(path).write_bytes(pickle.dumps(value))
            values = plain + (DATA_ | {"when": datetime.date(2026, 1, 1)},)
            for richness, value in enumerate(values):
                yield self.sample(source, richness, value, lambda path, value=value: dump(value, path), ["'when': datetime.date"])
        elif source == "torch":
            values = plain + (DATA_ | {"layer": torch.nn.Linear(2, 1)},)
            for richness, value in enumerate(values):
                inside = ("layer._parameters.weight", "layer._parameters.bias") if "layer" in value else ()
                yield self.sample(source, richness, value, lambda path, value=value: torch.save(tensors(value), path),
                                  ["'layer': torch.nn.modules.linear.Linear"], inside)  # fmt: skip
        elif source == "h5":
            for richness, value in enumerate(plain[:3]):
                # Members have the order of their names, and numbers are arrays without axes.
                members = {name: numpy.array(value[name]) if name == "epoch" else value[name] for name in sorted(value)}
                yield self.sample(source, richness, members, lambda path, members=members: self.write_h5(path, members),
                                  listed=NEW | {2: ["'name': str"]})
        elif source == "npz":
            for richness, value in enumerate((ONE, named(ARRAYS))):
                yield self.sample(source, richness, value, lambda path, value=value: numpy.savez(path, **value))
        elif source == "safetensors":
            for richness, texts in enumerate((None, None, {"format": "pt"})):
                value = named(ARRAYS) if richness else ONE
                yield self.sample(source, richness, value, lambda path, value=value, texts=texts: write_safetensors(path, value, texts),
                                  listed=NEW | {2: ["'__metadata__': dict, 1 item"]})  # fmt: skip
        elif source == "npy":
            yield self.sample(source, 0, ONE, lambda path: numpy.save(path, W))
        elif source == "keras":
            yield self.golden("keras/small.keras")
        elif source == "keras-shards":
            yield self.golden("keras-shards/small.weights.json", richness=2)
        elif source == "tf-checkpoint":
            yield self.golden("tf-checkpoint/variables.index", "--widen")
        elif source == "onnx":
            yield self.golden("onnx/linear.onnx")
        elif source == "pmml":
            yield self.golden("pmml/nyoka_5.5.pmml")
        elif source == "gensim":
            yield self.golden("gensim/vectors.gensim", richness=4)
        elif source.startswith("word2vec"):
            yield self.golden(f"{source}/vectors{EXTENSIONS[source]}", richness=2)
        elif source == "json":
            value = {"epoch": 3, "name": "net", "sizes": [1, 2]}
            yield self.sample(source, 3, {}, lambda path: pathlib.Path(path).write_text(json.dumps(value)))
        elif source == "bytes":
            yield self.sample(source, 4, {}, lambda path: pathlib.Path(path).write_bytes(b"\x01artefact\0"))

    @staticmethod
    def write_h5(path, value):
        with h5py.File(path, "w") as file:
            write_h5(file, value)

    def converted(self, sample, target, *options, **expected):
        out = os.path.join(self.directory, "out" + EXTENSIONS[target])
        if os.path.exists(out):
            os.remove(out)
        self.run_larder("convert", *options, *sample.options, "--to", target, sample.path, out, **expected)
        return out

    def check_content(self, sample, target, path, source):
        if target == "bytes":
            return self.assertEqual(self.read(path), self.read(sample.path))
        if target == "json":
            content = json.loads(self.read(path))
            for name in sample.arrays or {}:
                part = content.get(name, content)
                for key in name.split("."):
                    part = part.get(key, part)
                self.assertIn("$array", part)
            return None
        found = READERS[target](path)
        if sample.arrays is None:  # a file of another library's: what larder says is in it
            return self.assertTrue(named(vars(found) if hasattr(found, "__dict__") else found))
        arrays = named(found)
        wanted = sample.arrays if source != "npy" or target == "npy" else {"arr_0": W}
        for name, array in wanted.items():
            self.assertEqual((arrays[name].dtype, arrays[name].tolist()), (array.dtype, array.tolist()), name)
        return None

    def check_refused(self, sample, target, word):
        self.converted(sample, target, status=2)
        self.assertEqual(os.path.exists(os.path.join(self.directory, "out" + EXTENSIONS[target])), False)
        if word == "one" and sample.arrays is not None:
            arrays = [*sample.arrays, *sample.inside]
            expected = f"holds one array, not {len(arrays)}{': ' if arrays else ''}" + "; ".join(f"'{name}'" for name in arrays)
        elif word in RICHNESS and sample.new is not None:
            things = ["the whole value: dict, 3 items"] if sample.arrays == {} and word == "arrays" else [thing for new, things in sample.new.items() if RICHNESS[word] < new <= sample.richness for thing in things]
            expected = f"the format {target} cannot hold {'; '.join(things)}"
        else:
            return self.assertRegex(self.messages, rf"\Alarder: \S+: [^\n]*the format {target} (cannot hold|holds one)[^\n]*\n\Z")
        self.assertTrue(self.messages.startswith("larder: ") and self.messages.endswith(expected + ADVICE), (self.messages, expected))
        return None

    def check_cell(self, source, target, word):
        for sample in self.samples(source):
            with self.subTest(source=source, target=target, richness=sample.richness):
                fits = source == "bytes" if word == "bytes" else sample.richness <= RICHNESS.get(word, -1)
                if fits:
                    self.check_content(sample, target, self.converted(sample, target), source)
                else:
                    self.check_refused(sample, target, word)
                if not fits and target not in ("npy", "bytes") and sample.arrays != {}:
                    out = self.converted(sample, target, "--arrays-only")
                    if target != "json" and sample.arrays:
                        wanted = {"arr_0"} if source == "npy" else {*sample.arrays, *sample.inside}
                        self.assertEqual(set(READERS[target](out)), wanted)


def add_cells():
    for source, row in ROWS.items():
        for target, word in zip(TARGETS, row):
            def test(self, source=source, target=target, word=word):
                self.check_cell(source, target, word)
            setattr(Matrix, f"test_{source}_to_{target}".replace("-", "_"), test)


add_cells()


class Options(CommandTest):
    def test_the_table_in_the_manual_is_this_one(self):
        self.assertIn(table(), (pathlib.Path(SOURCE) / "README.md").read_text(encoding="utf-8"))

    def test_arrays_only_leaves_out_the_rest_and_says_so(self):
        joblib.dump({"model": {"w": W, "note": "x"}, "when": datetime.date(2026, 1, 1)}, "a.joblib")
        self.run_larder("convert", "--arrays-only", "a.joblib", "a.pt")
        found = torch.load("a.pt", weights_only=True)
        self.assertEqual(list(found), ["model.w"])
        self.assertTrue((found["model.w"].numpy() == W).all())
        done = self.larder_says("convert", "-v", "--arrays-only", "a.joblib", "b.pt")
        self.assertIn("a.joblib: left out: 'model.note': str\na.joblib: left out: 'when': datetime.date\n", done)

    def larder_says(self, *arguments):
        return subprocess.run([self.larder, *arguments], capture_output=True, timeout=120, check=True).stderr.decode()

    def test_word_vectors_go_to_gensim_and_back(self):
        golden = str(DATA / "gensim/vectors.gensim")
        wanted = gensim.models.KeyedVectors.load(golden)
        for name in ("v.w2v", "v.vec"):
            self.run_larder("convert", golden, name)
            found = gensim.models.KeyedVectors.load_word2vec_format(name, binary=name == "v.w2v")
            self.assertEqual((found.index_to_key, found.vectors.tolist()), (wanted.index_to_key, wanted.vectors.tolist()))
            self.run_larder("convert", name, "back.gensim")
            back = gensim.models.KeyedVectors.load("back.gensim")
            self.assertEqual((back.index_to_key, back.vectors.tolist()), (wanted.index_to_key, wanted.vectors.tolist()))
        self.run_larder("convert", golden, "one.joblib")
        self.assertEqual(joblib.load("one.joblib").vectors.tolist(), wanted.vectors.tolist())
        self.assertIn("hold an object of gensim", self.fails(2, "convert", "--to", "gensim", str(DATA / "plain5.pkl"), "x"))

    def test_two_arrays_of_one_name_are_refused(self):
        joblib.dump({"a": {"b": W}, "a.b": W}, "a.joblib")
        self.assertIn("two arrays called 'a.b'", self.fails(2, "convert", "--arrays-only", "a.joblib", "a.pt"))

    def test_small_floats_are_widened_where_that_is_asked_for(self):
        tensor = torch.tensor([1.5, -3, float("inf"), 2**-130], dtype=torch.bfloat16)
        torch.save({"w": tensor, "plain": torch.tensor([1.0])}, "a.pt")
        self.assertIn("the format joblib cannot hold 'w': array of bfloat16 (", self.fails(2, "convert", "a.pt", "a.joblib"))
        self.run_larder("convert", "--widen", "a.pt", "a.joblib")
        found = joblib.load("a.joblib")
        self.assertEqual((found["w"].dtype, found["w"].tolist()), (numpy.float32, tensor.tolist()))
        self.run_larder("convert", "--widen", "a.pt", "b.pt")
        self.assertEqual(torch.load("b.pt")["w"].dtype, torch.bfloat16)
        self.run_larder("convert", "--arrays-only", "a.pt", "c.joblib")
        self.assertEqual(list(joblib.load("c.joblib")), ["plain"])

    def test_what_is_of_torch_and_no_tensor(self):
        sparse = torch.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (2,))
        quantized = torch.quantize_per_tensor(torch.ones(2), 0.5, 1, torch.qint8)
        torch.save({"s": sparse, "q": quantized, "p": torch.nn.Parameter(torch.ones(2)), "size": torch.Size([1, 2]), "d": torch.float32}, "a.pt")
        message = self.fails(2, "convert", "a.pt", "a.joblib")
        self.assertIn("'s': torch._utils._rebuild_sparse_tensor; 'q': torch._utils._rebuild_qtensor; 'd': reference to 'torch.float32' (", message)
        torch.save({"p": torch.nn.Parameter(torch.ones(2)), "size": torch.Size([1, 2])}, "b.pt")
        self.run_larder("convert", "b.pt", "b.joblib")
        found = joblib.load("b.joblib")
        self.assertEqual((type(found["p"]), found["p"].tolist(), found["size"]), (numpy.ndarray, [1, 1], (1, 2)))

    def test_views_of_one_storage_become_arrays_of_their_own(self):
        whole = torch.arange(6.0).reshape(2, 3)
        torch.save({"whole": whole, "t": whole.t(), "row": whole[1], "wide": whole[0, 0].expand(4)}, "a.pt")
        self.run_larder("convert", "a.pt", "a.joblib")
        found = joblib.load("a.joblib")
        self.assertEqual({name: array.tolist() for name, array in found.items()},
                         {"whole": whole.tolist(), "t": whole.t().tolist(), "row": [3, 4, 5], "wide": [0] * 4})  # fmt: skip

    def test_a_tied_weight_stays_one(self):
        self.write("a.pkl", pickle.dumps({"a": W, "b": W}))
        self.run_larder("convert", "a.pkl", "a.pt")
        found = torch.load("a.pt", weights_only=True)
        self.assertEqual(found["a"].data_ptr(), found["b"].data_ptr())

    def test_numpy_scalars_become_numbers_for_torch(self):
        joblib.dump({"best": numpy.float64(0.5), "n": numpy.int32(7), "w": W}, "a.joblib")
        self.run_larder("convert", "a.joblib", "a.pt")
        found = load_torch("a.pt")
        self.assertEqual((found["best"], found["n"]), (0.5, 7))

    def test_only_takes_one_value_or_some(self):
        joblib.dump(DATA_, "a.joblib")
        self.run_larder("convert", "--only", "w", "a.joblib", "w.npy")
        self.assertEqual(numpy.load("w.npy").tolist(), W.tolist())
        self.run_larder("convert", "--only", "nested", "a.joblib", "n.joblib")
        self.assertEqual(list(joblib.load("n.joblib")), ["x"])
        self.run_larder("convert", "--only", "w", "--only", "nested.x", "a.joblib", "two.pt")
        self.assertEqual(list(torch.load("two.pt")), ["w", "nested.x"])
        with h5py.File("a.h5", "w") as file:
            write_h5(file, ARRAYS)
        self.run_larder("convert", "--only", "nested/x", "a.h5", "x.npy")
        self.assertEqual(numpy.load("x.npy").tolist(), X.tolist())
        self.assertIn("'absent'", self.fails(4, "convert", "--only", "absent", "a.joblib", "none.npy"))

    def test_a_part_has_the_names_inside_it(self):
        self.run_larder("convert", "--only", "weights", str(DATA / "keras/small.keras"), "weights.npz")
        names = set(numpy.load("weights.npz"))
        self.assertTrue(names and all(name.startswith(("layers/", "optimizer/", "_layer")) for name in names), names)

    def test_models_are_written_from_themselves(self):
        for name in ("keras/small.keras", "onnx/linear.onnx", "pmml/regression.pmml"):
            format = name.split("/")[0]
            self.run_larder("convert", str(DATA / name), "a.joblib")
            self.run_larder("convert", "--to", format, "a.joblib", "b")
            self.assertIn(f": {format}", self.text("ls", "--depth", "0", "b"))
            joblib.dump(ARRAYS, "other.joblib")
            self.fails(2, "convert", "--to", format, "other.joblib", "c")

    def test_level_deflates_the_arrays_of_npz(self):
        numpy.savez("a.npz", w=numpy.zeros(10_000))
        self.run_larder("convert", "--level", "9", "a.npz", "b.npz")
        self.assertLess(os.path.getsize("b.npz"), 2000)
        self.assertEqual(numpy.load("b.npz")["w"].tolist(), [0] * 10_000)
        self.run_larder("convert", "b.npz", "c.npz")
        self.assertGreater(os.path.getsize("c.npz"), 80_000)

    def test_texts_about_tensors_stay_in_safetensors(self):
        write_safetensors("a.safetensors", {"w": W}, {"format": "pt"})
        self.run_larder("convert", "a.safetensors", "b.safetensors")
        self.assertEqual(json.loads(self.text("get", "b.safetensors", "__metadata__")), {"format": "pt"})
        self.run_larder("convert", "a.safetensors", "c.safetensors.index.json")
        self.assertEqual(json.loads(self.text("get", "c.safetensors.index.json", "__metadata__")), {"format": "pt"})
        self.assertEqual(load_safetensors("c-00001-of-00001.safetensors")["w"].tolist(), W.tolist())

    def test_get_takes_arrays_by_their_own_names(self):
        torch.save({"layer.0.weight": torch.ones(2)}, "a.pt")
        for name in ("layer.0.weight", '["layer.0.weight"]'):
            self.assertEqual(json.loads(self.text("get", "a.pt", name))["$array"]["data"], [1, 1])
        self.assertIn("there is no 'layer.1'", self.fails(1, "get", "a.pt", "layer.1"))

    def test_from_decides_what_a_file_with_two_faces_is(self):
        numpy.savez("archive.npz", W)
        self.write("two.pkl", pickle.dumps([1, 2]) + self.read("archive.npz"))
        self.assertIn("is both pickle and a ZIP archive", self.fails(3, "convert", "two.pkl", "two.json"))
        self.assertEqual(json.loads(self.text("get", "--from", "pickle", "two.pkl", "")), [1, 2])

    def test_metadata_goes_where_the_format_has_it(self):
        joblib.dump(ARRAYS, "a.joblib")
        self.run_larder("convert", "--meta", "data=wine.csv", "a.joblib", "b.pt")
        self.assertEqual(json.loads(self.read("b.pt.metadata.json")), {"data": "wine.csv"})
        self.assertIn("data: 'wine.csv'", self.text("ls", "b.pt"))
        self.run_larder("convert", "b.pt", "c.joblib")
        self.assertIn("data: 'wine.csv'", self.text("ls", "c.joblib"))
        self.run_larder("convert", "a.joblib", "b.pt")
        self.assertFalse(os.path.exists("b.pt.metadata.json"))
        self.assertIn("lies beside a file", self.fails(2, "convert", "--meta", "a=b", "--to", "torch", "a.joblib", "-"))

    def test_several_objects_need_a_format_that_holds_several(self):
        with open("two.pkl", "wb") as file:
            pickle.dump({"w": 1}, file)
            pickle.dump({"w": 2}, file)
        self.assertIn("a file of the format torch holds one object", self.fails(2, "convert", "two.pkl", "two.pt"))
        self.assertFalse(os.path.exists("two.pt"))

    def test_streams(self):
        joblib.dump(ARRAYS, "a.joblib")
        archive = self.run_larder("convert", "--to", "torch", "-", "-", data=self.read("a.joblib"))
        self.write("a.pt", archive)
        self.assertEqual(named(torch.load("a.pt", weights_only=True)).keys(), named(ARRAYS).keys())

    def test_options_that_would_do_nothing_are_refused(self):
        joblib.dump(ARRAYS, "a.joblib")
        self.assertIn('--level is for the format "npz"', self.fails(2, "convert", "--level", "3", "a.joblib", "a.pt"))
        self.assertIn("no format 'pth' is written", self.fails(2, "convert", "--to", "pth", "a.joblib", "a.pt"))
        self.assertIn("no format 'x' is read", self.fails(2, "convert", "--from", "x", "a.joblib", "a.pt"))


if __name__ == "__main__":
    main()
