"""The cluster's clock: real seconds plus what the controller's steps add; never backwards, whole seconds."""

import threading
import time


class Clock:
    def __init__(self):
        self._base = time.time() - time.monotonic()
        self._extra = 0
        self._lock = threading.Lock()

    def now(self):
        return int(self._base + time.monotonic()) + self._extra

    def fine(self):
        """As now(), with a fraction."""
        return self._base + time.monotonic() + self._extra

    def tick(self, seconds=1):
        """Moves the clock on by whole seconds; returns the new time."""
        with self._lock:
            self._extra += seconds
        return self.now()


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
