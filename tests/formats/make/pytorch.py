"""Writes the golden files of PyTorch: once with each version named in the files, of which Debian has 1.13.

    python3 tests/formats/make/pytorch.py        # those of the torch that is installed

Made with torch 1.13.0a0 (Debian 12, numpy 1.24.2) and torch 2.15.0 (PyPI, numpy 2.4.6), all on the CPU.
"""
import collections
import io
import pathlib
import pickle
import struct
import tarfile

import numpy
import torch

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
VERSION = ".".join(torch.__version__.split(".")[:2])
IS_NEW = not VERSION.startswith("1.")


def values():
    """Containers of tensors, as checkpoints have them."""
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    state = collections.OrderedDict(weight=base, transposed=base.t(), row=base[1], column=base[:, 2],
                                    bias=torch.tensor([0.5, -1.5], dtype=torch.float64))
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return {
        "epoch": 7,
        "model": state,
        "expanded": torch.tensor([3], dtype=torch.int64).expand(2, 5),
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 3, dtype=torch.int16),
        "parameter": torch.nn.Parameter(torch.ones(2, 2)),
        "requires_grad": torch.zeros(3, requires_grad=True),
        "kinds": [torch.tensor([1, -2, 3], dtype=dtype) for dtype in (
            torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128)],
        "small": (torch.tensor([1, 255], dtype=torch.uint8), torch.tensor([True, False])),
        "size": torch.Size((2, 3)),
        "dtype": torch.float32,
        "device": torch.device("cpu"),
        "numpy": numpy.arange(3, dtype=numpy.int32),
    }


def new_dtypes():
    """Types without a storage class of their own."""
    made = {}
    for name in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"):
        made[name] = torch.tensor([1.0, -0.5, 2.0]).to(getattr(torch, name))
    for name in ("uint16", "uint32", "uint64"):
        made[name] = torch.tensor([1, 2, 300]).to(getattr(torch, name))
    made["complex32"] = torch.tensor([1 + 2j], dtype=torch.complex64).to(torch.complex32)
    return made


def quantized():
    plain = torch.tensor([[0.0, 1.0, 2.0], [-1.0, 0.5, 4.0]])
    return {
        "tensor": torch.quantize_per_tensor(plain, 0.5, 3, torch.quint8),
        "channel": torch.quantize_per_channel(plain, torch.tensor([0.5, 0.25]), torch.tensor([0, 1]), 0, torch.qint8),
        "wide": torch.quantize_per_tensor(plain, 0.125, 0, torch.qint32),
    }


def sparse():
    dense = torch.tensor([[0.0, 2.0, 0.0], [3.0, 0.0, 4.0]])
    made = {"coo": dense.to_sparse(), "csr": dense.to_sparse_csr()}
    if IS_NEW:
        made["csc"] = dense.to_sparse_csc()
    return made


class Scripted(torch.nn.Module):
    """Attributes of the kinds that TorchScript tells apart."""
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)
        with torch.no_grad():
            self.layer.weight.copy_(torch.arange(6).reshape(2, 3))
            self.layer.bias.copy_(torch.tensor([1.0, -1.0]))
        self.sizes = [1, 2, 3]
        self.scale = 0.5

    def forward(self, x):
        return self.layer(x) * self.scale + torch.tensor([1.0, 2.0])


def write_tar(path):
    """What torch 0.1.x wrote: its torch.save is no more, its torch.load is still there to check it."""
    storage = torch.arange(6, dtype=torch.float32)
    half = struct.pack("<q", 6) + storage.numpy().tobytes()
    ids = torch.tensor([7, 8], dtype=torch.int64)
    storages = pickle.dumps(2, 2)
    storages += pickle.dumps((101, "cpu", torch.FloatStorage), 2) + half
    storages += pickle.dumps((102, "cpu", torch.LongStorage), 2) + struct.pack("<q", 2) + ids.numpy().tobytes()
    storages += pickle.dumps([(103, 101, 2, 4)], 2)  # a view: (key, root, offset, size)
    tensors = pickle.dumps(3, 2)
    for key, storage_key, cls, sizes, strides, offset in (
            (1, 101, "FloatTensor", (2, 3), (3, 1), 0), (2, 102, "LongTensor", (2,), (1,), 0),
            (3, 103, "FloatTensor", (2, 2), (1, 2), 0)):
        tensors += pickle.dumps((key, storage_key, getattr(torch, cls)), 2)
        tensors += struct.pack(f"<ii{len(sizes)}q{len(strides)}qq", len(sizes), 0, *sizes, *strides, offset)

    class Reference:
        def __init__(self, key):
            self.key = key

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return str(value.key) if isinstance(value, Reference) else None

    main = io.BytesIO()
    Pickler(main, 2).dump(collections.OrderedDict(weight=Reference(1), ids=Reference(2), view=Reference(3)))
    info = pickle.dumps({"protocol_version": 1000, "little_endian": True,
                         "type_sizes": {"short": 2, "int": 4, "long": 8}}, 2)
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as tar:
        for name, content in (("sys_info", info), ("pickle", main.getvalue()), ("tensors", tensors),
                              ("storages", storages)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    loaded = torch.load(path)
    assert torch.equal(loaded["weight"], storage.reshape(2, 3)) and torch.equal(loaded["ids"], ids)
    assert torch.equal(loaded["view"], torch.tensor([[2.0, 4.0], [3.0, 5.0]]))


def main():
    torch.save(values(), DATA / "torch" / f"values_{VERSION}.pt")
    torch.save(values(), DATA / "torch-legacy" / f"values_{VERSION}.pt", _use_new_zipfile_serialization=False)
    torch.save(sparse(), DATA / "torch" / f"sparse_{VERSION}.pt")
    torch.save(quantized(), DATA / "torch" / f"quantized_{VERSION}.pt")
    torch.jit.script(Scripted()).save(str(DATA / "torchscript" / f"module_{VERSION}.pt"))
    if IS_NEW:
        torch.save(new_dtypes(), DATA / "torch" / f"dtypes_{VERSION}.pt")
        return
    torch.manual_seed(1)
    torch.save(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()), DATA / "torch" / f"module_{VERSION}.pt")
    torch.save(torch.nn.Linear(2, 2), DATA / "torch-legacy" / f"module_{VERSION}.pt",
               _use_new_zipfile_serialization=False)
    write_tar(DATA / "torch-tar" / "values_0.1.pt")


if __name__ == "__main__":
    main()
