"""One thread that runs the controller's processes: generators that yield how long they want to wait."""

import heapq
import itertools
import sys
import threading
import time
import traceback

SLICE = 5  # milliseconds between two looks of a step that something can end early

# Milliseconds of each step at speed 1. Real Argo CD is about 20 to 50 times slower (argocd.md 8.2).
DELAYS = {
    "compare": 8,  # refs read, manifests made
    "status": 5,  # PUT of .operation -> status patch of the same compare
    "running": 5,  # -> operationState Running
    "sync": 20,  # apply
    "history": 5,  # history entry -> .operation gone
    "live": 5,  # a change of live objects -> level 1 compare
    "rollout": 25,  # new pods ready
    "terminate": 20,  # old pods gone
    "pause": 60,  # a pause of a Rollout that has an end
    "degrade": 40,  # progress deadline of a broken rollout
    "hook": 20,  # a hook Job
    "retry": 30,  # between attempts of one operation
    "slice": SLICE,
    "hold": 300,  # behaviour lost-refresh: the compare that had begun before
    "delete": 10,
}


class Loop(threading.Thread):
    def __init__(self):
        super().__init__(name="controller", daemon=True)
        self.delays = dict(DELAYS)
        self.speed = 1.0  # factor on every delay; 0 = none
        self._heap, self._seq = [], itertools.count()
        self._cond = threading.Condition()
        self._stop, self._running = False, False

    def spawn(self, process, factor=1.0):
        """Runs a generator from now on. It yields step names and goes on after that step's delay times the factor."""
        self._push(0, process, factor)

    def call(self, function):
        """Runs function() on the loop's thread, soon."""

        def process():
            function()
            return
            yield

        self.spawn(process())

    def _push(self, delay, process, factor):
        with self._cond:
            heapq.heappush(self._heap, (time.monotonic() + delay, next(self._seq), process, factor))
            self._cond.notify_all()

    def stop(self):
        with self._cond:
            self._stop = True
            self._cond.notify_all()

    def run(self):
        while True:
            with self._cond:
                while not self._stop and (not self._heap or self._heap[0][0] > time.monotonic()):
                    self._cond.wait(self._heap[0][0] - time.monotonic() if self._heap else None)
                if self._stop:
                    return
                _, _, process, factor = heapq.heappop(self._heap)
                self._running = True
            step = self._step(process)
            if step:
                self._push(self.delays[step] / 1000 * self.speed * factor, process, factor)
            with self._cond:
                self._running = False
                self._cond.notify_all()

    @staticmethod
    def _step(process):
        try:
            return next(process)
        except StopIteration:
            return None
        except Exception:  # a bug here must be seen, and must not end the cluster
            traceback.print_exc(file=sys.stderr)
            return None

    def settle(self, seconds):
        """Waits until no process is left; False when one still is after that time."""
        with self._cond:
            return self._cond.wait_for(lambda: not self._heap and not self._running, seconds)
