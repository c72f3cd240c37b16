"""torch.save and torch.load against larder: whole and nested values, views, modules, in both directions."""
import collections
import pathlib
import pickle
import random
import sys
import unittest
import warnings

try:
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-torch")
    sys.exit(77)

import numpy as np

from probing import ask, convert, folder_for

DATA = pathlib.Path(__file__).resolve().parent.parent / "formats" / "data"
IS_NEW = not torch.__version__.startswith("1.")
DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.uint8, torch.int8, torch.int16, torch.int32,
          torch.int64, torch.bool, torch.complex64, torch.complex128]
if IS_NEW:
    DTYPES += [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz,
               torch.float8_e5m2fnuz]
warnings.simplefilter("ignore")  # storages are deprecated, sparse CSR is beta


def load(path):
    return torch.load(path, weights_only=False)


def content_of(tensor):
    """The elements, bit for bit."""
    plain = tensor.detach().clone(memory_format=torch.contiguous_format)
    return plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""


class Description:
    """A flat description that is equal for equal values: dtypes, strides, elements, and what shares a storage."""

    def __init__(self):
        self.storages = {}

    def tensor(self, value):
        if value.is_quantized:
            scheme = value.qscheme()
            scale = (value.q_scale(), value.q_zero_point()) if scheme == torch.per_tensor_affine else (
                value.q_per_channel_scales().tolist(), value.q_per_channel_zero_points().tolist())
            return ("quantized", scheme, scale, self.tensor(value.int_repr()), value.stride())
        if value.layout == torch.sparse_coo:
            return ("coo", value.size(), self.tensor(value._indices()), self.tensor(value._values()))
        if value.layout == torch.sparse_csr:
            return ("csr", value.size(), self.tensor(value.crow_indices()), self.tensor(value.col_indices()),
                    self.tensor(value.values()))
        if value.layout != torch.strided:
            return ("sparse", value.layout, self.tensor(value.to_dense()))
        shared = self.storages.setdefault(value.storage().data_ptr(), len(self.storages)) if value.numel() else None
        return (type(value).__name__, value.dtype, tuple(value.shape), value.stride() if value.numel() else None,
                value.storage_offset() if value.numel() else None, value.requires_grad, shared, content_of(value))

    def of(self, value):
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, np.ndarray):
            return ("numpy", value.dtype.str, value.shape, value.tobytes())
        if isinstance(value, torch.nn.Module):
            return (type(value).__name__, self.of(value.__dict__))
        if isinstance(value, dict):
            attributes = self.of(value.__dict__) if hasattr(value, "__dict__") else None
            return (type(value).__name__, [(self.of(key), self.of(part)) for key, part in value.items()], attributes)
        if isinstance(value, (list, tuple, set)):
            return (type(value).__name__, [self.of(part) for part in value])
        return (type(value).__name__, repr(value))


def described(value):
    return Description().of(value)


class Random:
    """Values of a seed."""

    def __init__(self, seed, dtypes=None):
        self.random = random.Random(seed)
        self.dtypes = dtypes or DTYPES
        self.tensors = []

    def tensor(self):
        chosen = self.random
        if self.tensors and chosen.random() < 0.4:
            return self.view(chosen.choice(self.tensors))
        dtype = chosen.choice(self.dtypes)
        shape = [chosen.randrange(5) for _ in range(chosen.randrange(4))]
        made = torch.tensor([chosen.randrange(100) for _ in range(int(np.prod(shape)))]).to(dtype).reshape(shape)
        if dtype.is_floating_point and dtype.itemsize > 1 if IS_NEW else dtype.is_floating_point:
            made.requires_grad_(chosen.random() < 0.2)
        if made.requires_grad and chosen.random() < 0.5:
            made = torch.nn.Parameter(made.detach())
        self.tensors.append(made)
        return made

    def view(self, tensor):
        """Another tensor of the same storage."""
        tensor = tensor.detach()
        kind = self.random.randrange(5)
        if kind == 0 or tensor.dim() == 0:
            return tensor
        if kind == 1:
            return tensor.t() if tensor.dim() == 2 else tensor.transpose(0, -1)
        if kind == 2:
            return tensor[1:]
        if kind == 3:
            return tensor[..., ::2]
        return tensor.unsqueeze(0).expand(3, *tensor.shape)

    def value(self, depth=0):
        chosen = self.random.randrange(10 if depth < 3 else 6)
        count = self.random.randrange(4)
        if chosen < 5:
            return self.tensor()
        if chosen == 5:
            return self.random.choice([None, True, 7, 2.5, "text", torch.Size((2, 3)), torch.float16,
                                       torch.device("cpu"), np.arange(3)])
        if chosen == 6:
            return [self.value(depth + 1) for _ in range(count)]
        if chosen == 7:
            return tuple(self.value(depth + 1) for _ in range(count))
        kind = dict if chosen == 8 else collections.OrderedDict
        return kind((f"key{number}", self.value(depth + 1)) for number in range(count))


