"""Who writes to the branch: workers that run `stagegate bump` again and again, and a person with plain git."""
import collections
import os
import random
import signal
import subprocess
import threading
import time

from history.checker import FAIL, OK, UNKNOWN, Change, Foreign

LIMIT_S = 300
UNKNOWN_OUTCOME = 11  # exit status
KILLED_OF_100 = 5  # runs that are killed, where faults are wanted

Done = collections.namedtuple("Done", "changes durations_ms kills")


def tags(era, count):
    return [f"{era}.{number}.0".encode() for number in range(1, count + 1)]


class Worker:
    """One pipeline after another, each a process of its own: the next change once the last one has its answer."""

    def __init__(self, binary, env, folder, services, rng=None):
        self.binary, self.services, self.rng = binary, services, rng
        self.tmp = os.path.join(folder, "tmp")
        os.makedirs(self.tmp, exist_ok=True)
        self.env = {**env, "HOME": folder, "TMPDIR": self.tmp}
        self.log = os.path.join(folder, "log")
        self.changes, self.durations_ms, self.kills = [], [], 0

    def _once(self, service, tag, kill_after_s):
        """The exit status of one process; None when it was killed."""
        with open(self.log, "ab") as log:
            log.write(b"-- %s %s\n" % (service.name.encode(), tag))
            log.flush()
            child = subprocess.Popen([self.binary, "bump", service.name, tag.decode(), "--verbose"], env=self.env,
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                return child.wait(timeout=kill_after_s or LIMIT_S)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                child.wait()
                if not kill_after_s:
                    raise
                return None

    def change(self, service, tag):
        """Until there is an answer: a job that was killed is run again, as people and GitLab do. What the killed one has done nobody
        knows where that one fails, too."""
        begun = time.monotonic()
        kill = self.rng and self.rng.randrange(100) < KILLED_OF_100
        status, killed = self._once(service, tag, self.rng.uniform(0.01, 0.3) if kill else None), 0
        while status is None:
            killed += 1
            status = self._once(service, tag, None)
        self.kills += killed
        outcome = OK if status == 0 else UNKNOWN if killed or status == UNKNOWN_OUTCOME else FAIL
        self.changes.append(Change(service.name, tag, outcome))
        self.durations_ms.append((time.monotonic() - begun) * 1000)

    def work(self, era, count):
        """COUNT changes, of its services in turn."""
        for number, tag in enumerate(tags(era, count)):
            self.change(self.services[number % len(self.services)], tag)


def at_once(jobs):
    """Runs all jobs in threads of their own; what one raises is raised here. Returns the milliseconds."""
    failed = []

    def guarded(job):
        try:
            job()
        except Exception as why:  # pylint: disable=broad-except
            failed.append(why)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return (time.monotonic() - begun) * 1000


class Person:
    """Commits a line to a file and pushes it with plain git; on a rejection looks again and makes the line anew."""

    PATH = "history/notes.txt"
    TRIES = 60
    PAUSE_S = (0.5, 2)  # after a rejection

    def __init__(self, url, branch, env, folder, rng):
        self.clone, self.branch, self.rng = os.path.join(folder, "clone"), branch, rng
        self.env = {**env, "HOME": folder}
        self.foreign = []
        self.stop = threading.Event()
        subprocess.run(["git", "clone", "-q", "--depth", "1", "-b", branch, url, self.clone], env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def git(self, *words, check=True):
        done = subprocess.run(["git", "-C", self.clone, *words], env=self.env, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if check and done.returncode:
            raise RuntimeError(f"git {words[0]}: {done.stderr.decode(errors='replace')}")
        return done

    def add(self, line):
        """True once it was pushed."""
        for _ in range(self.TRIES):
            self.git("fetch", "-q", "--depth", "1", "origin", self.branch)
            self.git("reset", "-q", "--hard", "FETCH_HEAD")
            with open(os.path.join(self.clone, self.PATH), "ab") as notes:
                notes.write(line + b"\n")
            self.git("add", self.PATH)
            self.git("commit", "-q", "-m", f"notes: {line.decode()}")
            commit = self.git("rev-parse", "HEAD").stdout.decode().strip()
            good = self.git("push", "-q", "origin", f"HEAD:{self.branch}", check=False).returncode == 0
            self.foreign.append(Foreign(commit, self.PATH, line, OK if good else FAIL))
            if good:
                return True
            time.sleep(self.rng.uniform(*self.PAUSE_S))
        return False

    def work(self, count, pause_s):
        """COUNT lines, the first at once; people pause between what they do. Ends early once `stop` is set."""
        for number in range(count):
            if number and self.stop.wait(self.rng.uniform(0, 2 * pause_s)):
                return
            self.add(b"line %d" % number)


def seeded(seed, *names):
    return random.Random("/".join(map(str, (seed, *names))))
