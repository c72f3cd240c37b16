"""The store on S3: larder beside boto3, s3cmd and rclone, on one server of this machine (versitygw) in one run."""

import collections
import dataclasses
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from programs import Worker, installed, module
from report import MISSING, Goal, times
from rounds import Taken, interleave, ratio

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[2] / "tests/s3_servers"))
import servers  # noqa: E402  which servers there are, and where they come from

SIZE = 1024  # bytes of a small value
GROUP = "S3"
BUCKET = "bench"
THREADS = 16


@dataclasses.dataclass(frozen=True)
class Amount:
    rounds: int
    large: int  # bytes of the large value
    small: int  # how many small values


AMOUNTS = {"quick": Amount(1, 20 << 20, 20), "standard": Amount(3, 10**9, 10_000), "full": Amount(5, 10**9, 10_000)}


class Scene:
    """The server, a file to be put, and the sides by name: {"put": function(key), "get": function(key, file)} of each."""

    def __init__(self, bench, endpoint, folder):
        self.bench, self.amount, self.endpoint, self.folder = bench, AMOUNTS[bench.effort.name], endpoint, folder
        self.effort = dataclasses.replace(bench.effort, rounds=self.amount.rounds, row_seconds=300)
        self.memory = {}  # MiB at most, of programs
        self.large = folder / "large"
        with open(self.large, "wb") as file:
            for start in range(0, self.amount.large, 1 << 20):
                file.write(os.urandom(min(1 << 20, self.amount.large - start)))

    def run(self, name, *words):
        """Runs a program of the side `name`. GNU time starts it, for a child of this process would count this process's own memory as its peak."""
        peak = self.folder / "peak"
        watched = ["/usr/bin/time", "--quiet", "--format=%M", f"--output={peak}", *(str(word) for word in words)]
        start = time.perf_counter()
        process = subprocess.Popen(watched, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{words[0]}: status {process.returncode}")
        self.memory[name] = max(self.memory.get(name, 0), int(peak.read_text()) / 1024)
        return Taken(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, self.amount.large)

    def larder(self):
        command = self.bench.build / "tools/larder"
        url = f"s3://{BUCKET}"
        return {"put": lambda key: self.run("larder", command, "store", "put", "-q", url, key, self.large),
                "get": lambda key, file: self.run("larder", command, "store", "get", "-q", "--sync", "none", url, key, file)}  # fmt: skip

    def s3cmd(self):
        host = self.endpoint.removeprefix("http://")
        s3cmd = ("s3cmd", "--config=/dev/null", "--no-ssl", f"--host={host}", f"--host-bucket={host}", f"--access_key={servers.ID}",
                 f"--secret_key={servers.KEY}", "--no-progress", "--quiet")  # fmt: skip
        return {"put": lambda key: self.run("s3cmd", *s3cmd, "put", self.large, f"s3://{BUCKET}/{key}"),
                "get": lambda key, file: self.run("s3cmd", *s3cmd, "get", "--force", f"s3://{BUCKET}/{key}", file)}  # fmt: skip

    def rclone(self):
        return {"put": lambda key: self.run("rclone", "rclone", "copyto", "--ignore-times", self.large, f"bench:{BUCKET}/{key}"),
                "get": lambda key, file: self.run("rclone", "rclone", "copyto", f"bench:{BUCKET}/{key}", file)}  # fmt: skip

    def boto3(self):
        client = boto3_client(self.endpoint)

        def timed(work):
            cpu, start = time.process_time(), time.perf_counter()
            work()
            return Taken(time.perf_counter() - start, time.process_time() - cpu, self.amount.large)

        return {"put": lambda key: timed(lambda: client.upload_file(str(self.large), BUCKET, key)),
                "get": lambda key, file: timed(lambda: client.download_file(BUCKET, key, str(file)))}  # fmt: skip

    def sides(self):
        sides = {"larder": self.larder()}
        if module("boto3"):
            sides["boto3"] = self.boto3()
        sides.update((name, getattr(self, name)()) for name in ("s3cmd", "rclone") if installed(name))
        return sides


def boto3_client(endpoint):
    return module("boto3").client("s3", endpoint_url=endpoint, aws_access_key_id=servers.ID, aws_secret_access_key=servers.KEY,
                                  region_name="us-east-1")  # fmt: skip


def seconds_of(rounds, name):
    return f"{statistics.median(one[name].seconds for one in rounds):.2f}" if name in rounds[0] else MISSING


def large_value(scene):
    """One value of a GB, put and got as a file."""
    sides, names, rows = scene.sides(), ("larder", "boto3", "s3cmd", "rclone"), []
    for what in ("put", "get"):
        def work(name):
            if what == "put":
                return sides[name]["put"](f"large-{name}")
            target = scene.folder / f"got-{name}"
            target.unlink(missing_ok=True)
            taken = sides[name]["get"](f"large-{name}", target)
            assert filecmp.cmp(scene.large, target, shallow=False), f"{name} got something else"
            target.unlink()
            return taken

        rounds = interleave({name: lambda name=name: work(name) for name in sides}, scene.effort)
        reached = [ratio(rounds, "larder", name) for name in names[1:] if name in sides]
        scene.bench.report.goal(GROUP, f"{what} of {scene.amount.large / 1e9:g} GB: times the speed of the best of them", Goal(least=1),
                                min(reached, default=None))  # fmt: skip
        rows.append([what, *(seconds_of(rounds, name) for name in names)])
    rows.append(["MiB of memory", *(f"{scene.memory[name]:.0f}" if name in scene.memory else "" for name in names)])
    scene.bench.report.section(
        f"S3: a value of {scene.amount.large / 1e9:g} GB",
        "Seconds, from a file and to a file; the memory is what the program took at most. boto3 runs in the measuring process, without the time that it "
        "takes to start.",
        ["", *names],
        rows,
    )


class Boto3Small:
    def __init__(self, endpoint):
        self.client, self.value = boto3_client(endpoint), os.urandom(SIZE)

    def put(self, prefix, count):
        for number in range(count):
            self.client.put_object(Bucket=BUCKET, Key=f"{prefix}/{number:032x}", Body=self.value)

    def get(self, prefix, count):
        for number in range(count):
            assert len(self.client.get_object(Bucket=BUCKET, Key=f"{prefix}/{number:032x}")["Body"].read()) == SIZE


def small_values(scene):
    """Many values of a KB, one request each."""
    count, rows = scene.amount.small, []
    worker = Worker(scene.bench.build, "larder_store_worker")
    worker("open", "s3", "larder", f"s3://{BUCKET}")
    peer = Boto3Small(scene.endpoint) if module("boto3") else None

    done = collections.Counter()

    def prefix(what, side):
        """A new one for each round, for a server takes longer to replace a value; the puts and the gets of a round have the same."""
        done[what, side] += 1
        return f"{side}-{done[what, side]}"

    def by_larder(what, threads):
        worker("threads", threads)
        return worker(what, "s3", prefix(what, f"larder-{threads}") + "/#", 0, count, SIZE)

    def by_boto3(what):
        keys, cpu, start = prefix(what, "boto3"), time.process_time(), time.perf_counter()
        getattr(peer, what)(keys, count)
        return Taken(time.perf_counter() - start, time.process_time() - cpu, count * SIZE)

    for what in ("put", "get"):
        sides = {f"larder-{threads}": lambda threads=threads: by_larder(what, threads) for threads in (1, THREADS)}
        if peer:
            sides["boto3"] = lambda: by_boto3(what)
        rounds = interleave(sides, scene.effort)
        most = f"larder-{THREADS}"
        scene.bench.report.goal(GROUP, f"{what} of {count:,} small values: times boto3's speed in one thread", Goal(least=10),
                                ratio(rounds, most, "boto3"))  # fmt: skip
        one = ratio(rounds, "larder-1", "boto3")
        rows.append([what, *(f"{statistics.median(r[name].seconds for r in rounds) / count * 1e6:.0f}" if name in sides else MISSING
                             for name in ("larder-1", most, "boto3")), times(one) if one else MISSING,
                     times(ratio(rounds, most, "boto3")) if peer else MISSING])  # fmt: skip
    worker.close()
    scene.bench.report.section(
        f"S3: {count:,} values of {SIZE} bytes",
        "Microseconds for a value. One Store, used by one thread and by 16; boto3's client in one thread. On a machine of two cores the server has its "
        "share of both.",
        ["", "larder, 1 thread", f"larder, {THREADS} threads", "boto3, 1 thread", "1 thread / boto3", f"{THREADS} threads / boto3"],
        rows,
    )


def measure(bench):
    server = servers.SERVERS["versitygw"]
    folder = pathlib.Path(bench.scratch) / "s3"
    folder.mkdir()
    try:
        with servers.started(server, folder) as endpoint:
            (folder / "data" / BUCKET).mkdir()
            environment = {
                "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": servers.ID, "AWS_SECRET_ACCESS_KEY": servers.KEY,
                "AWS_REGION": "us-east-1", "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_BENCH_TYPE": "s3", "RCLONE_CONFIG_BENCH_PROVIDER": "Other",
                "RCLONE_CONFIG_BENCH_ACCESS_KEY_ID": servers.ID, "RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY": servers.KEY,
                "RCLONE_CONFIG_BENCH_ENDPOINT": endpoint, "RCLONE_S3_NO_CHECK_BUCKET": "true",  # it would wait for one to be made
            }  # fmt: skip
            os.environ.update(environment)
            os.environ.pop("AWS_CA_BUNDLE", None)  # rclone does not start with it
            scene = Scene(bench, endpoint, folder)
            large_value(scene)
            os.sync()  # so that the disk is not still busy with the large values
            small_values(scene)
    except servers.Missing as missing:
        bench.report.section("S3", f"Not measured: versitygw cannot be had here ({missing}).")
    finally:
        shutil.rmtree(folder)
