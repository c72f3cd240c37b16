#!/usr/bin/python3
"""Has joblib load what larder wrote, and compares it with what joblib or numpy loads from the originals.

    compare.py DIRECTORY ORIGINALS     every DIRECTORY/cells*.joblib* and DIRECTORY/forest*.joblib*

joblib has no zstd and finds lz4 only with python3-lz4: those files are passed over, and named.
"""

import pathlib
import sys

import joblib
import numpy
from sklearn.datasets import load_iris


def load(path):
    """What joblib makes of the file; None where it lacks the codec."""
    if path.suffix == ".zst":
        return None
    try:
        return joblib.load(path)
    except ValueError as error:
        if "lz4" in str(error).lower():
            return None
        raise


def main(directory, originals):
    cells = numpy.load(originals / "cells.npy")
    forest = joblib.load(originals / "forest.joblib")
    flowers = load_iris().data
    answers = forest.predict_proba(flowers)
    same = []
    passed_over = []
    for path in sorted([*directory.glob("cells*.joblib*"), *directory.glob("forest*.joblib*")]):
        loaded = load(path)
        if loaded is None:
            passed_over.append(path.name)
        elif path.name.startswith("cells"):
            numpy.testing.assert_array_equal(loaded, cells, err_msg=path.name)
            same.append(path.name)
        else:
            numpy.testing.assert_array_equal(loaded.predict_proba(flowers), answers, err_msg=path.name)
            same.append(path.name)
    assert same, f"nothing in {directory}"
    print(f"joblib {joblib.__version__} loaded {len(same)} files: the arrays are equal, the models answer alike on {len(flowers)} irises.")
    if passed_over:
        print(f"This joblib has not the codec of: {', '.join(passed_over)}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
