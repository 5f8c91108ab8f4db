"""wait where an Argo Rollout brings the new version: it stands at a pause, or does not come up, and is acted on only where the configuration says so."""
import itertools
import json

import pytest

from conftest import Stagegate
from rows import verdict, warned

CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, application: "{service}-{env}", cluster: {%s}%s}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
"""
CATALOG = "registry.example.com/shop/catalog"
PLACE = "/apis/argoproj.io/v1alpha1/namespaces/catalog-dev/rollouts/catalog"
TAGS = itertools.count(1)
TWICE = {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}, {"setWeight": 100}]}}
TIMED = {"canary": {"steps": [{"setWeight": 20}, {"pause": {"duration": "10m"}}, {"setWeight": 100}]}}
SWITCH = {"blueGreen": {"activeService": "catalog", "autoPromotionEnabled": False}}
RESUME, ABORT = "{pause: resume}", "{on_failure: abort}"
QUICK = ["--poll", "100ms", "--degraded-grace", "200ms", "--pod-grace", "300ms", "--confirm", "200ms", "--retry-base", "10ms"]
ASK = ["--suspended", "ask"]


class Shop:
    """catalog-dev with a Rollout whose first version is there."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg

    def has(self, strategy):
        self.sandbox.ctl("rollout", "develop", "catalog", json.dumps(strategy))
        self.taken_up()

    def taken_up(self):
        self.sandbox.ctl("refresh", "catalog-dev")
        self.sandbox.ctl("settle")

    def commit(self):
        tag = f"77.5.{next(TAGS)}"
        self.sandbox.ctl("push-foreign", "develop", "catalog", tag)
        return f"{CATALOG}:{tag}"

    def words(self, rollout, *more, cluster="context: dev"):
        path = f"{self.sg.folder}/rollout.yaml"
        with open(path, "w", encoding="ascii") as out:
            out.write(CONFIG % (cluster, f", rollout: {rollout}" if rollout else ""))
        return ["wait", "catalog", "--env", "dev", "--config", path, "--output", "json", *QUICK, *more]

    def wait(self, rollout, *more, cluster="context: dev", **how):
        return self.sg(*self.words(rollout, *more, cluster=cluster), **how)

    def status(self):
        return json.loads(self.sandbox.ctl("show", "rollouts", "catalog-dev/catalog"))["status"]

    def patches(self):
        rows = json.loads(self.sandbox.ctl("requests"))
        return [row for row in rows if row["method"] == "PATCH" and "/rollouts/" in row["path"]]


@pytest.fixture(name="shop")
def _shop(sandbox, sg):
    sandbox.ctl("reset")
    yield Shop(sandbox, sg)
    sandbox.ctl("fault", "clear")
    sandbox.ctl("reset")


def is_promoted(status):
    return status["phase"] == "Healthy" and status["stableRS"] == status["currentPodHash"]


@pytest.mark.parametrize("strategy, why", [(TWICE, "CanaryPauseStep"), (SWITCH, "BlueGreenPause"), (TIMED, "CanaryPauseStep")])
def test_a_pause_is_waited_for_or_asked_about(shop, strategy, why):
    shop.has(strategy)
    shop.sandbox.ctl("delay", "pause", "600000")
    image = shop.commit()
    run = shop.wait(None, *ASK, expect=75)
    row = verdict(run)
    assert row["reason"] == "SUSPENDED" and "Rollout catalog-dev/catalog" in row["sentence"] and why in row["sentence"], run
    assert row["image_wanted"] == image
    assert shop.patches() == [] and shop.status()["phase"] == "Paused"


def test_without_being_told_it_is_waited_for(shop):
    shop.has(TWICE)
    shop.commit()
    run = shop.wait(None, "--timeout", "12s", expect=8)
    assert run.json["result"] == "timeout" and verdict(run)["reason"] == "SUSPENDED", run
    assert verdict(run)["last_blocker"] == verdict(run)["sentence"] and shop.patches() == []


