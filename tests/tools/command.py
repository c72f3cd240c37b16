"""Running the larder command in tests: `python3 test_x.py /path/to/larder [unittest's arguments]`."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def larder_path():
    return os.path.abspath(sys.argv[1])


class CommandTest(unittest.TestCase):
    """Each test runs in an empty directory of its own."""

    def setUp(self):
        self.larder = larder_path()
        self.directory = tempfile.mkdtemp(prefix="larder-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.directory)

    def run_larder(self, *arguments, status=0, data=b""):
        """Runs `larder` with `data` as its input, expects the exit status, and returns its output as bytes."""
        done = subprocess.run([self.larder, *arguments], input=data, capture_output=True, timeout=120)
        self.messages = done.stderr.decode()
        self.assertEqual(done.returncode, status, self.messages)
        if status == 0:
            self.assertEqual(self.messages, "")
        return done.stdout

    def text(self, *arguments, **options):
        return self.run_larder(*arguments, **options).decode()

    def fails(self, status, *arguments, data=b""):
        """Expects the exit status and exactly one line on standard error, which is returned."""
        self.run_larder(*arguments, status=status, data=data)
        self.assertRegex(self.messages, r"\Alarder[^\n]*: [^\n]+\n\Z")
        return self.messages

    def write(self, name, content):
        with open(name, "wb") as file:
            file.write(content)
        return name

    def read(self, name):
        with open(name, "rb") as file:
            return file.read()


def main():
    """Runs the tests of the calling script, whose first argument is the command."""
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
