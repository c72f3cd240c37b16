#!/usr/bin/python3
"""Ctrl-C ends long work with KeyboardInterrupt, and what was at the target stays."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

import larder

DUMPS = """
import larder, numpy, sys
array = numpy.arange(25_000_000)
try:
    print("started", flush=True)
    larder.dump(array, sys.argv[1], compress=("bz2", 9), threads=1)
except KeyboardInterrupt:
    print("interrupted")
"""
WAITS = """
import larder, sys
try:
    print("started", flush=True)
    larder.load(sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""


class Interrupted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "value")

    def tearDown(self):
        self.folder.cleanup()

    def interrupt(self, program):
        with subprocess.Popen([sys.executable, "-B", "-c", program, self.path], stdout=subprocess.PIPE, text=True) as child:
            self.assertEqual(child.stdout.readline(), "started\n")
            try:
                child.wait(0.3)  # so that the work has begun; it takes much longer
            except subprocess.TimeoutExpired:
                pass
            child.send_signal(signal.SIGINT)
            self.assertEqual(child.stdout.read(), "interrupted\n")
            self.assertEqual(child.wait(), 0)

    def test_a_dump(self):
        larder.dump("old", self.path)
        self.interrupt(DUMPS)
        self.assertEqual(larder.load(self.path), "old")
        self.assertEqual(os.listdir(self.folder.name), ["value"])

    def test_a_load_that_waits(self):
        os.mkfifo(self.path)
        self.interrupt(WAITS)


if __name__ == "__main__":
    unittest.main()
