"""Which items larder evicts, compared with the installed joblib on random inputs. Its newest: tests/interop."""
import datetime
import inspect
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "persist"))

from probing import ask, hexed  # noqa: E402

import joblib  # noqa: E402
from joblib import _store_backends as backends  # noqa: E402
from joblib.disk import memstr_to_bytes  # noqa: E402

SEED = 20260101
NOW = datetime.datetime(2026, 6, 1, 12)
INPUTS = 10000
NEWER = "items_limit" in inspect.signature(backends.StoreBackendMixin._get_items_to_delete).parameters


class StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


class Store(backends.StoreBackendMixin):
    """joblib's own choice, of items that lie in no directory."""

    def __init__(self, items):
        self.items = items

    def get_items(self):
        return list(self.items)


def microseconds(time):
    return (time - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def random_items(rng):
    """Equal sizes, equal times and empty items are frequent."""
    most = rng.choice((3, 100, 10**6, 2**40))
    span = rng.choice((3, 1000, 10**12))
    return [backends.CacheItemInfo(str(number), rng.choice((0, 1, rng.randint(0, most))),
                                   NOW - datetime.timedelta(microseconds=rng.randint(-span // 4, span)))
            for number in range(rng.randint(0, 25))]


def random_limits(rng, items):
    """Often just what there is, or what there is after so many are gone."""
    in_order = sorted(items, key=lambda item: item.last_access)
    gone = rng.randint(0, len(items))
    left = sum(item.size for item in in_order[gone:])
    size = rng.choice((left, max(left - 1, 0), left + 1, 0, rng.randint(0, 2**41)))
    count = rng.choice((len(items) - gone, 0, rng.randint(0, 30)))
    age = NOW - rng.choice(in_order).last_access if items else datetime.timedelta(0)
    age = max(rng.choice((age, age - datetime.timedelta(microseconds=1), datetime.timedelta(days=rng.randint(0, 400)))),
              datetime.timedelta(0))
    return [limit if rng.random() < 0.5 else None for limit in (size, count, age)]


def question(items, limits, policy="least-recent"):
    size, count, age = limits
    nanoseconds = None if age is None else age // datetime.timedelta(microseconds=1) * 1000
    words = ["-" if limit is None else str(limit) for limit in (size, count, nanoseconds)]
    return ["victims", policy, *words, str(microseconds(NOW) * 1000),
            *(f"{item.size}:{microseconds(item.last_access) * 1000}:-" for item in items)]


class Victims(unittest.TestCase):
    def setUp(self):
        backends.datetime, self.clock = type("datetime", (), {**vars(datetime), "datetime": StoppedClock}), backends.datetime
        self.addCleanup(setattr, backends, "datetime", self.clock)

    def check(self, inputs):
        """`inputs`: items, limits, and what joblib deletes."""
        answers = ask(question(items, limits) for items, limits, _ in inputs)
        for (items, limits, expected), answer in zip(inputs, answers):
            chosen = [word.split(":")[0] for word in answer[1:]]
            self.assertEqual(chosen, [item.path for item in expected], (items, limits))

    @unittest.skipUnless(NEWER, "joblib before 1.3 knows no other limits; tests/interop has the newest")
    def test_all_limits(self):
        rng = random.Random(SEED)
        inputs = []
        for _ in range(INPUTS):
            items = random_items(rng)
            limits = random_limits(rng, items)
            inputs.append((items, limits, Store(items)._get_items_to_delete(*limits)))
        self.assertGreater(sum(bool(expected) for *_, expected in inputs), INPUTS // 4)
        self.check(inputs)

    @unittest.skipIf(NEWER, "joblib since 1.3 deletes no more than it has to")
    def test_bytes_alone(self):
        """joblib before 1.3 deletes one more item where what goes would be just enough: those inputs are left out."""
        rng = random.Random(SEED)
        inputs = []
        for _ in range(INPUTS):
            items = random_items(rng)
            limit = random_limits(rng, items)[0]
            if limit is None:
                continue
            surplus = sum(item.size for item in items) - limit
            sums = {0}
            for item in sorted(items, key=lambda item: item.last_access):
                sums.add(max(sums) + item.size)
            if surplus not in sums:
                inputs.append((items, (limit, None, None), Store(items)._get_items_to_delete(limit)))
        self.assertGreater(sum(bool(expected) for *_, expected in inputs), INPUTS // 20)
        self.check(inputs)

    def test_sizes_in_words(self):
        rng = random.Random(SEED)
        words = [f"{rng.choice((rng.randint(0, 5000), round(rng.random() * 100, 3)))}{rng.choice('KMG')}" for _ in range(1000)]
        answers = ask(["size", hexed(word)] for word in words)
        for word, answer in zip(words, answers):
            self.assertEqual(int(answer[0]), memstr_to_bytes(word), word)

    def test_what_is_no_size_for_joblib_is_none(self):
        words = ["10k", "10GB", "G", "K10", "1.4N", "fooG", "--1K"]
        for word, answer in zip(words, ask(["size", hexed(word)] for word in words)):
            with self.assertRaises(ValueError):
                memstr_to_bytes(word)
            self.assertEqual(answer[:2], ["error", "usage"], word)


if __name__ == "__main__":
    print("joblib", joblib.__version__, "seed", SEED)
    unittest.main()
