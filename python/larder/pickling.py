"""Any Python object to and from a stream of opcodes without the elements of its arrays: by Python's own pickler and unpickler, those
written in C. What lies between this stream and a file of joblib is the library's work (formats/pickle/joblib_merge.h, joblib_split.h)."""

import copyreg
import gc
import os
import pickle
import sys
import warnings

import numpy

try:
    from numpy._core.multiarray import _reconstruct
except ImportError:  # numpy 1
    from numpy.core.multiarray import _reconstruct

from . import _core
from .errors import UnsafeReferenceError

# The arrays that joblib keeps raw: exactly these types.
RAW_ARRAYS = (numpy.ndarray, numpy.matrix, numpy.memmap)

_WRAPPERS = {"NumpyArrayWrapper", "NDArrayWrapper", "ZNDArrayWrapper"}
_MODULES_OF_WRAPPERS = ("joblib.numpy_pickle", "joblib.numpy_pickle_compat")
_ALIGNMENT = 16
_MODES_OF_NUMPY = {"readonly": "r", "readwrite": "r+", "copyonwrite": "c"}


class NumpyArrayWrapper:
    """What the pickler finds where an array is; its memo says what that is in the file."""


class _Alignment:
    """What it finds for the alignment of the array's elements."""


def dump_opcodes(value, protocol):
    """(sink, arrays) of the value: its opcodes, and the arrays that they are without."""
    arrays = []
    alignment = _Alignment()

    def reduce_array(array):
        if array.dtype.hasobject or not array.dtype.itemsize:  # joblib cannot read arrays of no bytes
            return array.__reduce_ex__(protocol)
        flags = array.flags
        arrays.append(array)
        state = {
            "subclass": type(array),
            "shape": array.shape,
            "order": "F" if flags.f_contiguous and not flags.c_contiguous else "C",
            "dtype": array.dtype,
            "allow_mmap": True,
            "numpy_array_alignment_bytes": alignment,
        }
        return NumpyArrayWrapper, (), state

    sink = _core.PickleSink()
    pickler = pickle.Pickler(sink, protocol)
    pickler.dispatch_table = {**copyreg.dispatch_table, **dict.fromkeys(RAW_ARRAYS, reduce_array)}
    pickler.memo = {id(NumpyArrayWrapper): (0, NumpyArrayWrapper), id(alignment): (1, alignment)}
    pickler.dump(value)
    return sink, arrays


def _is_foreign(dtype):
    """Whether joblib would swap the bytes: of a structure only where all of its fields are foreign."""
    foreign = ">" if sys.byteorder == "little" else "<"
    if dtype.byteorder == foreign:
        return True
    return bool(dtype.byteorder == "|" and dtype.fields and all(field[0].byteorder == foreign for field in dtype.fields.values()))


def to_native(array):
    """The array in this machine's byte order."""
    return array.byteswap().view(array.dtype.newbyteorder("=")) if _is_foreign(array.dtype) else array


def of_subclass(array, subclass):
    """The array as the class it was of, where numpy can still make it: numpy 2 cannot."""
    if subclass in (numpy.ndarray, numpy.memmap) or not hasattr(array, "__array_prepare__"):
        return array
    empty = _reconstruct(subclass, (0,), "b")
    return empty.__array_prepare__(array)


