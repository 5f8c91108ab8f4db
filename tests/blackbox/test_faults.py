"""Every request of the golden runs, spoilt in every way that networks and servers know: the run ends in time, with success or with a
documented error; and the same command again ends as if nothing had been (security.md 5.5).

A suite runs a share of the pairs, another one in each of its forms; STAGEGATE_FAULTS=0/1 runs all of them, 7/100 the eighth hundredth.
Beside them come runs with several faults, which STAGEGATE_FAULTS_TOGETHER=SEED/COUNT chooses.
"""
import os
import random
import re

import pytest

from conftest import running
from spoiler import CHANGED, FAULTS, Spoiler, answer
from test_killed import begin, bump, by_commit, by_hand, by_request, world
from test_promote import Journey, configure

FORM = "7/47" if os.environ.get("STAGEGATE_SANITIZED") else "19/47" if os.environ.get("SANDBOX_ROOT") else "31/47"
SHARE, SHARES = map(int, os.environ.get("STAGEGATE_FAULTS", FORM).split("/"))
TOGETHER = os.environ.get("STAGEGATE_FAULTS_TOGETHER", f"{SHARE}/4").split("/")


def bump_by_git(journey):
    return (*bump(journey)[0], "--publish-via", "git"), 0


STORIES = {story.__name__: story for story in (bump, bump_by_git, by_request, by_commit, by_hand)}
ONE_WRITE = (bump, bump_by_git)
UNKNOWN = 11
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


def end(journey, before, hits):
    """The world after the spoilt run itself: a note that a proxy delivers twice may stand there twice, until the next run."""
    found = world(journey, before)
    if any(fault == "twice" and re.match("POST .*/notes$", request) for fault, request in hits):
        found["requests"] = [(state, title, sorted(set(kinds))) for state, title, kinds in found["requests"]]
    return found


def problems(journey, spoiler, story, faults, whole):
    """What is wrong with a run whose requests are spoilt so ({number: fault}), and with the same command once more."""
    words, code, before = begin(journey, story)
    spoiler.arm_each(faults)
    run = journey.sg(*words, *QUICK, expect=None)
    hits = spoiler.hits
    where = f"{faults} {hits}"
    left_out = "warning: " in run.err  # what binds nobody, such as the note about the gates, may be missing then
    if run.code not in ENDS or run.code == code and not left_out and end(journey, before, hits) != whole:
        yield f"{where}: {run}"
    if story in ONE_WRITE and run.code not in (code, UNKNOWN) and world(journey, before)["commits"] != ["0", "0"]:
        yield f"{where}: failed, and it is there: {run}"
    spoiler.arm(0, None)
    again = journey.sg(*words, *WHOLE, expect=None)
    if again.code != code or world(journey, before) != whole:
        yield f"{where}, then again: {again}\nfirst: {run}\n{world(journey, before)}\nwanted: {whole}"


@pytest.mark.parametrize("name", STORIES)
def test_whatever_happens_to_a_request_the_same_command_heals_it(journey, spoiler, name):
    count, whole = golden(journey, spoiler, STORIES[name])
    assert count >= 3
    wrong = [words for number, fault in pairs(count, name) for words in problems(journey, spoiler, STORIES[name], {number: fault}, whole)]
    assert not wrong, f"{len(wrong)} of {count * len(FAULTS)}:\n" + "\n\n".join(wrong[:12])


def several(rng, count):
    """Two to four faults that lie near each other: one of them alone never shows what a retry leaves behind."""
    first = rng.randrange(1, count + 1)
    numbers = {first, *(first + rng.choice((1, 1, 2, 3, 4, rng.randrange(1, count + 4))) for _ in range(rng.choice((1, 1, 2, 3))))}
    return {number: rng.choice(FAULTS) for number in sorted(numbers)}


@pytest.mark.parametrize("name", STORIES)
def test_several_faults_in_one_run(journey, spoiler, name):
    seed, runs = TOGETHER
    rng = random.Random(f"{seed}/{name}")
    count, whole = golden(journey, spoiler, STORIES[name])
    wrong = [words for _ in range(int(runs)) for words in problems(journey, spoiler, STORIES[name], several(rng, count), whole)]
    assert not wrong, f"{len(wrong)}:\n" + "\n\n".join(wrong[:12])


# -- what was delivered twice: the second delivery is declined, and then the network fails

MANY = 1000


def last_request(journey, spoiler, story, *more):
    """(words of the run, exit status, tips); a run that nobody spoils ends with its push."""
    words, code, _ = begin(journey, story)
    spoiler.arm(0, None)
    journey.sg(*words, *more, *WHOLE, expect=code)
    return spoiler.seen, *begin(journey, story)


