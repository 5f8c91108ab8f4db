"""Runs that die at a moment of an effect (src/io/seam.h), and what the world has become in the end."""
import os
import pathlib
import re
import signal

from test_killed import world as seen_by_people

# A run of the tests takes a share of the moments of each story; STAGEGATE_MOMENTS=0/1 takes all of them, 2/5 the third fifth.
SHARE, SHARES = map(int, os.environ.get("STAGEGATE_MOMENTS", "0/1").split("/"))


class Crash:
    """Runs the program, as SG does, and lists or ends its moments."""

    def __init__(self, sg):
        self.sg, self.file = sg, pathlib.Path(sg.folder, "moments")

    def moments(self, *words, expect=0):
        """What a run comes by that nobody kills, from number 1 on."""
        self.file.unlink(missing_ok=True)
        self.sg(*words, expect=expect, env={"STAGEGATE_CRASH_LIST": str(self.file)})
        rows = self.file.read_text().splitlines()
        assert [row.split(" ")[0] for row in rows] == [str(number + 1) for number in range(len(rows))], "the numbers of the list"
        return rows

    def at(self, number, *words):
        """A run that dies at a moment; False when it ended before, by itself."""
        with self.sg.started(*words, env={"STAGEGATE_CRASH_AT": str(number)}) as run:
            run.child.wait()
            code = run.child.returncode
        self.sg.sweep()
        assert code == -signal.SIGKILL or code in range(128), code
        return code == -signal.SIGKILL


def share(moments):
    """[(number, what)] of this run's share."""
    return list(enumerate(moments, 1))[SHARE::SHARES]


def _tree(journey, sha):
    return journey.sandbox.git("rev-parse", f"{sha}^{{tree}}")


def world(journey, before):
    """Also what GitLab was told of commits; a commit is known by its tree, for its id may be another one (design, promise 10)."""
    statuses = [re.match("([0-9a-f]+) (.*)", row).groups() for row in journey.ctl("statuses").splitlines()]
    deployments = [row.split(" ") for row in journey.ctl("deployments").splitlines()]
    return {
        **seen_by_people(journey, before),
        "statuses": [(_tree(journey, sha), told) for sha, told in statuses],
        "deployments": [(env, status, _tree(journey, sha), who) for _, env, status, sha, who in deployments],
    }
