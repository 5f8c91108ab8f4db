"""kill -9 at every network and file call of a bump and of a promotion, one after the other, and the same command again: the world ends as
without the kill.

test_killed.py kills at the writes that the servers see; this kills where only the kernel looks (security.md 5.6). A suite kills at a third
of the calls, another one in each of its three forms, so that they take all of a bump together; of the promotion, which takes longer, each
takes a twentieth of that. STAGEGATE_CALLS=0/1 takes all.
"""
import collections
import os
import re

import pytest

from test_killed import begin, bump, by_request, world
from test_promote import Journey

CALLS = "%network,write,writev,openat,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,rmdir,ftruncate"
FORM = "0/3" if os.environ.get("STAGEGATE_SANITIZED") else "1/3" if os.environ.get("SANDBOX_ROOT") else "2/3"
GIVEN = os.environ.get("STAGEGATE_CALLS")
STORIES = {"git": (bump, 1), "api": (bump, 1), "promote": (by_request, 20)}  # and of how many shares a suite takes one
STRACE = pytest.mark.skipif(not os.path.exists("/usr/bin/strace"), reason="strace is not installed (ci/setup)")


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def calls(journey, words, trace):
    """[(name, which of that name)] of the calls that a run makes when nobody kills it."""
    done = journey.sg.traced(*words, strace=["-e", f"trace={CALLS}", "-o", trace])
    assert done.returncode == 0, done.stdout
    seen, found = collections.Counter(), []
    with open(trace, encoding="utf-8", errors="replace") as lines:
        for name in re.findall(r"(?m)^\d+ +([a-z]\w*)\(", lines.read()):
            seen[name] += 1
            found.append((name, seen[name]))
    return found


def share(every, fewer):
    """Of a suite's share one of so many."""
    first, step = map(int, (GIVEN or FORM).split("/"))
    return every[first::step if GIVEN else step * fewer]


@STRACE
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_any_call_and_run_again_it_ends_the_same(journey, tmp_path, name):
    story, fewer = STORIES[name]
    words, code, before = begin(journey, story)
    if story is bump:
        words = (*words, "--publish-via", name)
    every = calls(journey, words, str(tmp_path / "trace"))
    whole = world(journey, before)
    assert len(every) > 50
    ended, wrong, chosen = [], [], share(every, fewer)
    for call, which in chosen:
        _, _, before = begin(journey, story)
        journey.ctl("hold", "0")  # Git is among what `idle` waits for
        done = journey.sg.traced(*words, strace=["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={which}"])
        if done.returncode == 0:
            ended.append((call, which))
        journey.sg.sweep()
        journey.ctl("idle")
        again = journey.sg(*words, expect=None)
        if again.code != code or world(journey, before) != whole:
            wrong.append(f"{call} {which}, then again: {again}\n{world(journey, before)}\nwanted: {whole}")
    assert not wrong, f"{len(wrong)} of {len(chosen)}:\n" + "\n\n".join(wrong[:8])
    # One run gets its answers in fewer pieces than another, and ends before so many reads.
    assert len(ended) * 2 <= len(chosen), f"not killed: {ended}"
