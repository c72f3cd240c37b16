#!/usr/bin/python3
"""Makes the files beside this script with Debian 12's joblib 1.2, numpy 1.24 and pickle; run it in this directory."""
import json
import pathlib
import pickle

import joblib
import numpy as np

joblib.dump({"a": [1, 2.5, None, -3, 2**70, "é"], "t": (True, b"xy", {1}, 1j), "x": np.arange(5.0)}, "protocol4.joblib", protocol=4)
joblib.dump([np.arange(6, dtype=">i2").reshape(2, 3, order="F"), {"k": bytearray(b"z")}], "protocol2.joblib", protocol=2)
joblib.dump({"shape": (3,), "dtype": "C", "x": np.arange(3.0)}, "shared_names.joblib", protocol=4)
np.save("numbers.npy", np.arange(6, dtype="<i4").reshape(2, 3))
np.save("structure.npy", np.array([(1, 2.5, b"ab")], dtype=[("a", "<i4"), ("b", "<f8"), ("s", "S2")]))
np.save("objects.npy", np.array(["a", None, [1]], dtype=object))
for protocol in (0, 1, 5):
    value = {"a": [1, 2.5, None, True, 2**40, "€"], "b": (1, 2, 3, 4), "c": [bytearray(b"z"), frozenset([7])]}
    with open(f"plain{protocol}.pkl", "wb") as file:
        pickle.dump(value, file, protocol)

with open("json/values.json", "w") as file:
    json.dump({"a": [1, -2.5, True, None, "\u00e9\u20ac"], "b": {}, "c": [[], {"d": 1e300}]}, file, indent=1)
pathlib.Path("bytes/any.bytes").write_bytes(bytes(range(256)))