class Unpickler(pickle.Unpickler):
    """Python's unpickler on the opcodes of a Source; `filename` and `mmap_mode` where arrays are mapped."""

    def __init__(self, source, filename="", mmap_mode=None, native=True, allow=None):
        self.opcodes = _core.PickleSource(source)
        super().__init__(self.opcodes)
        self.source, self.filename, self.mmap_mode, self.native, self.allow = source, filename, mmap_mode, native, allow
        self.is_legacy = False

        def set_state(wrapper, state):
            wrapper.array = self._read_array(state)

        self.wrapper = type("NumpyArrayWrapper", (), {"__setstate__": set_state, "__slots__": ("array",)})

    def find_class(self, module, name):
        if name in _WRAPPERS and module.endswith(_MODULES_OF_WRAPPERS):
            return self.wrapper
        if self.allow is not None:
            return self.allow(module, name, super().find_class)
        return super().find_class(module, name)

    def persistent_load(self, wrapper):
        if type(wrapper) is not self.wrapper:
            raise pickle.UnpicklingError("A load persistent id instruction was encountered, but no persistent_load function was specified.")
        return wrapper.array

    def _read_array(self, state):
        if not self.opcodes.at_wrapper:
            raise pickle.UnpicklingError("a NumpyArrayWrapper stands where no array can be")
        if "filename" in state:
            array = self._read_companion(state)
        elif state["dtype"].hasobject:
            array = Unpickler(self.source, allow=self.allow).load()
        elif self.mmap_mode is not None and state.get("allow_mmap"):
            array = self._map(state)
        else:
            array = self._read_elements(state)
        self.opcodes.array_was_read()
        return of_subclass(array, state.get("subclass", numpy.ndarray))

    def _read_elements(self, state):
        dtype, shape = state["dtype"], state["shape"]
        if state.get("numpy_array_alignment_bytes") is not None:
            self.source.skip_padding()
        array = numpy.empty(shape, dtype, order=state["order"])
        if array.nbytes:
            self.source.read_exactly((array.T if state["order"] == "F" else array).reshape(-1).view(numpy.uint8))
        return to_native(array) if self.native else array

    def _map(self, state):
        position = self.source.position
        is_aligned = state.get("numpy_array_alignment_bytes") is not None
        if is_aligned:
            self.source.skip_padding()
        mode = "r+" if self.mmap_mode == "w+" else self.mmap_mode
        if mode == "write":  # which would empty the file
            raise ValueError("mode must be one of ['r', 'c', 'r+', 'w+', 'readonly', 'copyonwrite', 'readwrite'] (got 'write')")
        array = numpy.memmap(self.filename, dtype=state["dtype"], shape=state["shape"], order=state["order"], mode=mode, offset=self.source.position)
        self.source.skip(array.nbytes)
        if not is_aligned and position % _ALIGNMENT:
            warnings.warn(
                f"The memmapped array {array} loaded from the file {self.filename} is not byte aligned. This may cause segmentation faults if "
                "this memmapped array is used in some libraries like BLAS or PyTorch. To get rid of this warning, regenerate your pickle file "
                "with joblib >= 1.2.0. See https://github.com/joblib/joblib/issues/563 for more details"
            )
        return array

    def _read_companion(self, state):
        """The array in a file beside this one, as joblib before 0.10 kept them."""
        self.is_legacy = True
        name = state["filename"]
        if os.path.basename(name) != name or name in ("", ".", ".."):
            raise UnsafeReferenceError(f"the file names the companion {name!r}, which is no plain name of a file beside it")
        path = os.path.join(os.path.dirname(self.filename), name)
        if "init_args" not in state:
            mmap_mode = self.mmap_mode if state.get("allow_mmap", True) else None
            return to_native(numpy.load(path, mmap_mode=mmap_mode, allow_pickle=self.allow is None))
        subclass, shape, kind = state["init_args"]
        array = _reconstruct(subclass, shape, kind)
        array.__setstate__((*state["state"], _core.Source(path, 0).read_all()))
        return array


def load_opcodes(unpickler):
    """What the unpickler reads. No garbage is looked for meanwhile: nothing that is being made is any."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return unpickler.load()
    except EOFError:
        unpickler.opcodes.rethrow()
        raise
    except UnicodeDecodeError as error:
        raise ValueError(
            "You may be trying to read with python 3 a joblib pickle generated with python 2. This feature is not supported by joblib."
        ) from error
    finally:
        if was_enabled:
            gc.enable()
