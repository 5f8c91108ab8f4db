"""kill -9 at every write that a run makes, and the same command again: the world ends as without the kill.

The writes are not listed here: an uninterrupted run is counted first, as the sandbox sees it (pushes, requests to
GitLab and to the cluster that are not reads), and every one of them has its turn.
"""
import re

import pytest

from test_promote import Journey, configure


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


def bump(journey):
    return ("bump", "catalog", "1.4.2"), 0


def by_request(journey):
    journey.dev()
    return ("promote", "catalog", "--to", "staging"), 0


def by_commit(journey):
    configure(journey, "- name: staging\n    publish: merge-request", "- name: staging\n    publish: commit")
    return by_request(journey)


def by_hand(journey):
    """All but the merge, which is a person's, and with a note about the gates."""
    configure(journey, 'application: "{service}-staging"', 'application: "{service}-staging"\n    merge: human')
    return by_request(journey)[0], 75


def newer_version(journey):
    """It goes into the request that is open."""
    words, code = by_hand(journey)
    journey.sg(*words, expect=code)
    journey.dev(tag="1.4.3")
    return words, code


def requests(journey):
    """(state, kinds of our notes) of every merge request."""
    rows = []
    for line in journey.ctl("mrs").splitlines():
        mr = journey.mr(line.split()[0].lstrip("!"))
        kinds = [re.match("<!-- stagegate:([a-z]+)", body) for _, _, body in mr["notes"]]
        rows.append((mr["state"], mr["title"], sorted(kind[1] for kind in kinds if kind)))
    return rows


def world(journey, before):
    """All that the run is there for: files, history, merge requests, notes, branches."""
    branches = ("main", "develop")
    return {
        "trees": [journey.sandbox.git("rev-parse", f"{branch}^{{tree}}") for branch in branches],
        "commits": [journey.sandbox.git("rev-list", "--count", f"{old}..{branch}") for old, branch in zip(before, branches)],
        "requests": requests(journey),
        "branches": journey.sandbox.git("for-each-ref", "--format=%(refname)", "refs/heads/"),
    }


def begin(journey, story):
    """(words, exit status, tips) of a story that is about to be run."""
    journey.ctl("reset")
    words, code = story(journey)
    return words, code, (journey.sandbox.tip("main"), journey.sandbox.tip("develop"))


def uninterrupted(journey, story):
    """(the writes, the world) of a run that nobody kills."""
    words, code, before = begin(journey, story)
    journey.ctl("hold", "0")
    journey.sg(*words, expect=code)
    writes = journey.ctl("effects").splitlines()
    assert writes
    return writes, world(journey, before)


def killed(journey, words, number, moment):
    """Starts a run that is killed at a write: the write, or None, and the exit status when it ended by itself."""
    journey.ctl("hold", str(number), moment)
    with journey.sg.started(*words) as run:
        at = journey.sandbox.kill_where_held(run)
    journey.sg.sweep()
    return at, run.child.returncode


@pytest.mark.parametrize("moment", ["answer", "next"])
@pytest.mark.parametrize("story", [bump, by_request, by_commit])
def test_killed_at_every_write_and_run_again_ends_the_same(journey, story, moment):
    writes, whole = uninterrupted(journey, story)
    for number in range(1, len(writes) + 1):
        words, code, before = begin(journey, story)
        at, _ = killed(journey, words, number, moment)
        assert at or number == len(writes), f"write {number} of {writes} was not made"
        journey.sg(*words, expect=code)
        assert world(journey, before) == whole, f"killed at write {number}: {at} ({moment})"


@pytest.mark.parametrize("moment", ["answer", "next"])
@pytest.mark.parametrize("story", [by_hand, newer_version])
def test_killed_at_its_first_write_again_and_again_until_it_is_done(journey, story, moment):
    """The state after every write is begun from by a new process here, too, and each of those is killed in turn."""
    writes, whole = uninterrupted(journey, story)
    words, code, before = begin(journey, story)
    kills = []
    while len(kills) <= 2 * len(writes):
        at, status = killed(journey, words, 1, moment)
        if not at:
            break
        kills.append(at)
    assert not at and status == code, (kills, status)
    assert len(kills) >= len(writes) - 1 and world(journey, before) == whole, kills
