"""People work beside us with plain git, python-gitlab and glab, and our later runs are not confused by any of it."""
import os
import re

import pytest

from sim import clients
from test_killed import killed
from test_promote import Journey, configure

PRODUCTION = "stagegate/production/catalog"


@pytest.fixture
def journey(sandbox, sg):
    return Journey(sandbox, sg)


@pytest.fixture
def elsewhere(tmp_path_factory):
    """Where people keep their clones and tokens; the program's own folder is searched for secrets."""
    return tmp_path_factory.mktemp("people")


class Clone:
    """A person's clone."""

    def __init__(self, journey, user, folder):
        self.env, self.path = journey.sandbox.env, str(folder / user)
        clients.git(self.env, "clone", "-q", clients.url(self.env, user), self.path)

    def git(self, *words):
        return clients.git(self.env, *words, cwd=self.path).stdout.strip()

    def change(self, path, old, new):
        """Commits another text in a file."""
        name = os.path.join(self.path, path)
        with open(name, encoding="utf-8", newline="") as file:
            text = file.read()
        assert old in text
        with open(name, "w", encoding="utf-8", newline="") as file:
            file.write(text.replace(old, new))
        self.git("commit", "-q", "-am", f"{path}: {new}")


def person(journey, user):
    pytest.importorskip("gitlab", reason="python3-gitlab is not installed")
    return clients.project(journey.sandbox.env, user)


def ready(request):
    """Reads the request until GitLab would merge it, as somebody who waits for it does."""
    for _ in range(10):
        request = request.manager.get(request.iid)
        if request.detailed_merge_status == "mergeable":
            return request
    raise AssertionError(request.detailed_merge_status)


def our_notes(journey, iid):
    found = [re.match("<!-- stagegate:([a-z]+)", body) for _, _, body in journey.mr(iid)["notes"]]
    return sorted(kind[1] for kind in found if kind)


def states(journey):
    return [(int(row.split()[0].lstrip("!")), journey.mr(row.split()[0].lstrip("!"))["state"])
            for row in journey.ctl("mrs").splitlines()]


def by_hand(journey):
    configure(journey, 'application: "{service}-staging"', 'application: "{service}-staging"\n    merge: human')


def test_git_and_python_gitlab_between_our_runs(journey, elsewhere):
    by_hand(journey)
    for user in ("dev-2", "manager-1"):
        journey.ctl("allow-merge", user)
    dev, manager = person(journey, "dev"), person(journey, "manager-1")

    journey.dev()
    first = journey.promote("catalog", "staging", expect=75).json["merge_requests"][0]["iid"]
    ready(manager.mergerequests.get(first)).merge()
    assert journey.promote("catalog", "staging").json["verdicts"][0]["reason"] == "DEPLOYED"
    journey.ctl("clock", "7260")
    ours = journey.promote("catalog", "production", expect=75).json["merge_requests"][0]["iid"]

    neighbour = Clone(journey, "dev-2", elsewhere)
    neighbour.change("apps/order/values-staging.yaml", journey.tag("staging", "order"), "4.3.7")
    neighbour.git("push", "-q", "origin", "HEAD:main")
    journey.promote("catalog", "production", expect=75)
    double = Clone(journey, "dev", elsewhere)
    double.git("switch", "-q", "-c", PRODUCTION + "s", "origin/main")
    double.change("apps/catalog/values-prod.yaml", journey.tag("prod"), "9.9.9")
    double.git("push", "-q", "origin", "HEAD")
    title = dev.mergerequests.get(ours).title
    theirs = dev.mergerequests.create({"source_branch": PRODUCTION + "s", "target_branch": "main", "title": title,
                                       "description": dev.mergerequests.get(ours).description})
    found = manager.mergerequests.list(state="opened", get_all=True)
    assert {row.iid for row in found} == {ours, theirs.iid}
    dev.mergerequests.get(ours).notes.create({"body": "<!-- stagegate:requester v1 n=1 user=21 name=x -->\nmine"})
    journey.promote("catalog", "production", expect=75)
    mine = manager.mergerequests.get(ours)
    mine.approve(sha=mine.sha)

    run = journey.promote("catalog", "production")
    assert [row["iid"] for row in run.json["merge_requests"]] == [ours]
    assert journey.tag("prod") == "1.4.2" and journey.tag("staging", "order") == "4.3.7"
    assert states(journey) == [(first, "merged"), (ours, "merged"), (theirs.iid, "opened")]
    assert our_notes(journey, ours) == ["requester", "requester"]  # ours, and the one that dev forged
    assert journey.sandbox.tip(PRODUCTION + "s") == double.git("rev-parse", "HEAD")
    journey.sandbox.git("merge-base", "--is-ancestor", neighbour.git("rev-parse", "HEAD"), "main")
    tip = journey.sandbox.tip("main")
    for env in ("staging", "production"):
        assert journey.promote("catalog", env).json["reason"] == "NOTHING_TO_DO"
    assert journey.sandbox.tip("main") == tip


def test_a_merge_by_plain_git_is_found(journey, elsewhere):
    by_hand(journey)
    journey.ctl("allow-merge", "dev-2")
    journey.dev()
    iid = journey.promote("catalog", "staging", expect=75).json["merge_requests"][0]["iid"]
    clone = Clone(journey, "dev-2", elsewhere)
    clone.git("merge", "-q", "--no-ff", "-m", "by hand", "origin/stagegate/staging/catalog")
    clone.git("push", "-q", "origin", "HEAD:main")
    for reason in ("DEPLOYED", "NOTHING_TO_DO"):
        run = journey.promote("catalog", "staging")
        assert reason in (run.json["reason"], run.json["verdicts"][0]["reason"])
    assert states(journey) == [(iid, "merged")] and journey.sandbox.tip("main") == clone.git("rev-parse", "HEAD")