class Torch(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def same_after(self, values, save=torch.save):
        """What torch saved, larder wrote again and torch loaded is what torch loads from its own file."""
        paths = [(self.folder / f"{number}.pt", self.folder / f"{number}_again.pt") for number in range(len(values))]
        for value, (source, _) in zip(values, paths):
            save(value, source)
        for answer in ask(convert(source, target, file_format="torch") for source, target in paths):
            self.assertEqual(answer, ["ok"])
        for source, target in paths:
            self.assertEqual(described(load(target)), described(load(source)))
        # From then on the same bytes, but for the folder in it.
        again = [(target, self.folder / "other" / target.name) for _, target in paths]
        (self.folder / "other").mkdir(exist_ok=True)
        ask(convert(source, target, file_format="torch") for source, target in again)
        for source, target in again:
            self.assertEqual(source.read_bytes(), target.read_bytes())

    def test_random_values(self):
        self.same_after([Random(seed).value() for seed in range(200)])

    def test_random_values_from_legacy_files(self):
        def save(value, path):
            torch.save(value, path, _use_new_zipfile_serialization=False)
        # torch itself cannot load the others from such a file.
        self.same_after([Random(seed, DTYPES[:12]).value() for seed in range(1000, 1060)], save)

    def test_compressed_files(self):
        value = Random(5).value()
        torch.save({"v": value}, self.folder / "a.pt")
        for codec in ("zlib", "gzip", "bz2", "xz:0", "lz4"):
            answers = ask([convert(self.folder / "a.pt", self.folder / "b.pt", compress=codec, file_format="torch"),
                           convert(self.folder / "b.pt", self.folder / "c.pt", file_format="torch")])
            self.assertEqual(answers, [["ok"], ["ok"]], codec)
            self.assertEqual(described(load(self.folder / "c.pt")), described({"v": value}), codec)

    def test_modules_compute_the_same(self):
        torch.manual_seed(1)
        module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.ReLU()).eval()
        self.same_after([module, module.state_dict()])
        again = load(self.folder / "0_again.pt")
        picture = torch.rand(1, 1, 8, 8)
        self.assertTrue(torch.equal(again(picture), module(picture)))

    def test_optimizers(self):
        layer = torch.nn.Linear(3, 2)
        optimizer = torch.optim.Adam(layer.parameters())
        layer(torch.ones(3)).sum().backward()
        optimizer.step()
        self.same_after([{"model": layer.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}])

    def test_quantized_and_sparse_tensors(self):
        plain = torch.tensor([[0.0, 1.0, 2.0], [-1.0, 0.5, 4.0]])
        self.same_after([
            torch.quantize_per_tensor(plain, 0.5, 3, torch.quint8).t(),
            torch.quantize_per_channel(plain, torch.tensor([0.5, 0.25]), torch.tensor([0, 1]), 0, torch.qint8),
            torch.quantize_per_tensor(plain, 0.125, 0, torch.qint32)[1],
            plain.to_sparse(), plain.to_sparse_csr(),
        ])

    def test_storages_alone(self):
        self.same_after([{"storage": torch.arange(3.0).storage().untyped() if IS_NEW else torch.arange(3.0).storage()}])

    def test_weights_only(self):
        state = collections.OrderedDict((f"w{number}", Random(number).tensor().detach()) for number in range(40))
        torch.save(state, self.folder / "a.pt")
        np.save(self.folder / "b.npy", np.arange(6, dtype=np.int16).reshape(2, 3).T)
        self.assertEqual(ask([convert(self.folder / "a.pt", self.folder / "c.pt", file_format="torch"),
                              convert(self.folder / "b.npy", self.folder / "d.pt", file_format="torch")]),
                         [["ok"], ["ok"]])
        self.assertEqual(described(torch.load(self.folder / "c.pt", weights_only=True)), described(state))
        if IS_NEW:
            mapped = torch.load(self.folder / "c.pt", weights_only=True, mmap=True)
            self.assertEqual(described(mapped), described(state))
        made = torch.load(self.folder / "d.pt", weights_only=True)
        self.assertEqual(made.tolist(), [[0, 3], [1, 4], [2, 5]])
        self.assertEqual((made.dtype, made.stride()), (torch.int16, (1, 3)))

    def test_tensors_become_arrays(self):
        tensors = {}
        for seed in range(60):
            tensor = Random(seed).tensor().detach()
            if tensor.dtype in DTYPES[:3] + DTYPES[4:12]:
                tensors[f"t{seed}"] = tensor
        torch.save(tensors, self.folder / "a.pt")
        torch.save(tensors, self.folder / "b.pt", _use_new_zipfile_serialization=False)
        for name in ("a", "b"):
            self.assertEqual(ask([convert(self.folder / f"{name}.pt", self.folder / "a.pkl", file_format="pickle")]),
                             [["ok"]])
            found = pickle.loads((self.folder / "a.pkl").read_bytes())
            self.assertEqual(list(found), list(tensors))
            for key, tensor in tensors.items():
                wanted = tensor.numpy()
                self.assertEqual((found[key].dtype, found[key].shape), (wanted.dtype, wanted.shape))
                np.testing.assert_array_equal(found[key], wanted)

    def test_golden_files(self):
        for name in ("torch/values_1.13.pt", "torch-legacy/values_1.13.pt", "torch-legacy/values_2.15.pt",
                     "torch/values_2.15.pt", "torch/sparse_1.13.pt", "torch/quantized_1.13.pt",
                     "torch-tar/values_0.1.pt"):
            if ("2.15" in name and not IS_NEW) or ("sparse_1" in name and IS_NEW):
                continue  # holds an array of numpy 2; calls a function that torch has no more
            target = self.folder / "again.pt"
            self.assertEqual(ask([convert(DATA / name, target, file_format="torch")]), [["ok"]], name)
            wanted = load(DATA / name)
            found = load(target)
            if name.startswith("torch-tar"):
                self.assertTrue(all(torch.equal(found[key], wanted[key]) for key in wanted))
            else:
                self.assertEqual(described(found), described(wanted), name)

    def test_dtypes_that_torch_lacks(self):
        np.save(self.folder / "a.npy", np.array(["text"]))
        answer = ask([convert(self.folder / "a.npy", self.folder / "a.pt", file_format="torch")])[0]
        self.assertEqual(answer[:2], ["error", "unsupported"])

    def test_verdicts(self):
        torch.save({"w": torch.ones(2)}, self.folder / "a.pt")
        torch.save(torch.nn.Linear(1, 1), self.folder / "b.pt")
        verdicts = [answer[1] for answer in ask(["audit", str(self.folder / f"{name}.pt").encode().hex()] for name in "ab")]
        self.assertEqual(verdicts, ["data_only", "dangerous"])


if __name__ == "__main__":
    unittest.main()
