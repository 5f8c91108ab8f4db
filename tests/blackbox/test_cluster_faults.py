"""Every request to the cluster of a wait and of a promotion, spoilt in every way that networks and servers know: never a success that was not
seen, never longer than the deadline, and an error that says where it went wrong; the same command again ends as if nothing had been.

A suite runs a share of the pairs, as test_faults.py does: STAGEGATE_FAULTS=0/1 runs all of them.
"""
import random

import pytest

from conftest import LIMIT_S
from spoiler import FAULTS, ClusterSpoiler
from test_faults import QUICK, SHARE, SHARES, TOGETHER, several
from test_killed import begin, by_request, world
from test_promote import Journey

MOST_S = LIMIT_S * 2 / 3  # of the eight seconds that QUICK allows, and what a busy machine needs beside


def wait(journey):
    journey.sg("bump", "catalog", "1.4.2")
    return ("wait", "catalog", "--env", "dev"), 0


def wait_for_what_is_broken(journey):
    journey.ctl("app", "catalog-dev", "degraded")
    return (*wait(journey)[0], "--degraded-grace", "100ms"), 1


# exit statuses beside that of the undisturbed run: refused, not there, unreachable, not in time, unreadable; for a promotion also that the gate
# stays closed
STORIES = {"wait": (wait, {4, 5, 7, 8, 9}), "broken": (wait_for_what_is_broken, {4, 5, 7, 8, 9}), "promote": (by_request, {4, 5, 7, 8, 9, 75})}


@pytest.fixture(scope="module")
def spoiler():
    between = ClusterSpoiler()
    yield between
    between.stop()


@pytest.fixture(scope="module")
def through(spoiler, sandbox, tmp_path_factory):
    """The kubeconfig that leads through the spoiler."""
    path = tmp_path_factory.mktemp("kube") / "spoilt.secret"
    spoiler.kubeconfig(sandbox, path)
    return str(path)


@pytest.fixture
def journey(sandbox, sg, through):
    yield Journey(sandbox, sg)
    sandbox.ctl("app", "catalog-dev", "healthy")


def run_through(journey, spoiler, through, words, faults):
    spoiler.arm_each(faults)
    return journey.sg(*words, *QUICK, "--output", "json", expect=None, env={"KUBECONFIG": through})


def names_the_cause(document, origin):
    """An error says which server, or which of its objects; a verdict what it waited for."""
    if document["result"] != "error":
        return bool(document["verdicts"]) and all(row["reason"] != "DEPLOYED" and row["sentence"] for row in document["verdicts"])
    return any(word in f"{document['where']}: {document['cause']}" for word in (origin, "catalog-dev", "catalog-staging"))


def problems(run, code, others, origin):
    """What must never be, of a run that was spoilt."""
    if run.code != code and run.code not in others:
        yield f"exit {run.code}"
    if run.seconds > MOST_S:
        yield f"{run.seconds:.1f} s"
    if run.code not in (code, 75) and not names_the_cause(run.json, origin):
        yield "no cause"


def wrongs(journey, spoiler, through, name, choose):
    """What is wrong with runs of the story that are spoilt as CHOOSE(number of requests) says, and with the same command once more."""
    story, others = STORIES[name]
    words, code, before = begin(journey, story)
    whole_run = run_through(journey, spoiler, through, words, {})
    count, whole = spoiler.seen, world(journey, before)
    assert whole_run.code == code and count >= 3, whole_run
    for faults in choose(count):
        words, _, before = begin(journey, story)
        run = run_through(journey, spoiler, through, words, faults)
        where = f"{faults} of {count} ({spoiler.hits})"
        found = list(problems(run, code, others, spoiler.origin.removeprefix("https://")))
        if found:
            yield f"{where}: {', '.join(found)}: {run}"
        again = run_through(journey, spoiler, through, words, {})
        if again.code != code or world(journey, before) != whole:
            yield f"{where}, then again: {again}\nfirst: {run}\n{world(journey, before)}\nwanted: {whole}"


@pytest.mark.parametrize("name", STORIES)
def test_whatever_the_cluster_answers_it_is_never_a_success_by_mistake(journey, spoiler, through, name):
    share = lambda count: [{number: fault} for number in range(1, count + 1) for fault in FAULTS][SHARE % SHARES::SHARES]
    wrong = list(wrongs(journey, spoiler, through, name, share))
    assert not wrong, f"{len(wrong)}:\n" + "\n\n".join(wrong[:12])


@pytest.mark.parametrize("name", STORIES)
def test_several_faults_in_one_run(journey, spoiler, through, name):
    seed, runs = TOGETHER
    rng = random.Random(f"{seed}/{name}")
    wrong = list(wrongs(journey, spoiler, through, name, lambda count: [several(rng, count) for _ in range(int(runs))]))
    assert not wrong, f"{len(wrong)}:\n" + "\n\n".join(wrong[:12])
