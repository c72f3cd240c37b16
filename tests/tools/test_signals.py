"""The command and the world around it: Ctrl-C, closed pipes, full disks, progress on a terminal."""

import os
import pty
import select
import signal
import subprocess
import time

import joblib
import numpy

from command import CommandTest, main


class Signals(CommandTest):
    def start(self, *arguments, **options):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([self.larder, *arguments], **pipes, **options)
        self.addCleanup(self.clear_away, process)
        return process

    def clear_away(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in [process.stdin, process.stdout, process.stderr]:
            pipe.close()

    def wait_for_unfinished_file(self, process, *expected):
        """Waits until a temporary file has appeared beside the expected names."""
        deadline = time.monotonic() + 60
        while set(os.listdir(".")) == set(expected):
            self.assertIsNone(process.poll(), "the command has ended")
            self.assertLess(time.monotonic(), deadline, "no file is being written")
            time.sleep(0.01)

    def interrupt_conversion(self, number):
        """Interrupts a conversion of standard input after its first object, while it waits for the next."""
        self.write("out.joblib", b"old content")
        process = self.start("convert", "-", "out.joblib")
        joblib.dump(numpy.arange(1000), "first.joblib")
        process.stdin.write(self.read("first.joblib") + b"\x80")
        process.stdin.flush()
        self.wait_for_unfinished_file(process, "out.joblib", "first.joblib")
        process.send_signal(number)
        _, messages = process.communicate(timeout=60)
        return process.returncode, messages

    def test_interrupt_leaves_no_file_behind(self):
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
            with self.subTest(number):
                self.assertEqual(self.interrupt_conversion(number), (-number, b""))
                self.assertEqual(set(os.listdir(".")), {"out.joblib", "first.joblib"})
                self.assertEqual(self.read("out.joblib"), b"old content")

    def test_closed_pipe_ends_quietly(self):
        numpy.save("a.npy", numpy.arange(1_000_000))
        process = self.start("convert", "a.npy", "-")
        process.stdout.close()
        messages = process.stderr.read()
        self.assertEqual((process.wait(timeout=60), messages), (-signal.SIGPIPE, b""))

    def test_closed_pipe_is_an_error_where_the_signal_is_ignored(self):
        numpy.save("a.npy", numpy.arange(1_000_000))
        process = self.start("convert", "a.npy", "-", restore_signals=False)
        process.stdout.close()
        messages = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=60), 4)
        self.assertRegex(messages, r"\Alarder: [^\n]*Broken pipe[^\n]*\n\Z")

    def test_full_disk(self):
        numpy.save("a.npy", numpy.arange(10))
        for arguments in [["ls", "a.npy"], ["get", "a.npy", ""], ["codecs"], ["convert", "a.npy", "-"]]:
            with open("/dev/full", "wb") as full:
                done = subprocess.run([self.larder, *arguments], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 4, arguments)
            self.assertRegex(done.stderr.decode(), r"\Alarder: [^\n]*No space left on device[^\n]*\n\Z")


class Terminal(CommandTest):
    def test_gets_no_binary_data(self):
        numpy.save("a.npy", numpy.arange(10))
        for arguments in [["convert", "a.npy", "-"], ["get", "a.npy", "", "-o", "-"]]:
            ours, theirs = pty.openpty()
            done = subprocess.run([self.larder, *arguments], stdout=theirs, stderr=subprocess.PIPE)
            os.close(theirs)
            os.close(ours)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"larder: <stdout>: binary data is not written to a terminal", done.stderr)


class ProgressBar(CommandTest):
    def errors_on_terminal(self, *arguments):
        """Converts slowly arriving input with standard error on a terminal and returns what appeared there."""
        joblib.dump(numpy.zeros(200_000), "a.joblib")
        data = self.read("a.joblib")
        ours, theirs = pty.openpty()
        process = subprocess.Popen([self.larder, "convert", *arguments, "-", "b.joblib"], stdin=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        for start in range(0, len(data), 200_000):
            process.stdin.write(data[start : start + 200_000])
            process.stdin.flush()
            time.sleep(0.15)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        shown = b""
        while select.select([ours], [], [], 0)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # how Linux tells that nobody has the other end
                break
        os.close(ours)
        return shown.decode()

    def test_appears_and_is_cleared(self):
        shown = self.errors_on_terminal()
        self.assertIn("reading <stdin>", shown)
        self.assertIn("/s", shown)
        self.assertTrue(shown.endswith("\r"), shown)

    def test_can_be_silenced(self):
        self.assertEqual(self.errors_on_terminal("-q"), "")


if __name__ == "__main__":
    main()
