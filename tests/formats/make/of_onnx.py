#!/usr/bin/python3
"""Makes ../data/onnx: with Debian 12's onnx 1.12, and, in a Python that has a newer onnx (1.23 was used), only types_1.23.onnx.

    of_onnx.py            of_onnx.py --newest
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "onnx"
FLOAT = TensorProto.FLOAT


def model_of(graph, opset=15, **options):
    return helper.make_model(graph, producer_name="larder", opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **options)


def tensor(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def ending_in_graph(model):
    """The bytes of a model, with the graph at the end: cut anywhere, it is no model any more."""
    graph = ModelProto(graph=model.graph)
    model.ClearField("graph")
    return model.SerializeToString() + graph.SerializeToString()


def linear():
    """y = x @ weight + bias"""
    weight = np.arange(6, dtype="<f4").reshape(3, 2)
    nodes = [helper.make_node("MatMul", ["x", "weight"], ["h"]), helper.make_node("Add", ["h", "bias"], ["y"], name="add")]
    graph = helper.make_graph(nodes, "linear", [helper.make_tensor_value_info("x", FLOAT, ["batch", 3])],
                              [helper.make_tensor_value_info("y", FLOAT, ["batch", 2])],
                              [tensor("weight", weight), tensor("bias", np.array([0.5, -1], "<f4"))])  # fmt: skip
    return model_of(graph)


# Types, and values for the fields that list them one by one.
LISTED = {"FLOAT": [1.5, -2], "UINT8": [0, 255], "INT8": [-128, 127], "UINT16": [0, 65535], "INT16": [-32768, 5], "INT32": [-(2**31), 7],
          "INT64": [-(2**63), 2**62], "BOOL": [True, False], "FLOAT16": [1.5, -0.0], "DOUBLE": [0.1, 1e300], "UINT32": [0, 2**32 - 1],
          "UINT64": [2**64 - 1, 1], "COMPLEX64": [1 + 2j, 3], "COMPLEX128": [1j, -2], "BFLOAT16": [1.5, -3]}  # fmt: skip
NEWEST = {"FLOAT8E4M3FN": [1.5, -448], "FLOAT8E4M3FNUZ": [1, -2], "FLOAT8E5M2": [1.5, 57344], "FLOAT8E5M2FNUZ": [1, -2],
          "UINT4": [1, 2, 15], "INT4": [-8, 7, 1], "FLOAT4E2M1": [0.5, 6, -1], "FLOAT8E8M0": [1, 4]}  # fmt: skip


def listed(types):
    return [helper.make_tensor(f"listed_{name}", getattr(TensorProto, name), [len(values)], values) for name, values in types.items()]


def raw(types):
    """The same values as bytes. numpy has no bfloat16, and onnx 1.12 reads no complex numbers."""
    made = []
    for name, values in types.items():
        if name.startswith("COMPLEX"):
            made.append(tensor(f"raw_{name}", np.array(values, f"<c{int(name[7:]) // 8}")))
        elif name == "BFLOAT16":
            bits = np.array(values, "<f4").view("<u4") >> 16
            made.append(helper.make_tensor(f"raw_{name}", TensorProto.BFLOAT16, [len(values)], bits.astype("<u2").tobytes(), raw=True))
        else:
            array = numpy_helper.to_array(helper.make_tensor("", getattr(TensorProto, name), [len(values)], values))
            made.append(tensor(f"raw_{name}", array))
    return made


def values():
    """One of everything that a model may hold."""
    branches = [helper.make_graph([helper.make_node("Constant", [], [f"{name}_out"], value=tensor("", np.full(2, number, "<f4")))], name, [],
                                  [helper.make_tensor_value_info(f"{name}_out", FLOAT, [2])], [tensor("inner", np.array([number], "<i8"))])
                for name, number in (("yes", 1), ("no", 2))]  # fmt: skip
    sparse = helper.make_sparse_tensor(tensor("sparse", np.array([2.5, 3.5], "<f4")), tensor("", np.array([1, 4], "<i8")), [6])
    coordinates = helper.make_sparse_tensor(tensor("", np.array([1], "<f4")), tensor("", np.array([[1, 2]], "<i8")), [2, 3])
    nodes = [
        helper.make_node("Constant", [], ["flag"], value=tensor("", np.array(True))),
        helper.make_node("Constant", [], ["sparse_constant"], sparse_value=coordinates),
        helper.make_node("If", ["flag"], ["chosen"], name="if", then_branch=branches[0], else_branch=branches[1]),
        helper.make_node("ConstantOfShape", ["listed_INT64"], ["filled"], value=tensor("", np.array([3], "<i4"))),
        helper.make_node("Twice", ["chosen"], ["y"], domain="own", alpha=1.5, beta=-3, mode="linear", ratios=[0.5, 2.0], pads=[1, -1],
                         letters=["a", "b"], nothing="", parts=[tensor("", np.array([1], "i1"))]),
    ]  # fmt: skip
    twice = helper.make_function("own", "Twice", ["a"], ["b"],
                                 [helper.make_node("Constant", [], ["two"], value=tensor("", np.array(2, "<f4"))),
                                  helper.make_node("Mul", ["a", "two"], ["b"])], [helper.make_opsetid("", 15)])  # fmt: skip
    texts = helper.make_tensor("texts", TensorProto.STRING, [2, 2], [b"flour", b"", "Größe".encode(), b"\xff"])
    scalar = helper.make_tensor("scalar", FLOAT, [], [2.5])
    empty = helper.make_tensor("empty", FLOAT, [0, 3], b"", raw=True)
    graph = helper.make_graph(nodes, "values", [helper.make_tensor_value_info("x", FLOAT, [2, None])],
                              [helper.make_tensor_value_info("y", FLOAT, [2]), helper.make_tensor_sequence_value_info("s", FLOAT, [1])],
                              listed(LISTED) + raw(LISTED) + [texts, scalar, empty], doc_string="One of everything.",
                              sparse_initializer=[sparse])  # fmt: skip
    model = model_of(graph, functions=[twice], producer_version="1", domain="org.example", model_version=3, doc_string="A model.")
    model.opset_import.append(helper.make_opsetid("own", 1))
    helper.set_model_props(model, {"author": "larder", "größe": "1 kg"})
    return model


def external():
    weight = np.arange(200, dtype="<f4").reshape(10, 20)
    model = model_of(helper.make_graph([helper.make_node("Add", ["weight", "half"], ["y"])], "external", [],
                                       [helper.make_tensor_value_info("y", FLOAT, [10, 20])],
                                       [tensor("weight", weight), tensor("half", np.full((10, 20), 0.5, "<f4")), tensor("small", np.arange(3))]))
    onnx.save_model(model, str(FOLDER / "external.onnx"), save_as_external_data=True, location="external.onnx.data", size_threshold=100)


if sys.argv[1:] == ["--newest"]:
    graph = helper.make_graph([], "types", [], [], listed(NEWEST) + raw(NEWEST))
    (FOLDER / "types_1.23.onnx").write_bytes(ending_in_graph(model_of(graph)))
else:
    onnx.save(linear(), str(FOLDER / "linear.onnx"))
    (FOLDER / "values.onnx").write_bytes(ending_in_graph(values()))
    external()