def test_a_resume_whose_answer_never_comes_holds_up_nothing(shop):
    """It was done, and what comes of it is seen."""
    shop.has(SWITCH)
    shop.commit()
    shop.taken_up()
    shop.sandbox.ctl("hold", "1")
    with shop.sg.started(*shop.words(RESUME, "--timeout", "25s")) as run:
        assert "/rollouts/" in shop.sandbox.ctl("held")
        assert run.ends() == 0, run.text
    shop.sandbox.ctl("hold", "off")
    assert is_promoted(shop.status()) and len(shop.patches()) == 1


def test_a_pause_that_a_person_ends(shop):
    shop.has(SWITCH)
    shop.commit()
    with shop.sg.started(*shop.words(None)) as run:
        run.says("BlueGreenPause")
        somebody(shop).wait(RESUME)
        assert run.ends() == 0, run.text
    assert is_promoted(shop.status())


def somebody(shop):
    """Else, with a folder of his own."""
    return Shop(shop.sandbox, Stagegate(shop.sandbox, f"{shop.sg.folder}/somebody"))


@pytest.mark.parametrize("strategy, pauses", [(TWICE, 2), (SWITCH, 1)])
def test_each_pause_is_ended_once(shop, strategy, pauses):
    shop.has(strategy)
    image = shop.commit()
    run = shop.wait(RESUME)
    row = verdict(run)
    assert row["reason"] == "DEPLOYED" and row["images"] == [image] and run.json["warnings"] == [], run
    assert is_promoted(shop.status())
    assert [row["status"] for row in shop.patches()] == [200] * pauses
    said = [line for line in row["evidence"] if "was resumed" in line]
    assert len(said) == pauses and ("after step 2," in said[0]) == (strategy is TWICE), run
    again = shop.wait(RESUME)
    assert verdict(again)["reason"] == "DEPLOYED" and len(shop.patches()) == pauses


def test_green_only_when_all_is_there(shop):
    """Between the pauses nothing is over."""
    shop.has(TWICE)
    shop.commit()
    with shop.sg.started(*shop.words(RESUME)) as run:
        run.says("was resumed after step 2")
        run.says("was resumed after step 4")
        assert run.ends() == 0, run.text
    assert is_promoted(shop.status())


def test_a_pause_with_a_time_is_left(shop):
    shop.has(TIMED)
    shop.sandbox.ctl("delay", "pause", "600000")
    shop.commit()
    run = shop.wait(RESUME, *ASK, expect=75)
    assert verdict(run)["reason"] == "SUSPENDED" and shop.patches() == [] and run.json["warnings"] == [], run


def test_with_suspended_ok_none_is_ended(shop):
    shop.has(TWICE)
    shop.commit()
    run = shop.wait(RESUME, "--suspended", "ok", expect=None)
    assert shop.patches() == [] and shop.status()["phase"] == "Paused", run


def test_without_the_right_the_rule_is_named(shop):
    shop.has(TWICE)
    shop.commit()
    shop.taken_up()
    env = {"KUBECONFIG": shop.sandbox.env["SANDBOX_KUBECONFIG_WAIT_RO"]}
    run = shop.wait("{pause: resume, on_failure: abort}", *ASK, env=env, expect=75)
    assert verdict(run)["reason"] == "SUSPENDED" and warned(run).count("ROLLOUT_NOT_PERMITTED") == 1, run
    (text,) = [row["text"] for row in run.json["warnings"] if row["reason"] == "ROLLOUT_NOT_PERMITTED"]
    for word in ('"patch"', '"rollouts/status"', '"catalog-dev"', '"argoproj.io"'):
        assert word in text, text
    assert shop.status()["phase"] == "Paused"


def test_what_its_controller_writes_meanwhile_is_read_again(shop):
    shop.has(SWITCH)
    shop.commit()
    shop.sandbox.ctl("fault", "rollout-race", "2")
    assert verdict(shop.wait(RESUME))["reason"] == "DEPLOYED"
    assert [row["status"] for row in shop.patches()] == [409, 409, 200]


@pytest.mark.parametrize("strategy, pauses", [(TWICE, 2), (SWITCH, 1)])
def test_a_lost_answer_ends_no_second_pause(shop, strategy, pauses):
    """The patch is sent again, and the server compares the version in it: it is another one by now."""
    shop.has(strategy)
    shop.commit()
    shop.sandbox.ctl("fault", "rollout-lost-reply", "1")
    run = shop.wait(RESUME)
    assert verdict(run)["reason"] == "DEPLOYED" and is_promoted(shop.status()), run
    assert [row["status"] for row in shop.patches()] == [409] + [200] * (pauses - 1)
    assert sum("was resumed" in line for line in verdict(run)["evidence"]) == pauses, run


