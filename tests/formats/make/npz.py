#!/usr/bin/python3
"""Makes ../data/npz with Debian 12's numpy 1.24 and scipy 1.10."""
import pathlib

import numpy as np
import scipy.sparse

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "npz"
ARRAYS = {
    "kernel": np.arange(6, dtype="<f4").reshape(2, 3),
    "bias": np.array([0.5, -1.5]),
    "fortran": np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)),
    "empty": np.zeros((0, 3), "u1"),
    "scalar": np.array(7),
    "a/b": np.array(["Größe", "x"]),
    "Größe": np.array([True, False]),
    "records": np.array([(1, 2.5)], [("a", "<i4"), ("b", "<f8")]),
    "times": np.array(["2001-02-03"], "M8[D]"),
}

np.savez(FOLDER / "stored.npz", np.arange(3), **ARRAYS)
np.savez_compressed(FOLDER / "compressed.npz", np.arange(300) % 7, **ARRAYS)
np.savez(FOLDER / "objects.npz", objects=np.array([1, "two", None], object), plain=np.arange(3))
scipy.sparse.save_npz(FOLDER / "sparse.npz", scipy.sparse.csr_matrix([[0, 1.5], [2.5, 0]]))
