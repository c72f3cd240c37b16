#!/bin/sh
# run.sh FOLDER PROBE VICTIMS_PROBE MEMORY_PROBE [PACKAGE]: installs the newest joblib, numpy, scikit-learn, pandas, scipy, safetensors, onnx, and
# Keras with a backend, from PyPI into FOLDER and runs the tests with them; PACKAGE is the folder of the Python package, where that is built.
# Exit status 77: PyPI cannot be reached.
set -eu
python=$1/bin/python
[ -x "$python" ] || /usr/bin/python3 -m venv "$1"
if ! "$python" -m pip install --quiet --disable-pip-version-check --upgrade \
  numpy joblib lz4 scikit-learn pandas scipy safetensors onnx pytest pytest-asyncio keras jax h5py; then
  echo 'skipped: PyPI cannot be reached'
  exit 77
fi
here=$(dirname "$0")
"$python" -B "$here/test_newest.py" "$2"
"$python" -B "$here/test_safetensors.py" "$2"
"$python" -B "$here/test_live_keras.py" "$2"
"$python" -B "$here/../store/test_joblib_victims.py" "$3"
"$python" -B "$here/../persist/test_joblib_memory.py" "$4"
if [ $# -ge 5 ]; then
  PYTHONPATH=$5 "$python" -B "$here/../python/joblib_suite.py"
  for test in dump errors legacy trust; do  # one build for all versions of numpy
    PYTHONPATH=$5 "$python" -B -W ignore "$here/../python/test_$test.py"
  done
fi
"$python" -B "$here/../persist/test_onnx.py" "$2"
