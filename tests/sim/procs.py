"""Finding and ending the processes of one sandbox: they carry its mark in their environment."""

import os
import signal
import time

MARK = "STAGEGATE_SANDBOX_DAEMON"


def start_time(pid):
    """Clock ticks since boot at which the process began (it and the pid name one process for ever), or None."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _group(pid):
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def ours(state, leaders=()):
    """Ids of the living processes of the sandbox in `state`: marked ones, and the groups of recorded (pid, start time) leaders."""
    mark = f"{MARK}={state}\0".encode()
    groups = {pid for pid, begun in leaders if start_time(pid) == begun}
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid() or start_time(int(entry)) is None:
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as environ:
                marked = mark in environ.read()
        except OSError:
            marked = False
        if marked or _group(int(entry)) in groups:
            found.append(int(entry))
    return found


def end(state, leaders=(), grace=1.5):
    """Ends them all: TERM, then KILL. Returns how many there were."""
    count, deadline = 0, time.monotonic() + grace
    alive = ours(state, leaders)
    count = len(alive)
    number = signal.SIGTERM
    while alive:
        for pid in alive:
            try:
                os.kill(pid, number)
            except OSError:
                pass
        while alive and time.monotonic() < deadline:
            time.sleep(0.01)
            alive = [pid for pid in alive if start_time(pid) is not None]
        alive = ours(state, leaders)
        number, deadline = signal.SIGKILL, time.monotonic() + 1
    return count
