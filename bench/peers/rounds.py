"""Rounds: in each of them every side runs once, one directly after the other. Ratios are taken within a round, and their median counts,
because the speed of a machine changes from minute to minute for all sides alike."""

import dataclasses
import os
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Taken:
    """What one piece of work took."""

    seconds: float
    cpu: float
    bytes: int = 0


def interleave(sides, effort):
    """`sides`: {name: work that returns Taken}. As many rounds as `effort` allows; returns one {name: Taken} a round."""
    found, start = [], time.perf_counter()
    while not found or (len(found) < effort.rounds and time.perf_counter() - start < effort.row_seconds):
        found.append({name: work() for name, work in sides.items()})
    return found


def ratio(rounds, ours, theirs, value=lambda taken: taken.seconds):
    """How many times faster `ours` is than `theirs`; None where one of them did not run."""
    if ours not in rounds[0] or theirs not in rounds[0]:
        return None
    return statistics.median(value(one[theirs]) / max(value(one[ours]), 1e-9) for one in rounds)


def growth(rounds, ours, theirs):
    """How much larger the bytes of `ours` are: 0.01 is one per cent."""
    if ours not in rounds[0] or theirs not in rounds[0]:
        return None
    return rounds[-1][ours].bytes / rounds[-1][theirs].bytes - 1


def run_program(command, output):
    """Runs a program whose standard output is the new file `output`, or os.devnull. Takes its time from start to end. Raises
    where it fails."""
    if output != os.devnull and os.path.exists(output):
        os.remove(output)
    command = [str(word) for word in command]
    to_file = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=[to_file])
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, os.path.getsize(output))