def test_somebody_elses_newer_version_is_not_let_go_on(shop):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "stuck")
    image = shop.commit()
    ours = shop.sandbox.tip()
    with shop.sg.started(*shop.words(RESUME, *ASK, "--revision", ours, "--image", image)) as run:
        run.says("PROGRESSING")
        newer = shop.commit()
        shop.taken_up()
        shop.sandbox.ctl("app", "catalog-dev", "healthy")
        code = run.ends()
    assert code != 0 and "was resumed" not in run.text, run.text
    assert shop.patches() == [] and shop.status()["phase"] == "Paused"
    assert verdict(shop.wait(RESUME, "--image", newer))["reason"] == "DEPLOYED"


@pytest.mark.parametrize("behaviour, code", [("crash-loop", "CRASH_LOOP"), ("image-pull", "IMAGE_PULL"), ("quota", "QUOTA"), ("degraded", "DEGRADED")])
def test_one_that_does_not_come_up_is_stopped(shop, behaviour, code):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", behaviour)
    shop.commit()
    run = shop.wait(ABORT, expect=1)
    row = verdict(run)
    assert row["reason"] == code and "Rollout catalog-dev/catalog" in row["sentence"], run
    assert sum("Rollout catalog-dev/catalog was aborted" in line for line in row["evidence"]) == 1, run
    shop.sandbox.ctl("settle")
    status = shop.status()
    assert status["abort"] is True and status["message"].startswith("RolloutAborted") and "updatedReplicas" not in status
    run = shop.wait(ABORT, expect=1)  # the files still say the version that was stopped
    assert (verdict(run)["reason"], verdict(run)["cause"]) == ("DEGRADED", "ROLLOUT_ABORTED") and len(shop.patches()) == 1, run


def test_it_is_not_stopped_without_being_told(shop):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.commit()
    assert verdict(shop.wait(RESUME, expect=1))["reason"] == "CRASH_LOOP"
    assert "abort" not in shop.status() and shop.patches() == []


def test_it_is_not_stopped_when_only_the_time_is_up(shop):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "stuck")
    shop.commit()
    run = shop.wait(ABORT, "--timeout", "12s", "--pod-grace", "10m", expect=8)
    assert verdict(run)["reason"] == "PROGRESSING" and shop.patches() == [], run


def test_a_lost_answer_to_a_stop_is_said_all_the_same(shop):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.commit()
    shop.sandbox.ctl("fault", "rollout-lost-reply", "1")
    run = shop.wait(ABORT, expect=1)
    assert shop.status()["abort"] is True and run.json["warnings"] == [], run
    assert sum("was aborted" in line for line in verdict(run)["evidence"]) == 1, run


def test_a_stop_whose_answer_never_comes_holds_up_nobody_else(shop):
    """It is done once, and what is known of it is said; the other application gets its verdict meanwhile."""
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.sandbox.ctl("app", "customer-dev", "suspended")
    shop.commit()
    shop.sandbox.ctl("push-foreign", "develop", "customer", f"77.5.{next(TAGS)}")
    shop.taken_up()
    shop.sandbox.ctl("refresh", "customer-dev")
    shop.sandbox.ctl("settle")
    shop.sandbox.ctl("hold", "1")
    words = shop.words(ABORT, "customer", "--keep-going", "--timeout", "12s")
    with open(words[words.index("--config") + 1], "a", encoding="ascii") as out:
        out.write("  - {name: customer, path: apps/customer}\n")
    with shop.sg.started(*words) as run:
        assert "/rollouts/" in shop.sandbox.ctl("held")
        shop.sandbox.ctl("app", "customer-dev", "healthy")
        assert run.ends() == 1, run.text
    shop.sandbox.ctl("hold", "off")
    rows = {row["service"]: row for row in json.loads(run.text[run.text.index("\n{") :])["verdicts"]}
    assert rows["customer"]["reason"] == "DEPLOYED" and rows["catalog"]["reason"] == "CRASH_LOOP", run.text
    assert any("no Rollout could be aborted: " in line for line in rows["catalog"]["evidence"]), run.text
    assert shop.status()["abort"] is True and len(shop.patches()) == 1