def twice_and_then(journey, spoiler, via, faults, expect, **more_env):
    """The push is delivered twice, and the requests after it are spoilt as FAULTS says."""
    more = ("--publish-via", via, "--output", "json")
    push, words, _, before = last_request(journey, spoiler, bump, *more)
    spoiler.arm_each({push: "twice", **{push + number: fault for number, fault in enumerate(faults, 1)}})
    run = journey.sg(*words, *more, *QUICK, expect=expect, env=more_env)
    assert journey.sandbox.git("rev-list", "--count", f"{before[1]}..develop") == "1" and journey.tag("dev", branch="develop") == "1.4.2", run
    spoiler.arm(0, None)
    return run


@pytest.mark.parametrize("via", ("api", "git"))
def test_a_declined_push_that_cannot_be_looked_for_is_unknown(journey, spoiler, via):
    run = twice_and_then(journey, spoiler, via, ["reset before"] * MANY, 11)
    assert run.json["reason"] == "OUTCOME_UNKNOWN" and "second delivery" in run.json["cause"], run
    assert journey.sg("bump", "catalog", "1.4.2", "--output", "json").json["result"] == "unchanged"


@pytest.mark.parametrize("via", ("api", "git"))
def test_a_declined_push_that_arrived_is_found(journey, spoiler, via):
    run = twice_and_then(journey, spoiler, via, ["403"], 0)
    assert run.json["result"] == "done" and run.json["commit"] == journey.sandbox.tip("develop"), run


@pytest.mark.parametrize("via", ("api", "git"))
def test_a_request_that_succeeds_at_its_second_try_is_no_failure(journey, spoiler, via):
    twice_and_then(journey, spoiler, via, ["reset before"], 0)


@pytest.mark.parametrize("faults, expect", ((["403"], 0), (["502"] * MANY, 11)))
def test_git_that_cannot_be_turned_to_leaves_the_api(journey, spoiler, faults, expect):
    """After the declined push the API gives no configuration, and Git has no folder: only the API can say what arrived."""
    run = twice_and_then(journey, spoiler, "auto", faults, expect, TMPDIR="/nonexistent")
    if expect == 0:
        assert run.json["result"] == "done" and run.json["commit"] == journey.sandbox.tip("develop"), run
    else:
        assert run.json["reason"] == "OUTCOME_UNKNOWN" and "temporary directory" in run.err, run


def after_two_deliveries(spoiler, monkeypatch, push, act):
    """The fault of a push that is delivered twice, and then ACT happens before the answer, or gives another one."""
    def acted(whole):
        return act() or whole

    ask = spoiler.ask

    async def deliver(request, share=1.0):
        if spoiler.seen == push:
            await ask(request, share)
        return await ask(request, share)

    monkeypatch.setitem(CHANGED, "twice, and more", acted)
    monkeypatch.setattr(spoiler, "ask", deliver)
    return "twice, and more"


@pytest.mark.parametrize("gone, reason", (("main", None), ("develop", "BRANCH_NOT_FOUND")))
@pytest.mark.parametrize("via", ("api", "git"))
def test_a_declined_push_and_a_branch_that_is_gone(journey, spoiler, monkeypatch, via, gone, reason):
    """The configuration's branch says nothing of what arrived in the other one; the other one itself does."""
    more = ("--publish-via", via, "--output", "json")
    push, words, _, before = last_request(journey, spoiler, bump, *more)
    tip = before[gone == "develop"]
    fault = after_two_deliveries(spoiler, monkeypatch, push, lambda: journey.sandbox.git("update-ref", "-d", f"refs/heads/{gone}"))
    spoiler.arm(push, fault)
    run = journey.sg(*words, *more, *QUICK, expect=None)
    spoiler.arm(0, None)
    journey.sandbox.git("update-ref", f"refs/heads/{gone}", tip)
    if reason:
        assert run.json["reason"] == reason, run
    else:
        assert run.code == 0 and run.json["result"] == "done" and run.json["commit"] == journey.sandbox.tip("develop"), run


@pytest.mark.parametrize("gates, expect", (("    gates: [{type: freeze}]\n", 6), ("    # another word\n", 0)))
def test_a_fetch_that_looks_anew_sees_another_configuration(journey, spoiler, monkeypatch, gates, expect):
    """The push of a bump is lost, and the next fetch breaks off: what comes by the next look has a configuration with gates."""
    push, words, _, before = last_request(journey, spoiler, bump_by_git)
    ask, met = spoiler.ask, []

    async def others(request, share=1.0):
        if spoiler.seen == push:
            journey.sandbox.ctl("push-file", "develop", "others.txt", stdin="1")
        whole = await ask(request, share)
        if spoiler.seen <= push or met or b"/git-upload-pack HTTP" not in request.head:
            return whole
        met.append(request)
        configure(journey, 'application: "{service}-dev"\n', f'application: "{{service}}-dev"\n{gates}')
        return whole[:-30]

    spoiler.arm(0, None)
    monkeypatch.setattr(spoiler, "ask", others)
    run = journey.sg(*words, *WHOLE, expect=expect)
    assert met and (journey.tag("dev", branch="develop") == "1.4.2") is (expect == 0), run


