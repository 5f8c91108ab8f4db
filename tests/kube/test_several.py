"""One wait over two environments, each with its own user, context and namespace: what is called alike in both must not be mixed up."""
import json

import pytest

from kube import cluster as real
from kube.conftest import ALL_OF_IT

CONFIG = """version: 1
branch: main
environments:
  - {name: eu, branch: develop, application: "{service}-dev", cluster: {context: dev}}
  - {name: us, branch: develop, application: "{service}-dev", cluster: {context: staging, namespace: %s}}
services:
  - name: catalog
    path: apps/catalog
    image: registry.example.com/shop/catalog
    update: [{file: values-dev.yaml, key: image.tag, part: tag}]
"""
QUICK = ("--retry-base", "20ms", "--poll", "1h")


class Regions:
    """catalog-dev in two namespaces, and a kubeconfig in which each context is somebody else."""

    def __init__(self, world):
        self.world, self.server = world, world.server
        self.abroad = world.cluster.namespace(world.name)
        world.paths.append(f"/api/v1/namespaces/{self.abroad}")
        world.app("catalog-dev", world.older)
        twin = world.twin("catalog-dev")
        twin["metadata"]["namespace"] = self.abroad
        self.path = real.APPS.replace("/argocd/", f"/{self.abroad}/")
        world.create(self.path, twin)
        self.patch(world.older)

    def patch(self, change):
        """Of the one abroad."""
        self.server.made(f"{self.path}/catalog-dev", change, "PATCH")

    def config(self, rules):
        """Path of the kubeconfig, and the two users; RULES are those of the second one."""
        path, first = self.world.config(ALL_OF_IT)
        name = self.world.account(rules, namespace=self.abroad)
        with open(path, encoding="ascii") as file:
            config = json.load(file)
        config["users"].append({"name": "other", "user": {"token": self.world.jwt(name)}})
        for row in config["contexts"]:
            if row["name"] == "staging":
                row["context"]["user"] = "other"
        with open(path, "w", encoding="ascii") as out:
            json.dump(config, out)
        return path, first, f"system:serviceaccount:shop:{name}"

    def words(self, *more):
        path = f"{self.world.stagegate.folder}/regions.yaml"
        with open(path, "w", encoding="ascii") as out:
            out.write(CONFIG % self.abroad)
        return ("wait", "catalog", "--env", "eu,us", "--config", path, *QUICK, *more)


@pytest.fixture(name="regions")
def _regions(world):
    return Regions(world)


def test_the_same_application_in_both(regions, world):
    config, first, second = regions.config(ALL_OF_IT)
    with world.started(*regions.words("--output", "json"), config=config) as run:
        run.says("catalog-dev in us: OLDER_REVISION")
        world.patch("catalog-dev", world.good("catalog-dev"))
        real.until(lambda: [code for verb, code, _ in world.server.asked(first) if verb == "get"], "the second look at the one in eu")
        assert run.child.poll() is None, run.ends()
        regions.patch(world.good("catalog-dev"))
        assert run.ends() == 0, run.text
    for user, namespace in ((first, "argocd"), (second, regions.abroad)):
        real.until(lambda who=user: sorted(verb for verb, _, _ in world.server.asked(who) if verb in ("list", "watch")) == ["list", "watch"],
                   "one list and one watch in the audit log")
        assert {row["objectRef"]["namespace"] for _, _, row in world.server.asked(user)} == {namespace}
    assert run.text.count('"reason": "DEPLOYED"') == 3  # of both, and of the run


def test_one_that_may_be_read_and_one_that_may_not(regions, world):
    world.patch("catalog-dev", world.good("catalog-dev"))
    config, _, _ = regions.config([])
    run = world.run(*regions.words("--keep-going", "--output", "json"), config=config, expect=4)
    rows = {row["environment"]: row for row in run.json["verdicts"]}
    assert (rows["eu"]["reason"], rows["us"]["reason"]) == ("DEPLOYED", "FORBIDDEN")
    assert regions.abroad in rows["us"]["sentence"] and rows["us"]["namespace"] == regions.abroad
    run = world.run(*regions.words("--output", "json"), config=config, expect=4)
    assert run.json["reason"] == "FORBIDDEN" and run.json["where"].startswith("us"), run
