"""docs/rbac is what is needed, no more and no less: without any single verb something else happens, and the missing right is named."""
import json

import pytest

from kube.conftest import RBAC, documents, rules_of

WAIT = ("wait", "catalog", "--env", "dev", "--output", "json", "--poll", "300ms", "--timeout", "20s")
NAMESPACED = ("read.yaml", "refresh.yaml", "reasons.yaml")


def verbs_of(names):
    return [(resource, verb) for rule in rules_of(*names) for resource in rule["resources"] for verb in rule["verbs"]]


def without(rules, resource, verb):
    left = [{**rule, "resources": [one], "verbs": [v for v in rule["verbs"] if (one, v) != (resource, verb)]}
            for rule in rules for one in rule["resources"]]
    return [rule for rule in left if rule["verbs"]]


def warning(text, code):
    """Of the document at the end of a run's output."""
    document = json.loads(text[text.index("{\n"):])
    found = [row["text"] for row in document["warnings"] if row["reason"] == code]
    assert found, f"no warning {code}:\n{text}"
    return found[0]


def get(world, config):
    """Nothing works."""
    run = world.run(*WAIT, config=config, expect=4)
    assert run.json["reason"] == "FORBIDDEN"
    return run.out + run.err


def watched(world, config):
    """It is read again and again instead."""
    world.app("catalog-dev", world.older)
    with world.started(*WAIT, config=config) as run:
        run.says("OLDER_REVISION")
        world.patch("catalog-dev", world.good("catalog-dev"))
        assert run.ends() == 0, run.text
    return warning(run.text, "POLLING")


def refreshed(world, config):
    """Argo CD's own polling is waited for."""
    world.app("catalog-dev", world.older)
    run = world.run(*WAIT[:-1], "1s", config=config, expect=8)
    return warning(run.out, "READ_ONLY")


def project(world, config):
    """The sync windows are not known, which is never green."""
    world.create("/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects", {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default"}, "spec": {}})
    run = world.run("doctor", *world.one_service(), "--output", "json", config=config, expect=None)
    return "\n".join(row["text"] for row in run.json["findings"])


def application_set(world, config):
    """Whether its steps hold the application back cannot be told: it is waited for."""
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "shop", "uid": "1", "controller": True}
    world.app("catalog-dev", {"metadata": {"ownerReferences": [owner]}, "spec": {"syncPolicy": {"automated": None}}, "status": {
        "sync": {"status": "OutOfSync"}, "operationState": None}})
    run = world.run(*WAIT[:-1], "3s", config=config, expect=8)
    return warning(run.out, "BESIDE_UNREADABLE")


# what a missing verb does; a verb of the manifests that is not here fails the test
NEEDED = {
    ("applications", "get"): get, ("applications", "list"): watched, ("applications", "watch"): watched,
    ("applications", "patch"): refreshed, ("appprojects", "get"): project, ("applicationsets", "get"): application_set,
}


@pytest.mark.parametrize("names", [NAMESPACED, ("cluster-wide.yaml",)], ids=["namespaced", "cluster-wide"])
@pytest.mark.parametrize("resource, verb", NEEDED, ids=[f"{verb} {resource}" for resource, verb in NEEDED])
def test_without_one_verb(world, names, resource, verb):
    world.app("catalog-dev")
    kind = {"cluster_wide": "cluster-wide.yaml" in names}
    rules = rules_of(*names)
    said = NEEDED[resource, verb](world, world.config(without(rules, resource, verb), **kind)[0])
    for word in (verb, resource, "argocd"):
        assert word in said, said


def test_every_verb_of_the_manifests_is_held_against_a_run():
    for names in (NAMESPACED, ("cluster-wide.yaml",)):
        assert sorted(verbs_of(names)) == sorted(NEEDED), f"{names} and NEEDED differ"
    assert {path.name for path in RBAC.glob("*.yaml")} == {*NAMESPACED, "cluster-wide.yaml", "workloads.yaml", "rollouts.yaml", "flux.yaml", "plain.yaml"}  # the last four: test_workloads.py, test_rollouts.py, test_flux.py, test_plain.py


def test_every_verb_says_what_it_is_for():
    for path in RBAC.glob("*.yaml"):
        for line in path.read_text().splitlines():
            if line.startswith("      - "):
                assert " # " in line, f"{path.name}: {line}"


@pytest.fixture(name="applied")
def _applied(world):
    """Applies manifests with kubectl, as somebody does it who has read docs; a kubeconfig of their service account."""
    def apply(*names):
        for name in names:
            world.cluster.kubectl("apply", "--validate=false", "-f", str(RBAC / name))
        return world.cluster.kubeconfig("applied", {"token": world.jwt("stagegate", "argocd")})

    yield apply
    for doc in documents(*NAMESPACED, "cluster-wide.yaml"):
        where = ["-n", doc["metadata"]["namespace"]] if "namespace" in doc["metadata"] else []
        world.cluster.kubectl("delete", doc["kind"], doc["metadata"]["name"], "--ignore-not-found", *where)


@pytest.mark.parametrize("names, warnings", [
    (NAMESPACED, []), (("cluster-wide.yaml",), []), (("read.yaml",), ["READ_ONLY"])], ids=["whole", "cluster-wide", "read only"])
def test_as_they_are_applied(world, applied, names, warnings):
    config = applied(*names)
    world.app("catalog-dev", world.older)
    run = world.run(*WAIT[:-1], "1s", config=config, expect=8)
    assert run.json["verdicts"][0]["reason"] == "OLDER_REVISION"
    assert [row["reason"] for row in run.json["warnings"]] == warnings
    asked = {(verb, code) for verb, code, _ in world.server.asked("system:serviceaccount:argocd:stagegate")}
    assert all(code < 400 for verb, code in asked if verb != "patch"), asked


def test_a_role_that_names_the_application(world):
    """resourceNames: list and watch are allowed because they ask for metadata.name=NAME."""
    world.app("catalog-dev")
    rules = [{**rule, "resourceNames": ["catalog-dev"]} for rule in rules_of("read.yaml", "refresh.yaml")]
    config, user = world.config(rules)
    run = world.run(*WAIT, config=config)
    assert (run.json["result"], run.json["warnings"]) == ("done", [])
    assert {code for _, code, _ in world.server.asked(user)} == {200}


def test_a_role_that_names_two_applications(world):
    """The list of the namespace is refused; each of them is asked for by its name."""
    for name in ("catalog-dev", "order-dev"):
        world.app(name)
    rules = [{**rule, "resourceNames": ["catalog-dev", "order-dev"]} for rule in rules_of("read.yaml", "refresh.yaml")]
    run = world.run("wait", "order", *WAIT[1:], config=world.config(rules)[0])
    assert [row["reason"] for row in run.json["verdicts"]] == ["DEPLOYED", "DEPLOYED"] and run.json["warnings"] == []


def test_a_role_that_names_another_application(world):
    world.app("catalog-dev")
    rules = [{**rule, "resourceNames": ["order-dev"]} for rule in rules_of("read.yaml", "refresh.yaml")]
    run = world.run(*WAIT, config=world.config(rules)[0], expect=4)
    assert run.json["reason"] == "FORBIDDEN" and "resourceNames" in run.out


def test_a_role_in_another_namespace(world):
    world.app("catalog-dev")
    run = world.run(*WAIT, config=world.config(namespace="shop")[0], expect=4)
    assert 'in the namespace "argocd"' in run.json["cause"] and run.json["reason"] == "FORBIDDEN"