def test_without_the_right_it_is_not_stopped_and_the_rule_is_named(shop):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.commit()
    shop.taken_up()
    run = shop.wait(ABORT, env={"KUBECONFIG": shop.sandbox.env["SANDBOX_KUBECONFIG_WAIT_RO"]}, expect=1)
    assert verdict(run)["reason"] == "CRASH_LOOP" and "ROLLOUT_NOT_PERMITTED" in warned(run), run
    assert "abort" not in shop.status()


def test_the_version_before_brings_a_stopped_one_back(shop):
    shop.has(TWICE)
    good = shop.commit()
    shop.wait(RESUME)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.commit()
    shop.wait(ABORT, expect=1)
    shop.sandbox.ctl("app", "catalog-dev", "healthy")
    shop.sandbox.ctl("push-foreign", "develop", "catalog", good.rpartition(":")[2])
    run = shop.wait(RESUME)
    assert verdict(run)["reason"] == "DEPLOYED" and verdict(run)["images"] == [good], run


# ---- through Argo CD's own API

ARGOCD = "argocd: true, project: default, workloads: dev"


@pytest.fixture(name="argocd")
def _argocd(sandbox, sg):
    sg.env.update(STAGEGATE_ARGOCD_SERVER=sandbox.env["SANDBOX_ARGOCD_SERVER"], STAGEGATE_ARGOCD_TOKEN=sandbox.env["SANDBOX_ARGOCD_TOKEN"])


def test_argocd_reads_it_and_the_cluster_of_the_workloads_changes_it(shop, argocd):
    shop.has(TWICE)
    image = shop.commit()
    run = shop.wait(RESUME, cluster=ARGOCD)
    assert verdict(run)["reason"] == "DEPLOYED" and verdict(run)["images"] == [image] and is_promoted(shop.status()), run
    assert [row["status"] for row in shop.patches()] == [200, 200]


def test_argocd_alone_says_what_it_stands_at(shop, argocd):
    shop.has(TWICE)
    shop.commit()
    run = shop.wait(None, *ASK, cluster="argocd: true, project: default", expect=75)
    assert verdict(run)["reason"] == "SUSPENDED" and "CanaryPauseStep" in verdict(run)["sentence"], run
    run = shop.wait(RESUME, cluster="argocd: true, project: default", expect=3)
    assert "cluster.workloads" in run.err + run.out, run


def test_argocd_finds_the_pods_that_crash(shop, argocd):
    shop.has(TWICE)
    shop.sandbox.ctl("app", "catalog-dev", "crash-loop")
    shop.commit()
    run = shop.wait(None, "--pod-logs", "1", cluster="argocd: true, project: default", expect=1)
    assert verdict(run)["reason"] == "CRASH_LOOP" and "Rollout catalog-dev/catalog" in verdict(run)["sentence"], run
    assert "log: panic: no connection to the database" in verdict(run)["evidence"], run


# ---- followed without a controller


def test_a_workload_of_its_own(shop):
    """`workload:` goes by the Rollout alone, and changes nothing."""
    shop.has(SWITCH)
    image = shop.commit()
    shop.taken_up()
    path = f"{shop.sg.folder}/workload.yaml"
    with open(path, "w", encoding="ascii") as out:
        out.write(CONFIG.replace('application: "{service}-{env}"', 'workload: "{service}-{env}/rollout/{service}"') % ("context: dev", ""))
    words = ("wait", "catalog", "--env", "dev", "--config", path, "--output", "json", "--poll", "100ms")
    run = shop.sg(*words, "--timeout", "12s", expect=8)
    assert verdict(run)["reason"] == "SUSPENDED" and "BlueGreenPause" in verdict(run)["sentence"], run
    shop.wait(RESUME)
    run = shop.sg(*words)
    assert verdict(run)["reason"] == "DEPLOYED" and verdict(run)["images"] == [image], run
    assert PLACE in {row["path"] for row in json.loads(shop.sandbox.ctl("requests"))}
