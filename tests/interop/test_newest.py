"""The newest joblib, numpy, scikit-learn, pandas and scipy against larder, in both directions, by value.

Bytes are compared with Debian's versions (tests/persist): what numpy pickles of a dtype changes from version to version.
"""
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "persist"))

import python_objects  # noqa: E402

# numpy 2 stores the flags of aligned structures as another number than numpy 1, which larder writes like: numpy 2 takes such a
# structure for one that is not aligned, with the same fields at the same places.
python_objects.STRUCTURES[:] = [dtype for dtype in python_objects.STRUCTURES if not dtype.isalignedstruct]

import joblib  # noqa: E402
import numpy  # noqa: E402
import pandas  # noqa: E402
import scipy  # noqa: E402
import sklearn  # noqa: E402
import test_zoo  # noqa: E402
from probing import same  # noqa: E402
from python_objects import arrays, joined, plain, random_object  # noqa: E402
from test_joblib import Codecs, Files, Json, Mapping, dumped, native  # noqa: E402, F401
from test_numpy import *  # noqa: E402, F403
from test_zoo import Estimators, Numpy, OwnClasses, Pandas, Scipy, StandardLibrary  # noqa: E402, F401

SEED = 20260101
test_zoo.Visit.identical = False
test_zoo.CHANGED_BY_JOBLIB.add("matrix")  # with numpy 2, joblib.load makes it an ndarray


class Values(Files):
    def check(self, values):
        for protocol in range(2, 6):
            files = self.converted([dumped(value, protocol) for value in values], protocol=7 - protocol)
            for number, (value, file) in enumerate(zip(values, files)):
                self.assertTrue(same(self.loaded(file), native(value)), (protocol, number))

    def test_plain_objects(self):
        self.check(list(plain().values()))

    def test_objects_with_arrays(self):
        self.check(list(joined().values()))

    def test_arrays_of_every_dtype_shape_and_layout(self):
        self.check([list(arrays().values())])

    def test_random_graphs(self):
        self.check([random_object(random.Random(SEED + number), 60, with_arrays=True) for number in range(50)])


if __name__ == "__main__":
    print({library.__name__: library.__version__ for library in (joblib, numpy, pandas, scipy, sklearn)}, "seed", SEED)
    unittest.main(warnings="ignore")
