"""larder store: what each subcommand does to a directory, its output, JSON, exit status and messages."""

import json
import os
import re
import signal
import subprocess
import time

import joblib
import numpy

from command import CommandTest, main


class StoreTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.store = os.path.join(self.directory, "store")

    def put(self, key, content, *options, **expected):
        return self.run_larder("store", "put", *options, self.store, key, "-", data=content, **expected)

    def get(self, key, *options, **expected):
        return self.run_larder("store", "get", *options, self.store, key, **expected)

    def keys(self, *prefix):
        return sorted(self.text("store", "ls", self.store, *prefix).splitlines())

    def stat(self, *key):
        return json.loads(self.text("store", "stat", "-j", self.store, *key))

    def damage(self, key):
        with open(os.path.join(self.store, key), "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 1]))

    def unfinished(self):
        return os.listdir(os.path.join(self.store, ".larder", "tmp"))


class Values(StoreTest):
    def test_what_is_put_is_got_and_is_a_plain_file(self):
        for content in [b"", b"x", os.urandom(300_000)]:
            self.assertEqual(self.put("a/b/value", content), b"")
            self.assertEqual(self.get("a/b/value"), content)
            self.assertEqual(self.read(os.path.join(self.store, "a/b/value")), content)
        self.assertEqual(self.unfinished(), [])

    def test_files(self):
        self.write("in.bin", b"content")
        self.run_larder("store", "put", self.store, "key", "in.bin")
        self.run_larder("store", "get", self.store, "key", "out.bin")
        self.assertEqual(self.read("out.bin"), b"content")

    def test_a_range(self):
        self.put("key", bytes(range(100)))
        for text, expected in [("0-9", range(10)), ("90-", range(90, 100)), ("5-5", [5]), ("95-1000", range(95, 100)), ("100-", [])]:
            self.assertEqual(self.get("key", "--range", text), bytes(expected), text)
        self.fails(2, "store", "get", "--range", "101-", self.store, "key")

    def test_one_array(self):
        model = {"steps": [{"coef_": numpy.arange(1000.0)}, {"coef_": numpy.arange(30).reshape(5, 6)}]}
        joblib.dump(model, "model.joblib")
        self.run_larder("store", "put", self.store, "model.joblib", "model.joblib")
        get = ["store", "get", "--array", "steps[1].coef_", self.store, "model.joblib"]
        self.run_larder(*get, "coef.npy")
        self.assertTrue((numpy.load("coef.npy") == model["steps"][1]["coef_"]).all())
        self.assertEqual(self.run_larder(*get), self.read("coef.npy"))
        self.run_larder(*get, "coef.joblib.gz")
        self.assertTrue((joblib.load("coef.joblib.gz") == model["steps"][1]["coef_"]).all())
        get[3] = "steps[7].coef_"
        self.assertIn("arrays that are there: 'steps[0].coef_'", self.fails(1, *get, "none.npy"))
        self.assertFalse(os.path.exists("none.npy"))
        self.fails(2, "store", "get", "--array", "steps", "--range", "1-2", self.store, "model.joblib")
        get[5] = "other"
        self.assertEqual(self.fails(1, *get), "larder: other: there is no such key\n")

    def test_what_is_not_there_is_status_1(self):
        self.put("key", b"value")
        for command in ["get", "stat", "rm", "touch"]:
            self.assertEqual(self.fails(1, "store", command, self.store, "other"), "larder: other: there is no such key\n")
        self.fails(1, "store", "mv", self.store, "other", "key")
        self.fails(1, "store", "get", self.store, "other", "out.bin")
        self.assertFalse(os.path.exists("out.bin"))
        self.assertEqual(self.get("key"), b"value")

    def test_a_missing_file_changes_nothing(self):
        self.put("key", b"value")
        self.assertIn("missing.bin", self.fails(4, "store", "put", self.store, "key", "missing.bin"))
        self.assertEqual(self.get("key"), b"value")

    def test_move_remove_touch(self):
        self.put("a/from", b"value")
        self.put("to", b"old")
        self.run_larder("store", "mv", self.store, "a/from", "to")
        self.assertEqual((self.keys(), self.get("to")), (["to"], b"value"))
        self.run_larder("store", "touch", self.store, "to")
        self.put("other", b"value")
        self.run_larder("store", "rm", self.store, "to", "other")
        self.assertEqual(self.keys(), [])

    def test_the_others_are_removed_all_the_same(self):
        self.put("a", b"")
        self.put("b", b"")
        self.fails(1, "store", "rm", self.store, "a", "missing", "b")
        self.assertEqual(self.keys(), [])

    def test_metadata_and_cost(self):
        self.put("key", b"value", "--meta", "source=wine.csv", "--meta", "note=a=b ü", "--cost", "2.5")
        found = self.stat("key")
        self.assertEqual((found["metadata"], found["cost"]), ({"source": "wine.csv", "note": "a=b ü"}, 2.5))
        text = self.text("store", "stat", self.store, "key")
        for line in ["metadata  source=wine.csv", "metadata  note=a=b ü", "cost      2.50 s", "size      5 B (5 bytes)"]:
            self.assertIn(line + "\n", text)
        for setting in ["source", "Upper=x", "=x"]:
            self.fails(2, "store", "put", "--meta", setting, self.store, "key", "/dev/null")
        self.fails(2, "store", "put", "--meta", "a=1", "--meta", "a=2", self.store, "key", "/dev/null")
        self.assertEqual(self.get("key"), b"value")

    def test_keys_that_are_none(self):
        self.put("key", b"value")
        for key in ["", "/x", "a//b", "../x", "a/..", "a/./b", "a/", ".larder/store", "k" * 256, "a\nb"]:
            for arguments in [["put", self.store, key, "/dev/null"], ["get", self.store, key], ["stat", self.store, key],
                              ["rm", self.store, key], ["why", self.store, key], ["mv", self.store, "key", key]]:
                with self.subTest(arguments=arguments):
                    self.fails(2, "store", *arguments)
        self.assertEqual(self.keys(), ["key"])

    def test_a_key_below_a_key(self):
        self.put("a", b"value")
        self.assertIn("a", self.fails(4, "store", "put", self.store, "a/b", "/dev/null"))
        self.assertEqual(self.keys(), ["a"])


class Conditions(StoreTest):
    def test_if_absent(self):
        self.put("key", b"first", "--if-absent")
        self.put("key", b"second", "--if-absent", status=1)
        self.assertRegex(self.messages, r"\Alarder: key: [^\n]+\n\Z")
        self.assertEqual(self.get("key"), b"first")
        self.assertEqual(self.unfinished(), [])

    def test_if_match(self):
        self.put("key", b"first")
        first = self.stat("key")["etag"]
        self.put("key", b"second", "--if-match", first)
        self.put("key", b"third", "--if-match", first, status=1)
        self.assertEqual(self.get("key"), b"second")
        self.put("other", b"", "--if-match", first, status=1)
        self.assertEqual(self.keys(), ["key"])

    def test_one_of_many_wins(self):
        processes = [subprocess.Popen([self.larder, "store", "put", "--if-absent", self.store, "key", "-"],
                                      stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(8)]
        for number, process in enumerate(processes):
            process.stdin.write(str(number).encode())
            process.stdin.close()
        statuses = [process.wait(timeout=60) for process in processes]
        self.assertEqual(sorted(statuses), [0] + [1] * 7)
        self.assertEqual(self.get("key"), str(statuses.index(0)).encode())


class Ls(StoreTest):
    def test_keys(self):
        self.assertEqual(self.put("a/one", b"1"), b"")
        names = ["a/two words", "ab", "Grüße/100%", "deep/er/and/deeper"]
        for name in names:
            self.put(name, b"22")
        self.assertEqual(self.keys(), sorted(names + ["a/one"]))
        self.assertEqual(self.keys("a"), ["a/one", "a/two words", "ab"])
        self.assertEqual(self.keys("a/t"), ["a/two words"])
        self.assertEqual(self.keys("b"), [])
        self.assertEqual(sorted(json.loads(self.text("store", "ls", "-j", self.store, "a/"))), ["a/one", "a/two words"])
        self.assertEqual(self.text("store", "ls", "-j", self.store, "nothing"), "[]\n")

    def test_long(self):
        self.put("key", b"x" * 2000)
        heading, line = self.text("store", "ls", "-l", self.store).splitlines()
        self.assertEqual(heading.split(), ["SIZE", "PUT", "USED", "CHECKSUM", "KEY"])
        date = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        self.assertRegex(line, rf"\A   2\.0 KiB  {date}  ({date}|- {{18}})  [0-9a-f]{{16}}  key\Z")
        (entry,) = json.loads(self.text("store", "ls", "-lj", self.store))
        self.assertEqual(entry, self.stat("key"))
        self.assertEqual((entry["key"], entry["bytes"], entry["metadata"]), ("key", 2000, {}))
        self.assertRegex(entry["modified"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\Z")

    def test_more_than_a_page(self):
        self.put("one", b"")
        for number in range(2500):
            self.write(os.path.join(self.store, str(number)), b"")
        self.assertEqual(len(self.keys()), 2501)
        self.assertEqual(len(set(json.loads(self.text("store", "ls", "-j", self.store)))), 2501)

    def test_a_full_disk(self):
        self.put("key", b"value" * 100_000)
        for command in [["ls", self.store], ["get", self.store, "key"], ["stat", self.store]]:
            with open("/dev/full", "wb") as full:
                done = subprocess.run([self.larder, "store", *command], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 4, command)
            self.assertRegex(done.stderr.decode(), r"\Alarder: [^\n]*No space left on device[^\n]*\n\Z")


class Opening(StoreTest):
    def test_only_put_makes_a_store(self):
        for arguments in [["ls"], ["stat"], ["verify"], ["get", "key"], ["rm", "key"], ["why", "key"], ["touch", "key"], ["mv", "a", "b"]]:
            self.assertIn(self.store, self.fails(4, "store", arguments[0], self.store, *arguments[1:]))
        self.assertFalse(os.path.exists(self.store))

    def test_looking_leaves_nothing(self):
        os.mkdir(self.store)
        self.write(os.path.join(self.store, "file"), b"content")
        self.assertEqual(self.keys(), ["file"])
        self.text("store", "stat", self.store)
        self.text("store", "verify", self.store)
        self.text("store", "stat", self.store, "file")
        self.text("store", "why", self.store, "file")
        self.assertEqual(os.listdir(self.store), ["file"])

    def test_urls_and_settings(self):
        url = "file://" + self.store
        self.run_larder("store", "put", "-o", "sync=none", url, "key", "-", data=b"value")
        self.run_larder("store", "put", url + "?sync=data", "other", "-", data=b"value")
        self.assertEqual(self.text("store", "ls", url, "k"), "key\n")
        self.assertEqual(self.text("store", "ls", "memory:"), "")
        for options in [["-o", "sync=half"], ["-o", "nonsense=1"], ["-o", "sync"], ["-o", "sync=none", "-o", "sync=none"]]:
            self.fails(2, "store", "ls", *options, self.store)
        self.fails(2, "store", "ls", "-o", "sync=none", url + "?sync=none")
        line = self.fails(2, "store", "ls", "gopher://x")
        for scheme in ["file", "memory"]:
            self.assertIn(scheme, line)

    def test_read_only(self):
        self.put("key", b"value")
        self.assertEqual(self.get("key", "-o", "read_only=true"), b"value")
        self.fails(3, "store", "put", "-o", "read_only=true", self.store, "key", "/dev/null")
        self.fails(3, "store", "rm", "-o", "read_only=true", self.store, "key")
        self.assertEqual(self.get("key"), b"value")


class Reports(StoreTest):
    def test_stat_of_a_store(self):
        self.put("a/one", b"x" * 1000)
        self.put("a/two", b"x" * 500)
        self.put("b", b"x" * 2000)
        self.write(os.path.join(self.store, "foreign"), b"four")
        text = self.text("store", "stat", self.store)
        self.assertTrue(text.startswith(f"file://{self.store}\n"), text)
        self.assertRegex(text, r"(?m)^items +4 with 4 keys, 3\.4 KiB$")
        self.assertRegex(text, r"(?m)^checksums +3 of 4 keys$")
        self.assertRegex(text, r"(?m)^limits +none$")
        self.assertRegex(text, r"(?m)^largest +b 2\.0 KiB, a 1\.5 KiB, foreign 4 B$")
        found = self.stat()
        self.assertEqual([found[name] for name in ["keys", "items", "bytes", "without_checksum", "foreign", "set_aside"]], [4, 4, 3504, 1, 0, 0])
        self.assertEqual(found["bytes_by_prefix"], {"b": 2000, "a": 1500, "foreign": 4})
        self.assertTrue(found["checksums"])

    def test_verify(self):
        self.put("a/fine", b"value")
        self.put("b/fine", b"value")
        self.write(os.path.join(self.store, "foreign"), b"four")
        self.assertEqual(self.text("store", "verify", self.store), "3 values: 2 intact, 1 without checksum\n")
        self.damage("a/fine")
        damaged = self.run_larder("store", "verify", self.store, status=1).decode()
        self.assertEqual(damaged, "3 values: 1 intact, 1 without checksum, 1 damaged\n")
        self.assertRegex(self.messages, r"\Alarder: a/fine: damaged: the checksum is 0x[0-9a-f]{16}, 0x[0-9a-f]{16} was put\n\Z")
        self.assertEqual(self.text("store", "verify", self.store, "b/"), "1 value: 1 intact\n")
        found = json.loads(self.run_larder("store", "verify", "-j", self.store, status=1))
        self.assertEqual((found["values"], found["intact"], found["without_checksum"]), (3, 1, 1))
        ((key, state),) = [(value["key"], value["state"]) for value in found["bad"]]
        self.assertEqual((key, state), ("a/fine", "damaged"))

    def test_damage_is_set_aside(self):
        self.put("one", b"value")
        self.put("two", b"value")
        self.damage("one")
        self.damage("two")
        self.assertIn("one", self.fails(3, "store", "get", "--verify", self.store, "one", "out.bin"))
        self.assertFalse(os.path.exists("out.bin"))
        self.fails(1, "store", "get", self.store, "one")
        text = self.run_larder("store", "verify", "--set-aside", self.store, status=1).decode()
        self.assertEqual(text, "1 value: 0 intact, 1 damaged and set aside\n")
        self.assertEqual(self.text("store", "verify", self.store), "0 values: 0 intact\n")
        found = self.stat()
        self.assertEqual((found["keys"], found["set_aside"], found["set_aside_bytes"]), (0, 2, 10))
        self.assertRegex(self.text("store", "stat", self.store), r"(?m)^set aside +2 damaged values, 10 B$")

    def why(self, key, status):
        text = self.run_larder("store", "why", self.store, key, status=status).decode()
        state = json.loads(self.run_larder("store", "why", "-j", self.store, key, status=status))
        self.assertEqual(self.messages, "")
        return text, state

    def test_why(self):
        for key in ["there", "removed", "damaged", "moved"]:
            self.put(key, b"value")
        self.run_larder("store", "rm", self.store, "removed")
        self.run_larder("store", "mv", self.store, "moved", "elsewhere")
        self.damage("damaged")
        self.run_larder("store", "verify", "--set-aside", self.store, status=1)
        date = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        for key, status, state, pattern in [("there", 0, "present", rf"present, 5 B, put {date}"),
                                            ("removed", 1, "removed", rf"removed {date}.*"),
                                            ("moved", 1, "removed", rf"removed {date}.*elsewhere.*"),
                                            ("damaged", 1, "damaged", rf"damaged {date}: .*checksum.*"),
                                            ("never", 1, "never there", "never there")]:
            text, found = self.why(key, status)
            self.assertRegex(text, rf"\A{key}: {pattern}\n\Z")
            self.assertEqual((found["key"], found["state"], found["value"] is None), (key, state, status == 1))
            self.assertEqual(found["when"] is None, key in ["there", "never"])


    def test_damaged(self):
        self.assertEqual(self.put("one", b"value"), b"")
        self.assertEqual(self.text("store", "damaged", self.store), "")
        self.assertEqual(self.text("store", "damaged", "-j", self.store), "[]\n")
        self.damage("one")
        self.run_larder("store", "verify", "--set-aside", self.store, status=1)
        (found,) = json.loads(self.text("store", "damaged", "-j", self.store))
        self.assertEqual((found["key"], found["bytes"]), ("one", 5))
        line = self.text("store", "damaged", self.store)
        self.assertRegex(line, rf"\A{found['name']}: one, 5 B, \d{{4}}-[^\n]*checksum[^\n]*\n\Z")
        self.fails(4, "store", "damaged", "--discard", "d-0-0", self.store)
        self.run_larder("store", "damaged", "--discard", found["name"], self.store)
        self.assertEqual(self.text("store", "damaged", self.store), "")
        self.assertEqual(self.stat()["set_aside"], 0)


class Evict(StoreTest):
    def use(self, **ages):
        """Says when each key was last used, in days ago."""
        for key, days in ages.items():
            moment = time.time() - days * 86400
            os.utime(os.path.join(self.store, key), (moment, moment))

    def setUp(self):
        super().setUp()
        for key in ["old", "middle", "new"]:
            self.put(key, b"x" * 1000)
        self.use(old=3, middle=2, new=1)

    def evict(self, *options, **expected):
        return self.text("store", "evict", *options, self.store, **expected)

    def test_bytes(self):
        self.assertEqual(self.evict("--bytes", "3000"), "0 items evicted, 0 B\n")
        self.assertEqual(self.evict("--bytes", "2K"), "old: 1000 B, limit bytes\n1 item evicted, 1000 B\n")
        self.assertEqual(self.keys(), ["middle", "new"])

    def test_items_and_age(self):
        found = json.loads(self.evict("-j", "--items", "2", "--age", "36h"))
        self.assertEqual([(item["item"], item["bytes"]) for item in found], [("old", 1000), ("middle", 1000)])
        self.assertEqual(self.keys(), ["new"])
        self.assertIn("evicted", self.run_larder("store", "why", self.store, "old", status=1).decode())

    def test_a_get_is_a_use(self):
        self.get("old")
        self.evict("--items", "1")
        self.assertEqual(self.keys(), ["old"])

    def test_the_cheapest(self):
        self.put("old", b"x" * 1000, "--cost", "5")
        self.use(old=3)
        self.evict("--items", "1", "--policy", "cheapest")
        self.assertEqual(self.keys(), ["old"])

    def test_no_limits(self):
        self.assertIn("--bytes", self.fails(2, "store", "evict", self.store))


class Limits(StoreTest):
    def limit(self, *options):
        return self.text("store", "limit", *options, self.store)

    def test_are_kept_and_hold_for_every_put(self):
        self.assertEqual(self.limit("--bytes", "2500", "--age", "30d"), "2.4 KiB, 30 days; the least recently used goes first\n")
        for key in ["first", "second", "third"]:
            self.put(key, b"x" * 1000)
        self.assertEqual(self.keys(), ["second", "third"])
        self.assertIn("first: evicted", self.run_larder("store", "why", self.store, "first", status=1).decode())
        found = self.stat()["limits"]
        self.assertEqual(found, {"bytes": 2500, "items": None, "seconds": 30 * 86400, "policy": "least-recent"})
        self.assertEqual(json.loads(self.limit("-j")), found)

    def test_a_get_and_a_touch_are_uses(self):
        self.limit("--items", "3")
        for key in ["first", "second", "third"]:
            self.put(key, b"")
        self.get("first")
        self.run_larder("store", "touch", self.store, "second")
        self.put("fourth", b"")
        self.assertEqual(self.keys(), ["first", "fourth", "second"])

    def test_too_large_a_value_is_refused(self):
        self.put("key", b"old")
        self.limit("--bytes", "1000")
        self.put("key", b"x" * 1001, status=3)
        self.assertEqual(self.get("key"), b"old")

    def test_are_replaced_and_taken_away(self):
        self.limit("--items", "1")
        self.assertEqual(self.limit("--bytes", "1M", "--policy", "cheapest"), "1.0 MiB; what was cheapest to compute goes first\n")
        self.assertEqual(self.limit("--bytes", "none"), "none\n")
        self.put("one", b"")
        self.put("two", b"")
        self.assertEqual(self.keys(), ["one", "two"])

    def test_evict_without_limits_takes_those_of_the_store(self):
        for key in ["one", "two"]:
            self.put(key, b"")
        self.limit("--items", "1")
        self.text("store", "evict", self.store)
        self.assertEqual(self.keys(), ["two"])

    def test_rebuild(self):
        self.limit("--items", "2")
        self.put("one", b"")
        self.put("two", b"")
        os.remove(os.path.join(self.store, "one"))
        self.assertEqual(self.text("store", "rebuild", self.store), "1 item\n")


class Joblib(StoreTest):
    def test_a_cache_of_joblib_is_a_store(self):
        memory = joblib.Memory(self.directory + "/cache", verbose=0)
        self.assertEqual(memory.cache(numpy.square)(7), 49)
        self.store = os.path.join(self.directory, "cache", "joblib")
        (output,) = [key for key in self.keys() if key.endswith("/output.pkl")]
        self.assertRegex(output, r"/[0-9a-f]{32}/output\.pkl\Z")
        found = self.stat()
        self.assertEqual((found["items"], found["without_checksum"]), (1, found["keys"]))
        self.run_larder("store", "get", self.store, output, "value.pkl")
        self.assertEqual(joblib.load("value.pkl"), 49)


class Interruption(StoreTest):
    def test_an_interrupted_put_leaves_nothing(self):
        self.put("key", b"old")
        command = [self.larder, "store", "put", self.store, "key", "-"]
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdin.write(b"x" * 300_000)
            process.stdin.flush()
            deadline = time.monotonic() + 60
            while not self.unfinished():
                self.assertIsNone(process.poll())
                self.assertLess(time.monotonic(), deadline, "nothing is being put")
                time.sleep(0.01)
            process.send_signal(number)
            _, messages = process.communicate(timeout=60)
            self.assertEqual((process.returncode, messages), (-number, b""))
            self.put("other", b"")  # opening sweeps what was killed
            self.assertEqual(self.unfinished(), [])
            self.assertEqual(self.get("key"), b"old")

    def test_a_terminal_gets_no_bytes(self):
        self.put("key", b"\x1b[2J")
        ours, theirs = os.openpty()
        done = subprocess.run([self.larder, "store", "get", self.store, "key"], stdout=theirs, stderr=subprocess.PIPE)
        os.close(theirs)
        os.close(ours)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr.decode(), r"\Alarder: [^\n]+terminal[^\n]+\n\Z")


if __name__ == "__main__":
    main()
