"""Stores: larder's directories beside what careful programs do with files (write, fsync, rename), and joblib's store, on the same disk.
Everything runs round by round; only ratios within a round are claimed."""

import dataclasses
import os
import shutil
import statistics
import time

import numpy
from joblib._store_backends import FileSystemStoreBackend

from programs import Worker
from report import Goal, times
from rounds import Taken, interleave, ratio

SIZE = 1024  # bytes of a small value
SYNCS = ("none", "data", "full")
FLAT, AS_JOBLIB = "values/#", "module/function/#/output.pkl"
LIMIT = 500  # items that a store with a limit may hold, where several processes put
GROUP = "Stores"


@dataclasses.dataclass(frozen=True)
class Amount:
    rounds: int
    fresh: int  # small values in a measurement without syncs
    synced: int  # and with them
    large: int  # bytes of the large value
    few: int  # values of a small store
    many: int  # and of a large one
    processes: tuple


AMOUNTS = {
    "quick": Amount(rounds=1, fresh=20, synced=3, large=4 << 20, few=40, many=80, processes=(1, 2)),
    "standard": Amount(rounds=5, fresh=1000, synced=100, large=1 << 30, few=1000, many=100_000, processes=(1, 2, 4, 8)),
    "full": Amount(rounds=5, fresh=2000, synced=200, large=1 << 30, few=1000, many=1_000_000, processes=(1, 2, 4, 8)),
}


class Joblib:
    """The store of joblib's Memory, without Memory."""

    def __init__(self, folder, value):
        self.backend, self.value = FileSystemStoreBackend(), value
        self.backend.configure(folder, verbose=0)

    @staticmethod
    def calls(first, count):
        return [("module", "function", f"{number:032x}") for number in range(first, first + count)]

    def _timed(self, work, calls):
        cpu, start = time.process_time(), time.perf_counter()
        for call in calls:
            work(call)
        return Taken(time.perf_counter() - start, time.process_time() - cpu, len(calls) * SIZE)

    def dump(self, first, count):
        taken = self._timed(lambda call: self.backend.dump_item(call, self.value, verbose=0), self.calls(first, count))
        assert all(self.backend.contains_item(call) for call in self.calls(first, count)), "dump_item hides what goes wrong"
        return taken

    def load(self, first, count):
        return self._timed(lambda call: self.backend.load_item(call, verbose=0), self.calls(first, count))


class Stores:
    """What all measurements of this part share: a folder, a worker, sides by name, and numbers for fresh keys."""

    def __init__(self, bench):
        self.bench, self.amount = bench, AMOUNTS[bench.effort.name]
        self.effort = dataclasses.replace(bench.effort, rounds=self.amount.rounds, row_seconds=300)
        self.folder = os.path.join(bench.scratch, "stores")
        self.worker = Worker(bench.build, "larder_store_worker")
        self.numbers = 0

    def place(self, name):
        return os.path.join(self.folder, name)

    def url(self, name, **settings):
        return f"file://{self.place(name)}?" + "&".join(f"{key}={value}" for key, value in settings.items())

    def open_pair(self, sync, worker=None):
        """larder's and the plain side, called larder-SYNC and plain-SYNC."""
        worker = worker or self.worker
        worker("open", f"larder-{sync}", "larder", self.url(f"larder-{sync}", sync=sync))
        worker("open", f"plain-{sync}", "plain", self.place(f"plain-{sync}"), sync)

    def fresh(self, count):
        """The first of `count` numbers that no key had."""
        self.numbers += count
        return self.numbers - count

    def close(self):
        self.worker.close()
        shutil.rmtree(self.folder)


def microseconds(rounds, name, count):
    return statistics.median(one[name].seconds for one in rounds) / count * 1e6


def of_processor(taken):
    return taken.cpu


def text_of(value):
    return f"{value:.1f}"


