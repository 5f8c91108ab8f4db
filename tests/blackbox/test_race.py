"""Publishing: no change is lost or doubled, whatever happens on the way."""
import itertools
import subprocess

import pytest
import yaml

from conftest import binary

TAGS = itertools.count(1)


def subjects(sandbox, since):
    return sandbox.git("log", "--first-parent", "--format=%s", f"{since}..develop").splitlines()


def value(sandbox, service):
    return yaml.safe_load(sandbox.show(f"apps/{service}/values-dev.yaml"))["image"]["tag"]


def test_the_edit_is_applied_again_after_a_lost_race(sandbox, sg, faults):
    before = sandbox.tip()
    faults("push-race", "2")
    run = sg("bump", "admin", "8.0.0", "--output", "json")
    assert run.json["tries"] == 3
    assert value(sandbox, "admin") == "8.0.0"
    assert subjects(sandbox, before).count("deploy(dev): admin 8.0.0") == 1
    assert len(subjects(sandbox, before)) == 3


@pytest.mark.parametrize("fault", ["push-cannot-lock", "push-failed-update", "push-old-value", "push-fetch-first"])
def test_texts_that_mean_try_again(sandbox, sg, faults, fault):
    before = sandbox.tip()
    tag = f"8.1.{next(TAGS)}"
    faults(fault)
    run = sg("bump", "analytics", tag, "--output", "json")
    assert run.json["tries"] == 2
    assert subjects(sandbox, before) == [f"deploy(dev): analytics {tag}"]


@pytest.mark.parametrize("fault", ["git-lost-reply", "git-502-push"])
def test_a_lost_answer_is_read_back(sandbox, sg, faults, fault):
    before = sandbox.tip()
    tag = f"8.2.{next(TAGS)}"
    faults(fault)
    run = sg("bump", "auth", tag, "--output", "json")
    assert run.json["result"] == "done"
    assert run.json["commit"] == sandbox.tip()
    assert subjects(sandbox, before) == [f"deploy(dev): auth {tag}"]


def test_a_push_that_never_arrived_is_made_again(sandbox, sg, faults):
    before = sandbox.tip()
    faults("git-reset-push")
    sg("bump", "auth", "8.3.0")
    assert subjects(sandbox, before) == ["deploy(dev): auth 8.3.0"]


def test_a_branch_that_is_force_pushed_under_us(sandbox, sg, faults):
    sandbox.ctl("push-foreign", "develop")
    faults("push-force")
    sg("bump", "catalog", "8.4.0")
    assert value(sandbox, "catalog") == "8.4.0"


def test_a_branch_that_is_deleted_under_us_is_not_made_again(sandbox, sg, faults):
    faults("push-deleted")
    tip = sandbox.tip()
    try:
        run = sg("bump", "catalog", "8.5.0", expect=5)
        assert "develop" in run.err
        assert sandbox.git("for-each-ref", "refs/heads/develop") == ""
    finally:
        sandbox.git("update-ref", "refs/heads/develop", tip)


def test_many_writers_each_land_once(sandbox, sg):
    """Eight processes at once on one branch, four of them on one file's neighbours."""
    before = sandbox.tip()
    services = ["checkout", "customer", "fulfillment", "gateway", "order", "payment", "pricing", "promotion"]
    children = [subprocess.Popen([binary(), "bump", name, "8.6.0"], env=sg.env, cwd=sg.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for name in services]
    for child, name in zip(children, services):
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, f"{name}: {out.decode()}"
    assert sorted(subjects(sandbox, before)) == sorted(f"deploy(dev): {name} 8.6.0" for name in services)
    assert all(value(sandbox, name) == "8.6.0" for name in services)
