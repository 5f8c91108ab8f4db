"""wait for several environments at once: each in its own cluster, with one time, one report, and the name of the one that is to blame."""
import json
import re
import signal
import xml.etree.ElementTree

import pytest
import yaml

from test_wait import patch

QUICK = ("--poll", "200ms", "--retry-base", "20ms")
BOTH = ("--env", "dev,staging", *QUICK)


@pytest.fixture(name="labelled")
def _labelled(sandbox):
    """catalog-dev is of the team "several"."""
    patch(sandbox, "catalog-dev", {"metadata": {"labels": {"team": "several"}}})
    yield
    patch(sandbox, "catalog-dev", {"metadata": {"labels": {"team": None}}})


def kubeconfig(sg, cluster=None, user=None, contexts=("dev", "staging")):
    """One in which `staging` is another cluster, or comes as somebody else."""
    with open(sg.env["KUBECONFIG"], encoding="ascii") as file:
        config = json.load(file)
    sandbox = config["clusters"][0]["cluster"]
    config["clusters"].append({"name": "other", "cluster": {**sandbox, **(cluster or {})}})
    config["users"].append({"name": "other", "user": user or config["users"][0]["user"]})
    for row in config["contexts"]:
        if row["name"] == "staging":
            row["context"].update(cluster="other", user="other")
    config["contexts"] = [row for row in config["contexts"] if row["name"] in contexts]
    path = f"{sg.folder}/several.secret"
    with open(path, "w", encoding="ascii") as out:
        json.dump(config, out)
    return {"KUBECONFIG": path}


def configuration(sandbox, sg, **clusters):
    """The seed's, where environments follow otherwise; the words that name it."""
    text = yaml.safe_load(sandbox.show("stagegate.yaml", "main"))
    for env in text["environments"]:
        env.update(clusters.get(env["name"], {}))
        env.pop("gates", None)
        if "kustomization" in env:
            del env["application"]
    with open(f"{sg.folder}/several.yaml", "w", encoding="utf-8") as out:
        yaml.safe_dump(text, out)
    return ("--config", f"{sg.folder}/several.yaml")


def rows(run):
    return {row["environment"]: row for row in run.json["verdicts"]}


def test_each_runs_what_its_own_branch_says(sandbox, sg):
    sg("bump", "catalog", "66.0.1")
    reports = ("--report-junit", f"{sg.folder}/junit.xml", "--report-dotenv", f"{sg.folder}/wait.env")
    run = sg("wait", "catalog", *BOTH, *reports, "--output", "json")
    assert [row["environment"] for row in run.json["verdicts"]] == ["dev", "staging"]
    found = rows(run)
    for name, branch in (("dev", "develop"), ("staging", "main")):
        assert (found[name]["reason"], found[name]["cluster"]) == ("DEPLOYED", name)
        assert found[name]["revision_wanted"] == sandbox.tip(branch)
        assert found[name]["application"] == f"catalog-{name}"
    assert found["dev"]["image_wanted"].endswith(":66.0.1") and not found["staging"]["image_wanted"].endswith(":66.0.1")
    assert (run.json["environment"], run.json["branch"], run.json["commit"]) == ("dev,staging", None, None)
    cases = [case.get("name") for case in xml.etree.ElementTree.parse(f"{sg.folder}/junit.xml").iter("testcase")]
    assert cases == ["catalog in dev: application argocd/catalog-dev", "catalog in staging: application argocd/catalog-staging"]
    with open(f"{sg.folder}/wait.env", encoding="ascii") as file:
        said = dict(line.rstrip("\n").split("=", 1) for line in file)
    assert said["STAGEGATE_ENVIRONMENT"] == "dev,staging" and said["STAGEGATE_SERVICE"] == "catalog"
    assert said["STAGEGATE_APPLICATION"] == "catalog-dev,catalog-staging"


def test_the_variable_and_the_text(sg):
    run = sg("wait", "order", *QUICK, env={"STAGEGATE_ENV": "staging, dev"})
    heads = re.findall(r"^(order-\w+) in argocd of (\w+): done", run.out, re.M)
    assert heads == [("order-staging", "staging"), ("order-dev", "dev")], run
    assert re.search(r"^  cluster +staging$", run.out, re.M), run


def test_two_environments_of_one_cluster_share_its_watch(app, sandbox, sg):
    words = configuration(sandbox, sg, staging={"cluster": {"context": "dev"}})
    app("catalog-dev", "stuck")
    sg("bump", "catalog", "66.0.2")
    before = len(json.loads(sandbox.ctl("requests")))
    with sg.started("wait", "catalog", *BOTH, *words, "--poll", "1h") as run:
        run.says("catalog-dev in dev: PROGRESSING")
        app("catalog-dev", "healthy")
        assert run.ends() == 0, run.text
    asked = [row["path"] for row in json.loads(sandbox.ctl("requests"))[before:] if row["path"].partition("?")[0].endswith("/applications")]
    assert sum("watch=" not in path for path in asked) == 1, asked
    assert sum("watch=" in path for path in asked) == 1, asked


def test_the_worst_of_all_is_the_answer(app, sg):
    app("search-dev", "degraded")
    sg("bump", "search", "66.0.3")
    graces = ("--confirm", "200ms", "--degraded-grace", "200ms")
    run = sg("wait", "search", *BOTH, *graces, "--keep-going", "--timeout", "25s", "--output", "json", expect=1)
    assert run.json["reason"] == "DEGRADED" and run.json["sentence"].startswith("search-dev in dev: ")
    assert {name: row["reason"] for name, row in rows(run).items()} == {"dev": "DEGRADED", "staging": "DEPLOYED"}


