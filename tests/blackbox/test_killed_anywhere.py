"""kill -9 at every network and file call of a bump, one after the other, and the same command again: the branch has the change once.

test_killed.py kills at the writes that the servers see; this kills where only the kernel looks (security.md 5.6). A suite kills at a share
of the calls, another one in each of its forms; STAGEGATE_CALLS=0/1 takes all of them.
"""
import collections
import os
import re

import pytest

from test_killed import begin, bump, world
from test_promote import Journey

CALLS = "%network,write,writev,openat,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,rmdir,ftruncate"
FORM = "1/6" if os.environ.get("STAGEGATE_SANITIZED") else "3/6" if os.environ.get("SANDBOX_ROOT") else "5/6"
SHARE, SHARES = map(int, os.environ.get("STAGEGATE_CALLS", FORM).split("/"))
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


@STRACE
@pytest.mark.parametrize("via", ["git", "api"])
def test_killed_at_any_call_and_run_again_the_change_is_there_once(journey, tmp_path, via):
    words, _, before = begin(journey, bump)
    words = (*words, "--publish-via", via)
    every = calls(journey, words, str(tmp_path / "trace"))
    whole = world(journey, before)
    assert len(every) > 50
    ended, wrong = [], []
    for name, which in every[SHARE::SHARES]:
        _, _, before = begin(journey, bump)
        done = journey.sg.traced(*words, strace=["-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:signal=SIGKILL:when={which}"])
        if done.returncode == 0:
            ended.append((name, which))
        journey.sg.sweep()
        journey.sg(*words)
        if world(journey, before) != whole:
            wrong.append(f"{name} {which}: {world(journey, before)}, not {whole}")
    assert not wrong, "\n".join(wrong)
    # One run gets its answers in fewer pieces than another, and ends before so many reads.
    assert len(ended) * 2 <= len(every[SHARE::SHARES]), f"not killed: {ended}"
