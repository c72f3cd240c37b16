#!/usr/bin/python3
"""Arrays are not copied, and other threads run while bytes move."""

import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import numpy

import larder

MEGABYTES = 96
# Prints by how many MiB the peak of resident memory grew.
MEMORY = f"""
import larder, numpy, resource, sys
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
array = numpy.ones({MEGABYTES} << 17)
value = {{"a": array, "list": [array[::2], array.reshape(2, -1).T]}} if sys.argv[2] == "all" else array
larder.dump(1, sys.argv[1] + ".warm")
before = peak()
larder.dump(value, sys.argv[1])
dumped = peak()
del value, array
larder.load(sys.argv[1], mmap_mode="r")
mapped = peak()
print(dumped - before, mapped - dumped)
"""
LOADS = """
import larder, sys
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
larder.load(sys.argv[1] + ".warm")
before = peak()
array = larder.load(sys.argv[1])
print(peak() - before)
"""


class Resources(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "value")

    def tearDown(self):
        self.folder.cleanup()

    def run_python(self, program, *arguments):
        command = [sys.executable, "-B", "-c", program, self.path, *arguments]
        return [int(word) for word in subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split()]

    def test_memory(self):
        self.assertLess(max(self.run_python(MEMORY, "one")), 40)
        (loaded,) = self.run_python(LOADS)
        self.assertLess(loaded, MEGABYTES + 40)
        self.assertLess(max(self.run_python(MEMORY, "all")), 40)

    def test_other_threads_run(self):
        content = numpy.random.default_rng(0).integers(0, 50, 3_000_000, dtype=numpy.uint8)

        def turns_during(work):
            turns, thread = 0, threading.Thread(target=work)
            thread.start()
            while thread.is_alive():
                time.sleep(0.001)
                turns += 1
            return turns

        self.assertGreater(turns_during(lambda: larder.dump(content, self.path, compress="bz2", threads=1)), 5)
        self.assertGreater(turns_during(lambda: larder.load(self.path, threads=1)), 5)

    def test_many_threads_at_once(self):
        failures = []

        def work(number):
            path = f"{self.path}{number}"
            value = [numpy.arange(number + 10), {"n": number}] * 20
            for _ in range(20):
                larder.dump(value, path, compress=number % 3)
                loaded = larder.load(path)
                if loaded[1] != value[1] or not numpy.array_equal(loaded[0], value[0]):
                    failures.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