def test_a_cluster_that_is_away(sg):
    env = kubeconfig(sg, {"server": "https://127.0.0.1:1"})
    run = sg("wait", "catalog", *BOTH, "--timeout", "20s", "--output", "json", env=env, expect=8)
    assert rows(run)["dev"]["reason"] == "DEPLOYED"
    assert rows(run)["staging"]["result"] == "timeout" and "cannot connect to 127.0.0.1" in str(rows(run)["staging"]["evidence"])
    assert all("cannot connect to 127.0.0.1, port 1: connection refused" in text for text in (rows(run)["staging"]["last_blocker"], run.json["sentence"]))
    assert not rows(run)["staging"]["sync"] and "state" not in sg("wait", "catalog", "--env", "staging", "--timeout", "3s", env=env, expect=8).out


def test_a_cluster_that_denies(sg):
    env = kubeconfig(sg, user={"token": "kube-CANARY-nobody-knows-this".replace("CANARY", "nobody")})
    run = sg("wait", "catalog", *BOTH, "--output", "json", env=env, expect=4)
    assert run.json["reason"] == "AUTH_FAILED" and run.json["where"].startswith("staging"), run
    run = sg("wait", "catalog", *BOTH, "--keep-going", "--output", "json", env=env, expect=4)
    assert {name: row["reason"] for name, row in rows(run).items()} == {"dev": "DEPLOYED", "staging": "AUTH_FAILED"}


@pytest.mark.parametrize("words", [("--selector", "team=several"), ("catalog",)])
def test_a_cluster_that_cannot_be_asked_which(labelled, sg, words):  # pylint: disable=unused-argument
    """Labels are asked of the cluster before anything is waited for; a context that is not there never gets so far."""
    env = kubeconfig(sg, contexts=("dev",))
    run = sg("wait", *words, *BOTH, "--output", "json", env=env, expect=3)
    assert "staging" in run.json["where"] and "staging" in run.json["cause"], run
    run = sg("wait", *words, *BOTH, "--keep-going", "--output", "json", "--report-junit", f"{sg.folder}/junit.xml", env=env, expect=None)
    lost = rows(run)["staging"]
    assert (lost["application"], lost["service"], lost["result"]) == (None, None, "failed") and "staging" in lost["sentence"], run
    with open(f"{sg.folder}/junit.xml", encoding="utf-8") as file:
        assert 'name="environment staging"' in file.read()


def test_a_signal_prints_the_state_of_all(app, sg):
    app("order-dev", "stuck")
    sg("bump", "order", "66.0.4")
    with sg.started("wait", "order", *BOTH, "--output", "json") as run:
        run.says("order-dev in dev: PROGRESSING")
        run.child.send_signal(signal.SIGTERM)
        assert run.ends() == 128 + signal.SIGTERM, run.text
    assert "dev: 0 of 1 run it: order-dev in dev: PROGRESSING: " in run.text and re.search(r"; staging: \d of 1 run it", run.text), run.text


@pytest.mark.parametrize("names, code, words", [
    ("dev,", 2, "empty name"), (",", 2, "empty name"), ("dev,staging,dev", 2, "dev twice"), ("dev,stagign", 5, "stagign")])
def test_names_that_are_none(sg, names, code, words):
    run = sg("wait", "catalog", "--env", names, expect=code)
    assert words in run.err, run


def test_one_context_is_not_two_clusters(sandbox, sg):
    run = sg("wait", "catalog", *BOTH, "--context", "dev", expect=2)
    assert "dev and staging are in different ones" in run.err, run
    words = configuration(sandbox, sg, dev={"cluster": {}}, staging={"cluster": {}})
    run = sg("wait", "catalog", *BOTH, *words, "--context", "prod", "--output", "json")
    assert {row["cluster"] for row in run.json["verdicts"]} == {"prod"}


def test_a_revision_of_one_branch_only(sandbox, sg):
    run = sg("wait", "catalog", *BOTH, "--revision", sandbox.tip(), "--output", "json", expect=5)
    assert run.json["reason"] == "REVISION_NOT_FOUND" and "staging" in run.json["where"], run


def test_flux_beside_argocd(sandbox, sg):
    words = configuration(sandbox, sg, dev={"kustomization": "{service}-dev"})
    run = sg("wait", "catalog", *BOTH, *words, "--output", "json")
    assert {name: row["namespace"] for name, row in rows(run).items()} == {"dev": "flux-system", "staging": "argocd"}
    assert {row["reason"] for row in run.json["verdicts"]} == {"DEPLOYED"}


def test_argocd_itself_beside_a_cluster(sandbox, sg):
    words = configuration(sandbox, sg, dev={"cluster": {"argocd": True, "project": "default"}})
    env = {"STAGEGATE_ARGOCD_SERVER": sandbox.env["SANDBOX_ARGOCD_SERVER"], "STAGEGATE_ARGOCD_TOKEN": sandbox.env["SANDBOX_ARGOCD_TOKEN"]}
    run = sg("wait", "catalog", *BOTH, *words, "--output", "json", env=env)
    assert {row["reason"] for row in run.json["verdicts"]} == {"DEPLOYED"}
    assert rows(run)["dev"]["cluster"].startswith("https://") and rows(run)["staging"]["cluster"] == "staging"
