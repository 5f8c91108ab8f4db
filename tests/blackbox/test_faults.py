"""Every request of the golden runs, spoilt in every way that networks and servers know: the run ends in time, with success or with a
documented error; and the same command again ends as if nothing had been (security.md 5.5).

A suite runs a share of the pairs, another one in each of its forms; STAGEGATE_FAULTS=0/1 runs all of them, 7/100 the eighth hundredth.
"""
import os
import re

import pytest

from conftest import running
from spoiler import FAULTS, Spoiler
from test_killed import begin, bump, by_commit, by_hand, by_request, world
from test_promote import Journey

FORM = "7/47" if os.environ.get("STAGEGATE_SANITIZED") else "19/47" if os.environ.get("SANDBOX_ROOT") else "31/47"
SHARE, SHARES = map(int, os.environ.get("STAGEGATE_FAULTS", FORM).split("/"))
STORIES = {story.__name__: story for story in (bump, by_request, by_commit, by_hand)}
# what a fault may make of a run (docs/exit-codes.md); a bug or a wrong use is never among them
ENDS = {0, 1, 4, 5, 6, 7, 8, 9, 11, 75}
QUICK = ("--timeout", "8s", "--request-timeout", "2s", "--connect-timeout", "2s", "--idle-timeout", "2s", "--retry-base", "5ms")
WHOLE = ("--timeout", "80s", "--retry-base", "5ms")  # for a run that nobody spoils, on a busy machine


@pytest.fixture(scope="module")
def spoiler():
    between = Spoiler()
    yield between
    between.stop()


@pytest.fixture(scope="module")
def sandbox(spoiler, tmp_path_factory):
    """One that is reached through the spoiler."""
    for box in running(tmp_path_factory.mktemp("spoilt"), "--origin", spoiler.origin):
        spoiler.stand_before(box)
        yield box


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def golden(journey, spoiler, story):
    """(how many requests, the world) of a run that nobody spoils."""
    words, code, before = begin(journey, story)
    spoiler.arm(0, None)
    journey.sg(*words, *WHOLE, expect=code)
    return spoiler.seen, world(journey, before)


def pairs(count, name):
    """(number of the request, fault) of this suite's share."""
    every = [(number, fault) for number in range(1, count + 1) for fault in FAULTS]
    return every[(SHARE + 11 * list(STORIES).index(name)) % SHARES::SHARES]


def end(journey, before, fault, hit):
    """The world after the spoilt run itself: a note that a proxy delivers twice may stand there twice, until the next run."""
    found = world(journey, before)
    if fault == "twice" and re.match("POST .*/notes$", hit or ""):
        found["requests"] = [(state, title, sorted(set(kinds))) for state, title, kinds in found["requests"]]
    return found


@pytest.mark.parametrize("name", STORIES)
def test_whatever_happens_to_a_request_the_same_command_heals_it(journey, spoiler, name):
    count, whole = golden(journey, spoiler, STORIES[name])
    assert count >= 3
    wrong = []
    for number, fault in pairs(count, name):
        words, code, before = begin(journey, STORIES[name])
        spoiler.arm(number, fault)
        run = journey.sg(*words, *QUICK, expect=None)
        hit = spoiler.hit
        where = f"request {number}, {fault} ({hit})"
        left_out = "warning: " in run.err  # what binds nobody, such as the note about the gates, may be missing then
        if run.code not in ENDS or run.code == code and not left_out and end(journey, before, fault, hit) != whole:
            wrong.append(f"{where}: {run}")
        spoiler.arm(0, None)
        again = journey.sg(*words, *WHOLE, expect=None)
        if again.code != code or world(journey, before) != whole:
            wrong.append(f"{where}, then again: {again}\nfirst: {run}\n{world(journey, before)}\nwanted: {whole}")
    assert not wrong, f"{len(wrong)} of {count * len(FAULTS)}:\n" + "\n\n".join(wrong[:12])
