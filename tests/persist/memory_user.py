"""memory_user.py describe|call LOCATION OPTIONS CALLS OUT: a program with a package `science`, found on PYTHONPATH, whose
functions it caches with joblib.Memory. A process of its own, for joblib remembers in memory what it has seen.

CALLS are JSON: [[function, arguments], ...]. OUT is a pickle of a list, one entry for each call:
  describe  the call, as joblib identifies it: module, name, hash of the arguments, their repr, the function's source, its first
            line, and the value that it returns, computed without any cache
  call      whether the cached function finds the call in its cache, and then type and value of what it returns
OPTIONS are JSON: mmap_mode, compress of Memory, and expires (days).
Any warning is an error.
"""
import importlib
import json
import pickle
import sys
import warnings

import joblib
from joblib.func_inspect import filter_args, get_func_code, get_func_name


def describe(function, arguments):
    module, name = get_func_name(function)
    chosen = filter_args(function, [], arguments)
    source, _, first_line = get_func_code(function)
    return {"module": ".".join(module), "name": name, "hash": joblib.hash(chosen), "source": source, "first_line": first_line,
            "input_args": {name: repr(value) for name, value in chosen.items()}, "value": function(*arguments)}


def cached(location, options, function):
    memory = joblib.Memory(location, verbose=0, mmap_mode=options.get("mmap_mode"), compress=options.get("compress", False))
    if "expires" in options:
        return memory.cache(function, cache_validation_callback=joblib.expires_after(days=options["expires"]))
    return memory.cache(function)


def main(command, location, options, calls, out):
    warnings.simplefilter("error")
    results = []
    for path, arguments in json.loads(calls):
        module, name = path.rsplit(".", 1)
        function = getattr(importlib.import_module(module), name)
        if command == "describe":
            results.append(describe(function, arguments))
        else:
            memorized = cached(location, json.loads(options), function)
            is_cached = memorized.check_call_in_cache(*arguments)
            value = memorized(*arguments)
            results.append((is_cached, type(value).__name__, value))
    with open(out, "wb") as file:
        pickle.dump(results, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
