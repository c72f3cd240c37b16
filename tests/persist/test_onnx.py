"""Random ONNX models of the real onnx, read and written again by larder: byte for byte the same where nobody touched them, and with other
weights fine for onnx.checker. Runs with Debian's onnx, and with the newest (tests/interop)."""
import random
import sys
import unittest

from probing import convert, expect_ok, folder_for

try:
    import joblib
    import numpy as np
    import onnx
    from onnx import TensorProto, checker, helper, numpy_helper
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-onnx python3-joblib")
    sys.exit(77)

SEED = 20260107
MODELS = 60
NUMPY = {"FLOAT": "<f4", "UINT8": "u1", "INT8": "i1", "UINT16": "<u2", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "BOOL": "?",
         "FLOAT16": "<f2", "DOUBLE": "<f8", "UINT32": "<u4", "UINT64": "<u8"}  # fmt: skip
# What numpy has not: only kept, and compared by onnx's own bytes.
OTHERS = [name for name in ("BFLOAT16", "COMPLEX64", "COMPLEX128", "FLOAT8E4M3FN", "FLOAT8E5M2", "UINT4", "INT4", "FLOAT4E2M1", "STRING")
          if hasattr(TensorProto, name)]  # fmt: skip


def model_of(graph):
    """Of version 8 of the IR, which Debian's onnx knows too."""
    return helper.make_model(graph, producer_name="larder", opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


class Maker:
    def __init__(self, seed, others=True):
        self.others = others
        self.random = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.names = 0

    def name(self, stem="t"):
        self.names += 1
        return f"{stem}{self.names}"

    def array(self, dtype=None):
        dtype = np.dtype(dtype or self.random.choice(list(NUMPY.values())))
        shape = tuple(self.random.randrange(1, 5) for _ in range(self.random.randrange(4)))
        if self.random.random() < 0.1:
            shape += (0,)
        if dtype.kind == "f":
            return self.numpy.normal(size=shape).astype(dtype)
        if dtype.kind == "b":
            return self.numpy.integers(0, 2, shape).astype(bool)
        limits = np.iinfo(dtype)
        return self.numpy.integers(limits.min, limits.max, shape, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)

    def tensor(self, name):
        array = self.array()
        if self.random.random() < 0.5:
            return numpy_helper.from_array(array, name)
        kind = next(kind for kind, dtype in NUMPY.items() if np.dtype(dtype) == array.dtype)
        return helper.make_tensor(name, getattr(TensorProto, kind), array.shape, array.ravel().tolist())

    def other(self):
        kind = self.random.choice(OTHERS)
        count = self.random.randrange(5)
        values = [b"\xff" * self.random.randrange(4) for _ in range(count)] if kind == "STRING" else [1.0, -2.0, 0.5, 3.0][:count]
        if kind in ("UINT4", "INT4"):
            values = [1, 2, 3, 4][:count]
        return helper.make_tensor(self.name("o"), getattr(TensorProto, kind), [count], values)

    def graph(self, depth=0):
        initializers = [self.tensor(self.name()) for _ in range(self.random.randrange(4))]
        if self.others:
            initializers += [self.other() for _ in range(self.random.randrange(3))]
        nodes = []
        for _ in range(self.random.randrange(5)):
            out = self.name("y")
            kind = self.random.randrange(4)
            if kind == 0:
                nodes.append(helper.make_node("Constant", [], [out], value=self.tensor("")))
            elif kind == 1 and initializers:
                nodes.append(helper.make_node("Identity", [self.random.choice(initializers).name], [out], name="same"))
            elif kind == 2 and depth < 3:
                nodes.append(helper.make_node("Constant", [], [out + "c"], value=numpy_helper.from_array(np.array(True))))
                branches = {name: self.graph(depth + 1) for name in ("then_branch", "else_branch")}
                nodes.append(helper.make_node("If", [out + "c"], [out], **branches))
            else:
                value = numpy_helper.from_array(np.array([self.random.randrange(9)], "<i8"))
                nodes.append(helper.make_node("Constant", [], [out + "s"], value=numpy_helper.from_array(np.array([2]))))
                nodes.append(helper.make_node("ConstantOfShape", [out + "s"], [out], value=value))
        output = self.name("out")
        nodes.append(helper.make_node("Constant", [], [output], value=self.tensor("")))
        return helper.make_graph(nodes, self.name("g"), [], [helper.make_tensor_value_info(output, TensorProto.FLOAT, [None])],
                                 initializers)  # fmt: skip

    def model(self):
        model = model_of(self.graph())
        helper.set_model_props(model, {self.name("key"): "größe" for _ in range(self.random.randrange(3))})
        return model


def tensors_of(graph, path=""):
    """What onnx finds, by larder's names."""
    found = {("initializers", path + tensor.name): tensor for tensor in graph.initializer}
    for node in graph.node:
        for attribute in node.attribute:
            place = path + node.output[0] + ("" if node.op_type == "Constant" else "." + attribute.name)
            if attribute.type == onnx.AttributeProto.TENSOR:
                found["constants", place] = attribute.t
            if attribute.type == onnx.AttributeProto.GRAPH:
                found.update(tensors_of(attribute.g, place + "/"))
    return found


class Onnx(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def check_arrays(self, found, wanted):
        for (section, key), array in wanted.items():
            np.testing.assert_array_equal(found[section][key], array, err_msg=key)
            self.assertEqual(found[section][key].dtype, array.dtype, key)

    def test_models_come_back_byte_for_byte(self):
        questions = []
        for seed in range(MODELS):
            model = Maker(SEED + seed).model()
            checker.check_model(model)
            (self.folder / f"{seed}.onnx").write_bytes(model.SerializeToString())
            questions.append(convert(self.folder / f"{seed}.onnx", self.folder / f"{seed}.again", file_format="onnx"))
        expect_ok(self, questions)
        for seed in range(MODELS):
            one, other = (self.folder / f"{seed}.onnx").read_bytes(), (self.folder / f"{seed}.again").read_bytes()
            self.assertEqual(one, other, seed)

    def models_in_joblib(self):
        """(maker, path) of models that larder has read and joblib can load: without what numpy lacks."""
        made = []
        for seed in range(MODELS):
            maker = Maker(SEED + MODELS + seed, others=False)
            model = maker.model()
            maker.arrays = {place: numpy_helper.to_array(tensor) for place, tensor in tensors_of(model.graph).items()}
            path = self.folder / f"{seed}.onnx"
            onnx.save(model, str(path))
            made.append((maker, path))
        expect_ok(self, (convert(path, path.with_suffix(".joblib")) for _, path in made))
        return made

    def test_tensors_are_what_onnx_reads(self):
        for maker, path in self.models_in_joblib():
            found = joblib.load(path.with_suffix(".joblib"))
            self.check_arrays(found, maker.arrays)
            self.assertEqual(sum(len(found[section]) for section in ("initializers", "constants")), len(maker.arrays))

    def test_other_weights_pass_the_checker(self):
        made = self.models_in_joblib()
        for maker, path in made:
            document = joblib.load(path.with_suffix(".joblib"))
            for section, key in maker.arrays:
                chance = maker.random.random()
                if chance < 0.3:
                    maker.arrays[section, key] = maker.array()
                elif chance < 0.6:  # as large as before
                    old = maker.arrays[section, key]
                    maker.arrays[section, key] = old[::-1] if old.ndim else np.array(not old, old.dtype)
                document[section][key] = np.asarray(maker.arrays[section, key])
            joblib.dump(document, path.with_suffix(".joblib"))
        expect_ok(self, (convert(path.with_suffix(".joblib"), path.with_suffix(".new"), file_format="onnx") for _, path in made))
        for maker, path in made:
            model = onnx.load(str(path.with_suffix(".new")))
            checker.check_model(model)
            found = tensors_of(model.graph)
            self.assertEqual(set(found), set(maker.arrays))
            for place, array in maker.arrays.items():
                np.testing.assert_array_equal(numpy_helper.to_array(found[place]), array, err_msg=str(place))
            before = onnx.load(str(path))
            for one, other in zip(before.graph.node, model.graph.node):
                self.assertEqual((one.op_type, one.input, one.output, one.name), (other.op_type, other.input, other.output, other.name))
            self.assertEqual(before.metadata_props, model.metadata_props)

    def external(self, **options):
        weights = {f"w{number}": np.arange(number * 100, dtype="<f4") for number in range(1, 5)} | {"scale": np.array([2.0])}
        graph = helper.make_graph([helper.make_node("Add", ["w1", "w2"], ["y"])], "g", [],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None])],
                                  [numpy_helper.from_array(array, name) for name, array in weights.items()])  # fmt: skip
        path = self.folder / "model.onnx"
        onnx.save_model(model_of(graph), str(path), save_as_external_data=True, size_threshold=100, **options)
        return weights, path

    def check_external(self, weights, path):
        document = self.folder / "external.joblib"
        expect_ok(self, [convert(path, document)])
        found = joblib.load(document)["initializers"]
        for name, array in weights.items():
            np.testing.assert_array_equal(found[name], array)
        other = self.folder / "other"
        other.mkdir()
        expect_ok(self, [convert(path, other / "copy.onnx", file_format="onnx")])
        self.assertEqual(sorted(file.name for file in other.iterdir()), ["copy.onnx", "copy.onnx.data"])
        checker.check_model(str(other / "copy.onnx"))
        copy = onnx.load(str(other / "copy.onnx"))
        for tensor in copy.graph.initializer:
            np.testing.assert_array_equal(numpy_helper.to_array(tensor), weights[tensor.name])

    def test_external_data_in_one_file(self):
        self.check_external(*self.external(all_tensors_to_one_file=True, location="weights.bin"))

    def test_external_data_in_a_file_for_each_tensor(self):
        self.check_external(*self.external(all_tensors_to_one_file=False))


if __name__ == "__main__":
    print("onnx", onnx.__version__, "seed", SEED)
    unittest.main()
