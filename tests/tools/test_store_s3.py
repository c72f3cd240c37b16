"""larder store on s3:// URLs: each subcommand on a server of this test's own, progress on a terminal, and what is refused.

test_store_s3.py LARDER SERVING: SERVING is tests/store/s3/serving.cpp."""

import json
import os
import subprocess
import sys
import time

from command import CommandTest, main

URL = "s3://bucket/models"
SERVING = os.path.abspath(sys.argv.pop(2))


class StoreOnS3(CommandTest):
    def setUp(self):
        super().setUp()
        self.server = subprocess.Popen([SERVING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.endpoint = self.server.stdout.readline().strip()
        self.saved = dict(os.environ)
        self.addCleanup(os.environ.update, self.saved)
        os.environ.update(
            AWS_ACCESS_KEY_ID="AKIDLARDER",
            AWS_SECRET_ACCESS_KEY="CANARY-9f2b7c-secret-key-that-nobody-may-print",
            AWS_ENDPOINT_URL_S3=self.endpoint,
            AWS_CONFIG_FILE="/nonexistent",
            AWS_SHARED_CREDENTIALS_FILE="/nonexistent",
            AWS_EC2_METADATA_DISABLED="true",
            AWS_REGION="us-east-1",
        )
        for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
            os.environ.pop(name, None)

    def stop(self):
        self.server.stdin.close()
        self.assertEqual(self.server.wait(), 0, "a secret went over the wire")
        self.server.stdout.close()

    def put(self, key, content, *options, **expected):
        return self.run_larder("store", "put", *options, URL, key, "-", data=content, **expected)

    def get(self, key, *options, **expected):
        return self.run_larder("store", "get", *options, URL, key, **expected)

    def keys(self, *options):
        return sorted(self.text("store", "ls", *options, URL).splitlines())

    def test_values(self):
        for content in [b"", b"x", os.urandom(300_000), os.urandom(20_000_000)]:
            self.assertEqual(self.put("a/b", content), b"")
            self.assertEqual(self.get("a/b"), content)
        self.assertEqual(self.get("a/b", "--range", "3-5"), content[3:6])
        self.assertEqual(self.get("a/b", "--verify"), content)
        self.get("none", status=1)

    def test_keys(self):
        for key in ("a", "b/c", "d e"):
            self.put(key, b"value")
        self.assertEqual(self.keys(), ["a", "b/c", "d e"])
        self.assertEqual(self.text("store", "ls", URL, "b").splitlines(), ["b/c"])
        self.assertRegex(self.text("store", "ls", "-l", URL), r"5 B +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +- +\? +a\n")
        self.run_larder("store", "mv", URL, "a", "z")
        self.run_larder("store", "rm", URL, "b/c")
        self.run_larder("store", "rm", URL, "b/c", status=1)
        self.assertEqual(self.keys(), ["d e", "z"])

    def test_conditions(self):
        self.put("k", b"one", "--if-absent")
        self.put("k", b"two", "--if-absent", status=1)
        etag = json.loads(self.text("store", "stat", "-j", URL, "k"))["etag"]
        self.put("k", b"two", "--if-match", etag)
        self.put("k", b"three", "--if-match", etag, status=1)
        self.assertEqual(self.get("k"), b"two")

    def test_reports(self):
        self.put("k", b"value", "--meta", "source=wine.csv")
        value = json.loads(self.text("store", "stat", "-j", URL, "k"))
        self.assertEqual((value["bytes"], value["metadata"]), (5, {"source": "wine.csv"}))
        store = json.loads(self.text("store", "stat", "-j", URL))
        self.assertEqual((store["keys"], store["bytes"], store["without_checksum"]), (1, 5, None))
        self.assertIn("present", self.text("store", "why", URL, "k"))
        self.run_larder("store", "why", URL, "none", status=1)
        self.assertEqual(self.text("store", "verify", URL), "1 value: 1 intact\n")

    def test_eviction_by_uses(self):
        accesses = ("-o", "accesses=true")
        for key in ("a", "b", "c"):
            self.put(key, b"value", *accesses)
        time.sleep(1.1)  # a server tells the times of its objects in whole seconds
        self.get("a", *accesses)
        self.run_larder("store", "touch", *accesses, URL, "b")
        evicted = json.loads(self.text("store", "evict", "-j", "--items", "2", *accesses, URL))
        self.assertEqual([item["item"] for item in evicted], ["c"])
        self.assertEqual(self.keys(), ["a", "b"])
        self.run_larder("store", "touch", URL, "a", status=3)
        self.fails(2, "store", "evict", URL)
        self.fails(2, "store", "limit", "--bytes", "1G", URL)

    def test_progress_on_a_terminal(self):
        self.write("big", os.urandom(64 << 20))
        for arguments in (["put", "-o", "threads=1", URL, "big", "big"], ["get", "-o", "threads=1", URL, "big", "copy"]):
            for quiet in ([], ["-q"]):
                ours, theirs = os.openpty()
                subprocess.run([self.larder, "store", arguments[0], *quiet, *arguments[1:]], stderr=theirs, check=True)
                os.close(theirs)
                seen = b""
                try:
                    while piece := os.read(ours, 4096):
                        seen += piece
                except OSError:  # all is read
                    pass
                os.close(ours)
                if quiet:
                    self.assertEqual(seen, b"")
                elif seen:  # fast machines need less than half a second, which shows nothing
                    self.assertRegex(seen.decode(), r"(reading|writing) .*: .* of 64.0 MiB \[")
        self.assertEqual(self.read("copy"), self.read("big"))

    def test_what_is_refused(self):
        self.assertIn("NoSuchBucket", self.fails(4, "store", "ls", "s3://other"))
        os.environ["AWS_SECRET_ACCESS_KEY"] = "CANARY-wrong"
        message = self.fails(4, "store", "ls", URL)
        self.assertIn("SignatureDoesNotMatch", message)
        self.assertNotIn("CANARY", message)
        self.fails(2, "store", "ls", "-o", "endpoint=http://s3.example.org", URL)
        self.fails(2, "store", "ls", "-o", "no_such=1", URL)
        os.environ.pop("AWS_SECRET_ACCESS_KEY")
        self.assertIn("AWS_SECRET_ACCESS_KEY", self.fails(2, "store", "ls", URL))


if __name__ == "__main__":
    main()