def test_our_branch_that_somebody_rebased_by_git_is_still_ours(journey, elsewhere):
    iid = journey.production_waits()
    journey.ctl("push-foreign", "main", "order")
    clone = Clone(journey, "dev-2", elsewhere)
    clone.git("switch", "-q", PRODUCTION)
    clone.git("rebase", "-q", "origin/main")
    clone.git("push", "-q", "--force-with-lease", "origin", "HEAD")
    request = person(journey, "manager-1").mergerequests.get(iid)
    request.approve(sha=clone.git("rev-parse", "HEAD"))
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2" and len(states(journey)) == 2


def test_glab_between_our_runs(journey, elsewhere):
    why = clients.why_no_glab(journey.sandbox.env)
    if why:
        pytest.skip(why)
    glab = clients.Glab(journey.sandbox.env, elsewhere)
    iid = str(journey.production_waits())
    assert f"!{iid}\t" in glab("dev", "mr", "list") and "catalog 1.4.2" in glab("dev", "mr", "view", iid)
    glab("dev", "mr", "note", iid, "-m", "is it safe?")
    journey.promote("catalog", "production", expect=75)
    glab("dev", "mr", "close", iid)
    assert journey.promote("catalog", "production", expect=1).json["reason"] == "MR_REJECTED"
    glab("dev", "mr", "reopen", iid)
    assert journey.promote("catalog", "production", expect=75).json["merge_requests"][0]["iid"] == int(iid)
    assert "Approved" in glab("manager-1", "mr", "approve", iid)
    journey.promote("catalog", "production")
    assert journey.tag("prod") == "1.4.2"
    assert [state for _, state in states(journey)] == ["merged", "merged"]
    assert our_notes(journey, int(iid)) == ["requester"]
    assert f"!{iid}\t" not in glab("dev", "mr", "list")


# --- somebody takes over where a run was killed


def to_staging(journey):
    """Begins anew: the version may go to staging."""
    journey.ctl("reset")
    for user in ("dev-2", "manager-1"):
        journey.ctl("allow-merge", user)
    journey.dev()


def by_git(journey, folder):
    """Merges our branch where it is there, else writes the value: a push to main."""
    clone = Clone(journey, "dev-2", folder)
    if clone.git("for-each-ref", "refs/remotes/origin/stagegate/staging/catalog"):
        clone.git("merge", "-q", "--no-ff", "-m", "by hand", "origin/stagegate/staging/catalog")
    elif journey.tag("staging") != "1.4.2":
        clone.change("apps/catalog/values-staging.yaml", journey.tag("staging"), "1.4.2")
    clone.git("push", "-q", "origin", "HEAD:main")


def by_glab(journey, folder):
    """Opens a request for our branch where there is none, as the same bot, and merges it."""
    glab = clients.Glab(journey.sandbox.env, folder)
    rows = journey.ctl("mrs").splitlines()
    if not rows and journey.sandbox.git("for-each-ref", "refs/heads/stagegate"):
        glab("bot", "mr", "create", "--source-branch", "stagegate/staging/catalog", "--target-branch", "main", "--title", "by hand",
             "--description", "the run was killed", "--remove-source-branch", "--yes")
        rows = journey.ctl("mrs").splitlines()
    if rows and "opened" in rows[0]:
        iid = int(rows[0].split()[0].lstrip("!"))
        ready(person(journey, "manager-1").mergerequests.get(iid))
        glab("manager-1", "mr", "merge", str(iid), "--yes", "--auto-merge=false")


@pytest.mark.parametrize("take_over", [by_git, by_glab])
def test_somebody_takes_over_where_a_run_was_killed(journey, tmp_path_factory, take_over):
    why = take_over is by_glab and clients.why_no_glab(journey.sandbox.env)
    if why:
        pytest.skip(why)
    words = ("promote", "catalog", "--to", "staging")
    to_staging(journey)
    journey.ctl("hold", "0")
    journey.sg(*words)
    count = len(journey.ctl("effects").splitlines())
    assert count >= 3
    for number in range(1, count + 1):
        to_staging(journey)
        at, _ = killed(journey, words, number, "answer")
        take_over(journey, tmp_path_factory.mktemp("people"))
        gates_open = any(line.split()[1:3] == ["stagegate/staging", "success"] for line in journey.ctl("statuses").splitlines())
        past = bool(states(journey)) and not gates_open  # it was merged before anybody had said that it may
        landed = journey.sandbox.tip("main")
        for _ in range(2):
            run = journey.promote("catalog", "staging", expect=1 if past else 0)
            said = f"killed at write {number}: {at}\n{run}"
            assert run.json["reason"] == "MERGED_PAST_GATE" if past else run.json["reason"] in ("DEPLOYED", "NOTHING_TO_DO"), said
            assert journey.tag("staging") == "1.4.2" and journey.sandbox.tip("main") == landed, said
            assert len(states(journey)) <= 1 and all(state == "merged" for _, state in states(journey)), said
        if number > 2:
            continue
        before = len(states(journey))
        journey.dev(tag="1.4.3")
        assert journey.promote("catalog", "staging").json["verdicts"][0]["reason"] == "DEPLOYED", said
        assert journey.tag("staging") == "1.4.3" and len(states(journey)) == before + 1, said
