#!/usr/bin/python3
"""Makes ../data/safetensors and ../data/safetensors-index with safetensors 0.8.0 and numpy 2.4 (PyPI)."""
import ctypes
import json
import pathlib

import numpy as np
import safetensors
import safetensors.numpy

DATA = pathlib.Path(__file__).parent.parent / "data"
NUMPY = ["bool", "uint8", "int8", "int16", "uint16", "float16", "int32", "uint32", "float32", "complex64", "float64", "int64", "uint64"]
OTHERS = {"bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e8m0fnu": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1,
          "float4_e2m1fn_x2": 1}  # fmt: skip

# Every type, in an order that is not that of the file.
buffer = ctypes.create_string_buffer(bytes(range(64)))
tensors = {
    name: safetensors.TensorSpec(dtype=name, shape=[2, 3], data_ptr=ctypes.addressof(buffer), data_len=6 * size)
    for name, size in [(name, np.dtype(name).itemsize) for name in NUMPY] + list(OTHERS.items())
}
(DATA / "safetensors" / "types.safetensors").write_bytes(safetensors.serialize(tensors))

model = {
    "layers.0.weight": np.arange(12, dtype="f4").reshape(3, 4),
    "layers.0.bias": np.array([0.5, -1.5], "f4"),
    "empty": np.zeros((0, 3), "i2"),
    "scalar": np.array(7),
    'Größe "quoted"\n\\': np.array([True, False]),
}
safetensors.numpy.save_file(model, DATA / "safetensors" / "model.safetensors", metadata={"format": "pt"})
safetensors.numpy.save_file({}, DATA / "safetensors" / "empty.safetensors")

# Elements of 6 bits, which no writer has, and a header that is not aligned.
header = json.dumps({"a": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [0, 3]},
                     "b": {"dtype": "F32", "shape": [1], "data_offsets": [3, 7]}}).encode()  # fmt: skip
content = len(header).to_bytes(8, "little") + header + bytes(range(7))
assert [name for name, _ in sorted(safetensors.deserialize(content))] == ["a", "b"]
(DATA / "safetensors" / "unaligned.safetensors").write_bytes(content)

# As transformers shards a model.
folder = DATA / "safetensors-index"
shards = [{"layers.0.weight": model["layers.0.weight"]}, {"scalar": model["scalar"], "layers.0.bias": model["layers.0.bias"]}]
places = {}
for number, shard in enumerate(shards, 1):
    name = f"model-{number:05}-of-{len(shards):05}.safetensors"
    safetensors.numpy.save_file(shard, folder / name, metadata={"format": "pt"})
    places |= dict.fromkeys(shard, name)
total = sum(tensor.nbytes for shard in shards for tensor in shard.values())
index = {"metadata": {"total_size": total}, "weight_map": places}
(folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