def beside_plain(stores):
    """Small values: put, replace, put_if_absent and get, beside the same system calls without larder."""
    rows, report = [], stores.bench.report
    for sync in SYNCS:
        stores.open_pair(sync)
        count = stores.amount.fresh if sync == "none" else stores.amount.synced
        first = stores.fresh(count)
        stores.worker("put", f"larder-{sync}", FLAT, first, count, SIZE)
        stores.worker("put", f"plain-{sync}", FLAT, first, count, SIZE)

        def sides(what, fresh):
            def work(side):
                return lambda: stores.worker(what, f"{side}-{sync}", FLAT, stores.fresh(count) if fresh else first, count, SIZE)

            return {side: work(side) for side in ("larder", "plain")}

        works = [("put", "put", True), ("replace", "put", False), ("put_if_absent", "absent", True)]
        for name, what, fresh in works + ([("get", "get", False), ("stat", "stat", False)] if sync == "none" else []):
            rounds = interleave(sides(what, fresh), stores.effort)
            reached = ratio(rounds, "larder", "plain")
            if name == "put":
                report.goal(GROUP, f"put of 1 KB, sync={sync}: times the plain protocol's rate", Goal(least=0.9), reached)
            figures = [text_of(microseconds(rounds, side, count)) for side in ("larder", "plain")]
            rows.append([name, sync if fresh or what == "put" else "", *figures, times(reached), times(ratio(rounds, "larder", "plain", of_processor))])
    report.section(
        "Stores: small values beside the plain protocol",
        f"Microseconds for a value of {SIZE} bytes in one process. Plain: a file is written under another name, synced (data and full), renamed, and "
        "its directory synced (full); read with open, fstat, read. larder does this, and a checksum, and refuses what changed meanwhile. "
        "The lines of `put` are what `sync` costs.",
        ["", "sync", "larder", "plain", "larder's speed / plain", "by processor time"],
        rows,
    )


def beside_joblib(stores):
    """Small items in joblib's layout."""
    rows, count = [], stores.amount.fresh
    stores.worker("open", "items", "items", stores.url("larder-items", sync="none"))
    stores.worker("open", "values", "larder", stores.url("larder-values", sync="none"))
    stores.worker("open", "plain", "plain", stores.place("plain-items"), "none")
    for name, value in (("an array of 128 float64", numpy.arange(128.0)), ("1024 bytes", bytes(SIZE))):
        joblib = Joblib(stores.place(f"joblib {name}"), value)
        last = {}

        def work(what, side):
            if what == "put":
                last[side] = stores.fresh(count)
            if side == "joblib":
                return joblib.dump(last[side], count) if what == "put" else joblib.load(last[side], count)
            return stores.worker(what, side, AS_JOBLIB, last[side], count, SIZE)

        for what, theirs in (("put", "dump_item"), ("get", "load_item")):
            sides = {side: lambda side=side: work(what, side) for side in ("values", "joblib", "items", "plain")}
            rounds = interleave(sides, stores.effort)
            reached = {side: ratio(rounds, side, "joblib") for side in ("values", "items", "plain")}
            stores.bench.report.goal(GROUP, f"{what} of 1 KB: times joblib's {theirs} of {name}", Goal(least=20), reached["values"])
            figures = [text_of(microseconds(rounds, side, count)) for side in ("values", "items", "plain", "joblib")]
            busy = ratio(rounds, "values", "joblib", of_processor)
            rows.append([f"{what} / {theirs}, {name}", *figures, *map(times, reached.values()), times(busy)])
    stores.bench.report.section(
        "Stores: small items beside joblib",
        "Microseconds for an item of 1 KB in joblib's layout (a directory for each item), nothing synced on either side. `put` and `get` move bytes, "
        "larder's `dump` and `load` a Python `bytes`, as `dump_item` and `load_item` do. The plain protocol is what the system's calls alone take: "
        "no store of files can be faster.",
        ["", "put or get", "dump or load", "plain", "joblib", "put or get / joblib", "dump or load / joblib", "plain / joblib",
         "put or get / joblib by processor time"],  # fmt: skip
        rows,
    )


