"""Which writes clients have made, and a client that is stopped at one of them: for tests that kill it there.

A write is a push, and every request to GitLab or to the cluster that is not a plain read. `ctl hold N MOMENT` stops a
client at its N-th write from now on, until `ctl hold off` (or `reset`):

    answer  the write is done, and its answer does not come
    next    the answer has come; the client's next request, whatever it is, is not looked at

Nothing is waited for by time: `ctl held` returns when the client stands there. A held request that was not looked at
never is; whoever sent it sees the connection end.
"""

import threading

READS = ("GET", "HEAD", "OPTIONS")
MOMENTS = ("answer", "next")


class Effects:
    def __init__(self, changed):
        """changed(): called when counting begins or ends."""
        self.cond, self.changed = threading.Condition(), changed
        self.on, self.rows, self.at, self.moment, self.held = False, [], 0, None, None

    def begin(self, at, moment):
        """Counts from nothing on. at 0: nobody is held."""
        self.end()
        with self.cond:
            self.on, self.rows, self.at, self.moment = True, [], at, moment if at else None
        self.changed()

    def end(self):
        """Lets go; the rows stay to be read."""
        with self.cond:
            self.on, self.at, self.moment, self.held = False, 0, None, None
            self.cond.notify_all()
        self.changed()

    def arrived(self):
        """A request is here, and nothing has been done about it. False: it must be dropped."""
        with self.cond:
            return self.moment != "next" or len(self.rows) < self.at or not self._stop()

    def done(self, what):
        """A write was done, and its answer is about to go out."""
        with self.cond:
            if self.on:
                self.rows.append(what)
                if self.moment == "answer" and len(self.rows) == self.at:
                    self._stop()

    def _stop(self):
        self.held = self.rows[self.at - 1]
        self.cond.notify_all()
        self.cond.wait_for(lambda: self.held is None)
        return True

    def wait(self, limit_s):
        """The write at which a client is held; None when it was let go, or nobody came in time."""
        with self.cond:
            self.cond.wait_for(lambda: self.held is not None or not self.moment, limit_s)
            return self.held
