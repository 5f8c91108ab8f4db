"""The program dies at a moment of an effect: before and after each request that changes something, in its answer, at each file that is made,
made durable, moved or removed. The same command again ends as an undisturbed run does (design, promise 3; security.md 5.2)."""
import pytest

from crash import Crash, share, world
from test_killed import begin, by_commit, by_request
from test_promote import Journey, configure


def bump_by_git(journey):
    return ("bump", "catalog", "1.4.2", "--publish-via", "git"), 0


def bump_by_api(journey):
    return ("bump", "catalog", "1.4.2", "--publish-via", "api"), 0


def bump_by_request(journey):
    configure(journey, "publish: commit", "publish: merge-request")
    return ("mr", "open", "catalog=1.4.2", "--to", "dev"), 0


def record_deployments(journey):
    text = journey.sandbox.show("stagegate.yaml", "main").decode()
    journey.sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=text + '\ngitlab: {environment: "{env}/{service}"}\n')


def promote(journey):
    """Gates, request, merge, roll-out, and the record of it."""
    record_deployments(journey)
    return by_request(journey)


def wait(journey):
    """It takes the place of one whose roll-out nobody has seen the end of."""
    record_deployments(journey)
    journey.ctl("app", "catalog-dev", "stuck")
    journey.sg("bump", "catalog", "1.4.2")
    journey.sg("wait", "catalog", "--env", "dev", "--timeout", "1s", expect=8)
    journey.ctl("app", "catalog-dev", "healthy")
    journey.sg("bump", "catalog", "1.4.3")
    return ("wait", "catalog", "--env", "dev"), 0


def promote_by_commit(journey):
    return by_commit(journey)


def promote_approved(journey):
    """The request is open, and somebody has approved it since."""
    journey.ctl("approve", "manager-2", str(journey.production_waits()))
    return ("promote", "catalog", "--to", "production"), 0


def request_opened(journey):
    journey.dev()
    return ("mr", "open", "catalog", "--to", "staging"), 0


def request_moved(journey):
    """The open request gets a newer version."""
    words, code = request_opened(journey)
    journey.sg(*words, expect=code)
    journey.dev(tag="1.4.3")
    return words, code


def request_closed(journey):
    journey.sg(*request_opened(journey)[0])
    return ("mr", "close", "catalog", "--to", "staging"), 0


STORIES = (bump_by_git, bump_by_api, bump_by_request, wait, promote, promote_by_commit, promote_approved, request_opened, request_moved,
           request_closed)


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


@pytest.mark.parametrize("story", STORIES)
def test_it_dies_at_a_moment_and_the_same_command_ends_the_same(journey, story):
    words, code, before = begin(journey, story)
    crash = Crash(journey.sg)
    moments = crash.moments(*words, expect=code)
    whole = world(journey, before)
    assert len(moments) >= 5 and any(" sent: " in row for row in moments), moments
    wrong, ended = [], []
    for number, what in share(moments):
        _, _, before = begin(journey, story)
        journey.ctl("hold", "0")
        if not crash.at(number, *words):
            ended.append(what)
        journey.ctl("idle")
        again = journey.sg(*words, expect=None)
        if again.code != code or world(journey, before) != whole:
            wrong.append(f"{what}, then again: {again}\n{world(journey, before)}\nwanted: {whole}")
    assert not wrong, f"{len(wrong)} moments:\n" + "\n\n".join(wrong[:8])
    # How often the cluster is asked to look again is not the same in each run.
    assert len(ended) * 5 <= len(share(moments)), f"not killed: {ended}"