def many_processes(stores):
    """Puts a second of several processes on one store."""
    rows, amount = [], stores.amount
    workers = [Worker(stores.bench.build, "larder_store_worker") for _ in range(max(amount.processes))]
    for sync in SYNCS:
        for worker in workers:
            stores.open_pair(sync, worker)
            worker("open", f"limited-{sync}", "larder", stores.url(f"limited-{sync}", sync=sync, items=LIMIT))
        for processes in amount.processes:
            count = max((amount.fresh if sync == "none" else amount.synced) // processes, 1)

            def puts(side):
                start = time.perf_counter()
                for worker in workers[:processes]:
                    worker.ask("put", f"{side}-{sync}", FLAT, stores.fresh(count), count, SIZE)
                for worker in workers[:processes]:
                    worker.answer()
                return Taken(time.perf_counter() - start, 0)

            sides = ("larder", "limited", "plain")
            rounds = interleave({side: lambda side=side: puts(side) for side in sides}, stores.effort)
            rates = [f"{1e6 / microseconds(rounds, side, count * processes):,.0f}" for side in sides]
            rows.append([sync, str(processes), *rates, *(times(ratio(rounds, side, "plain")) for side in sides[:2])])
    for worker in workers:
        worker.close()
    stores.bench.report.section(
        "Stores: several processes",
        f"Puts a second, of {SIZE} bytes, of all processes together on one store; with a limit of {LIMIT:,} items, and without.",
        ["sync", "processes", "larder", "with a limit", "plain", "larder / plain", "with a limit / plain"],
        rows,
    )


def one_large_value(stores):
    """A value of 1 GB: put, read and mapped."""
    size, rows = stores.amount.large, []
    stores.open_pair("full")
    rounds_of = {}
    for what in ("put", "get", "map"):
        count = 100 if what == "map" else 1
        arguments = ("large/#", 0, count, size, 1)[: 4 if what == "put" else 5]
        sides = {side: lambda side=side: stores.worker(what, f"{side}-full", *arguments) for side in ("larder", "plain")}
        rounds = rounds_of[what] = interleave(sides, stores.effort)
        figures = [microseconds(rounds, side, count) for side in ("larder", "plain")]
        rows.append([what, *(f"{figure:,.0f}" for figure in figures), times(ratio(rounds, "larder", "plain"))])
    latency = microseconds(rounds_of["map"], "larder", 100)
    stores.bench.report.goal(
        GROUP, f"mapped get of {size / 1e9:.1f} GB: microseconds", Goal(most=100), latency, show=lambda value: f"{value:.1f} us"
    )
    stores.bench.report.section(
        f"Stores: a value of {size / 1e9:.1f} GB",
        "Microseconds with sync=full. `map` gets the value mapped, and touches none of its pages.",
        ["", "larder", "plain", "larder's speed / plain"],
        rows,
    )


# What is measured in a store that may hold no more than it does, and in one that may.
KINDS = {
    "unlimited": (("put", "put"), ("get", "get"), ("stat", "stat")),
    "limited": (("put and evict one", "put"),),
}


def filled(stores, name, count, settings):
    """The side that is a store of `count` small values, with these settings."""
    side, pattern = f"{name}-{count}", "items/#"
    stores.worker("open", side, "larder", stores.url(side, sync="none"))
    stores.worker("put", side, pattern, 0, count, SIZE)
    if settings:
        stores.worker("close", side)
        stores.worker("open", side, "larder", stores.url(side, sync="none", **settings))
    return side


def growing(stores):
    """A store of many values beside one of few, with limits and without."""
    few, many, count = stores.amount.few, stores.amount.many, min(stores.amount.fresh, stores.amount.few)
    rows, sizes = [], {"few": few, "many": many}
    for kind, works in KINDS.items():
        settings = {name: {"items": size} if kind == "limited" else {} for name, size in sizes.items()}
        sides = {name: filled(stores, kind, size, settings[name]) for name, size in sizes.items()}
        os.sync()
        next_number = dict.fromkeys(sizes, 10 * many)

        def work(what, name):
            if what == "put":
                next_number[name] += count
                return stores.worker("put", sides[name], "items/#", next_number[name], count, SIZE)
            return stores.worker(what, sides[name], "items/#", stores.fresh(count), count, SIZE, sizes[name])

        for label, what in works:
            rounds = interleave({name: lambda name=name: work(what, name) for name in sizes}, stores.effort)
            cost = 1 / ratio(rounds, "many", "few")
            stores.bench.report.goal(GROUP, f"{label}: cost in a store of {many:,} beside one of {few:,}", Goal(most=2), cost)
            rows.append([label, *(text_of(microseconds(rounds, name, count)) for name in sizes), times(cost)])
        for side in sides.values():
            stores.worker("close", side)
            shutil.rmtree(stores.place(side))
    stores.bench.report.section(
        "Stores: few values and many",
        f"Microseconds for {SIZE} bytes, sync=none, all keys in one directory. With a limit of as many items as there are, each put evicts one.",
        ["", f"of {few:,}", f"of {many:,}", "cost"],
        rows,
    )


def measure(bench):
    stores = Stores(bench)
    for part in (beside_plain, beside_joblib, many_processes, one_large_value, growing):
        part(stores)
    stores.close()