@pytest.mark.parametrize("publish", ("commit", "merge-request"))
def test_a_first_fetch_that_looks_anew_sees_another_configuration(journey, spoiler, monkeypatch, publish):
    """The branch is fetched after the configuration was read, and the fetch breaks off: the next look has gates."""
    words, _, _ = begin(journey, bump_by_git)
    configure(journey, "branch: develop\n    publish: commit", f"branch: develop\n    publish: {publish}")
    for number in range(9):  # more than are fetched before they are wanted
        journey.sandbox.git("update-ref", f"refs/heads/more-{number}", "refs/heads/main")
    before, ask, fetches = journey.sandbox.git("for-each-ref", "refs/heads/develop", "refs/heads/stagegate"), spoiler.ask, []

    async def others(request, share=1.0):
        whole = await ask(request, share)
        if b"/git-upload-pack HTTP" in request.head:
            fetches.append(request)
        if len(fetches) != 2 or request is not fetches[1]:
            return whole
        configure(journey, 'application: "{service}-dev"\n', 'application: "{service}-dev"\n    gates: [{type: freeze}]\n')
        return whole[:-30]

    spoiler.arm(0, None)
    monkeypatch.setattr(spoiler, "ask", others)
    run = journey.sg(*words, *WHOLE, expect=6)
    assert "became another one" in run.err, run
    assert journey.sandbox.git("for-each-ref", "refs/heads/develop", "refs/heads/stagegate") == before, run


ODD = answer("400 Bad Request", b'{"message":"Words that nobody knows"}')


@pytest.mark.parametrize("via", ("api", "auto"))
@pytest.mark.parametrize("faults, expect", (([], 0), (["403"], 0), (["502"] * 3, 0), (["403"] * MANY, 11), (["reset before"] * MANY, 11)))
def test_a_push_that_is_declined_in_new_words(journey, spoiler, monkeypatch, via, faults, expect):
    """The branch, which could say what they mean, cannot be read at once."""
    more = ("--publish-via", via, "--output", "json")
    push, words, _, before = last_request(journey, spoiler, bump, *more)
    fault = after_two_deliveries(spoiler, monkeypatch, push, lambda: ODD)
    spoiler.arm_each({push: fault, **{push + number: then for number, then in enumerate(faults, 1)}})
    run = journey.sg(*words, *more, *QUICK, expect=expect)
    assert journey.sandbox.git("rev-list", "--count", f"{before[1]}..develop") == "1", run
    assert expect == 0 or run.json["reason"] == "OUTCOME_UNKNOWN", run


# requests after the push until the configuration is read again
READ = {"api": 1, "git": 3}


@pytest.mark.parametrize("via", ("api", "git"))
def test_a_declined_push_and_a_configuration_that_is_another_one(journey, spoiler, monkeypatch, via):
    """By the new one nothing may be pushed any more; what arrived before cannot be looked for."""
    more = ("--publish-via", via, "--output", "json")
    push, words, _, before = last_request(journey, spoiler, bump, *more)
    fault = after_two_deliveries(spoiler, monkeypatch, push, lambda: configure(journey, "publish: commit", "publish: merge-request"))
    spoiler.arm_each({push: fault, **{push + number: "reset before" for number in range(READ[via] + 1, MANY)}})
    run = journey.sg(*words, *more, *QUICK, expect=None)
    spoiler.arm(0, None)
    assert journey.sandbox.git("rev-list", "--count", f"{before[1]}..develop") == "1", run
    assert run.code == 11 and run.json["reason"] == "OUTCOME_UNKNOWN" and "second delivery" in run.json["cause"], run


@pytest.mark.parametrize("number, request_", ((1, "GET .*/info/refs"), (2, "POST .*/git-upload-pack$")))
@pytest.mark.parametrize("fault", ("half of the answer, then a reset", "half of the body, said to be whole", "less than was said"))
def test_reading_that_breaks_off_is_asked_again(journey, spoiler, fault, number, request_):
    words, code, before = begin(journey, bump_by_git)
    spoiler.arm(number, fault)
    journey.sg(*words, *WHOLE, expect=code)
    assert re.match(request_, spoiler.hit) and world(journey, before)["commits"] == ["0", "1"]


def test_the_same_of_a_request_that_is_pushed(journey, spoiler):
    push, words, code, before = last_request(journey, spoiler, by_push)
    spoiler.arm_each({push: "reset afterwards", push + 1: "reset before", push + 2: "reset before"})
    journey.sg(*words, *WHOLE, expect=code)
    assert len(world(journey, before)["requests"]) == 1


def by_push(journey):
    configure(journey, "publish: commit", "publish: merge-request")
    return ("bump", "catalog", "1.4.2", "--env", "dev"), 0
