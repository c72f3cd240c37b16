#!/usr/bin/python3
"""Cuts the power of file systems on which a store is being written, and looks at what is there afterwards.

    power_cut.py WORKER [CUTS [SEED]]

WORKER is power_cut_worker. Images of ext4 (data=ordered, writeback, journal) and xfs are mounted through loop devices, in a mount
namespace of their own, so that nothing stays mounted whatever happens here. FS_IOC_SHUTDOWN without flushing the log is the power
cut: what the file system had not made durable is lost. Then the image is mounted again, which replays its journal, and:

- every acknowledged put is there, whole, unless a later operation on its key was begun
- everything that is there is whole, and was put by somebody
- .larder holds nothing of the dead, the index agrees with the files

The exit status is 77 where this needs rights or tools that are missing; it says which. 60 cuts, if left out, with the seed 1.
"""

import fcntl
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), linux/fs.h
NO_LOG_FLUSH = 2
SKIPPED = 77
WRITERS = ("anna", "bert")
MOST_WORK = 0.15  # seconds between two cuts

KINDS = (
    ("ext4", "data=ordered", "64M", ["mkfs.ext4", "-q", "-F"]),
    ("ext4", "data=writeback", "64M", ["mkfs.ext4", "-q", "-F"]),
    ("ext4", "data=journal", "64M", ["mkfs.ext4", "-q", "-F"]),
    ("xfs", "defaults", "320M", ["mkfs.xfs", "-q", "-f"]),
)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


class Expectation:
    """What may be there, key by key, from what the workers said."""

    def __init__(self):
        self.acknowledged = {}  # key to the number of the last put that was acknowledged
        self.begun = {}  # key to the number of the last put that was begun
        self.removal_begun = set()  # since the last acknowledged put
        self.last = 0

    def hear(self, line):
        words = line.split()
        if words[:2] == ["try", "put"]:
            self.begun[words[2]] = self.last = int(words[3])
        elif words[:2] == ["try", "remove"]:
            self.removal_begun.add(words[2])
        elif words[0] == "put":
            self.acknowledged[words[1]] = int(words[2])
            self.removal_begun.discard(words[1])

    def judge(self, there):
        """Complaints about what is there (key to number); from now on it is what was acknowledged."""
        complaints = []
        for key, number in there.items():
            if number < self.acknowledged.get(key, 0):
                complaints.append(f"lost: {key} is number {number}, {self.acknowledged[key]} was acknowledged")
            if number > self.begun.get(key, 0):
                complaints.append(f"{key} is number {number}, which was never put")
        for key, number in self.acknowledged.items():
            if key not in there and key not in self.removal_begun:
                complaints.append(f"lost: {key} is not there, number {number} was acknowledged")
        self.acknowledged = dict(there)
        self.removal_begun = set()
        return complaints


class Disk:
    """An image that is mounted, cut off and mounted again."""

    def __init__(self, scratch, kind, options, size, make):
        self.name = f"{kind} {options}"
        self.kind, self.options = kind, options
        self.image = scratch / f"{kind}-{options.replace('=', '-')}.img"
        self.place = scratch / "mounted"
        self.place.mkdir(exist_ok=True)
        run("truncate", "--size", size, str(self.image))
        run(*make, str(self.image))
        self.expected = {name: Expectation() for name in WRITERS}

    def mount(self):
        run("mount", "-t", self.kind, "-o", f"loop,{self.options}", str(self.image), str(self.place))

    def unmount(self):
        for _ in range(100):
            if subprocess.run(["umount", str(self.place)], capture_output=True).returncode == 0:
                return
            time.sleep(0.02)
        run("umount", str(self.place))

    def cut(self):
        handle = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(handle, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(handle)


class Worker:
    """A process that writes, and what it said."""

    def __init__(self, words):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.said = b""
        os.set_blocking(self.process.stdout.fileno(), False)

    def listen(self):
        while piece := self.process.stdout.read():
            self.said += piece

    def lines(self):
        return self.said.decode().splitlines()


def one_cut(disk, worker, chance):
    """Writes, cuts, looks. Complaints, and how many puts were acknowledged."""
    disk.mount()
    root = disk.place / "store"
    workers = {}
    for name in WRITERS:
        words = [worker, "work", str(root), name, str(chance.getrandbits(32)), str(disk.expected[name].last + 1)]
        workers[name] = Worker(words)
    end = time.monotonic() + chance.uniform(0.02, MOST_WORK)
    while time.monotonic() < end:
        time.sleep(0.002)
        for writer in workers.values():
            writer.listen()
    # What is said from here on may be said in the dark: xfs's fsync of a directory succeeds in a file system that was just shut down,
    # where a real power cut would have silenced the writer.
    for writer in workers.values():
        writer.listen()
    in_time = {name: len(writer.lines()) for name, writer in workers.items()}
    disk.cut()
    puts = 0
    for name, writer in workers.items():
        writer.process.wait()
        writer.listen()
        for number, line in enumerate(writer.lines()):
            if number < in_time[name] or line.startswith("try "):
                disk.expected[name].hear(line)
                puts += line.startswith("put ")
        writer.process.stdout.close()
    disk.unmount()

    disk.mount()
    checked = subprocess.run([worker, "check", str(root)], capture_output=True, text=True)
    disk.unmount()
    complaints = [f"the check failed: {checked.stderr.strip()}"] if checked.returncode else []
    there = {name: {} for name in WRITERS}
    for line in checked.stdout.splitlines():
        key, _, number = line.partition(" ")
        if key == "damaged":
            complaints.append(line)
        else:
            there[key.split("/")[0]][key] = int(number)
    for name in WRITERS:
        complaints += disk.expected[name].judge(there[name])
    return complaints, puts


def main():
    worker = sys.argv[1]
    cuts = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance = random.Random(seed)
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="larder-power-", dir=base) as scratch:
        disks = []
        for kind, options, size, make in KINDS:
            if shutil.which(make[0]) is None:
                print(f"{kind} {options}: not tried: {make[0]} is missing")
                continue
            try:
                disk = Disk(pathlib.Path(scratch), kind, options, size, make)
                disk.mount()
                disk.unmount()
            except subprocess.CalledProcessError as error:
                print(f"{kind} {options}: not tried: {error.stderr.strip()}")
                continue
            disks.append(disk)
        if not disks:
            print("skipped: no file system can be mounted through a loop device here")
            return SKIPPED
        puts = {disk.name: [0, 0] for disk in disks}
        for cut in range(cuts):
            disk = disks[cut % len(disks)]
            complaints, acknowledged = one_cut(disk, worker, chance)
            puts[disk.name][0] += 1
            puts[disk.name][1] += acknowledged
            for complaint in complaints:
                print(f"{disk.name}, cut {cut + 1} of seed {seed}: {complaint}")
            if complaints:
                return 1
        for name, (count, acknowledged) in puts.items():
            print(f"{name}: {count} power cuts, {acknowledged} acknowledged puts: 0 lost, 0 torn")
            if count and not acknowledged:
                print(f"{name}: nothing was put")
                return 1
    return 0


def in_own_mounts():
    """Starts this program again where mounts are nobody else's; 77 where that is not allowed."""
    if os.environ.get("LARDER_OWN_MOUNTS") == "yes":
        return main()
    if os.geteuid() != 0:
        print("skipped: only root may mount")
        return SKIPPED
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        print("skipped: no mount namespaces here")
        return SKIPPED
    os.environ["LARDER_OWN_MOUNTS"] = "yes"
    os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])


if __name__ == "__main__":
    sys.exit(in_own_mounts())
