"""What the tests of merge requests share: opening one, reading it on, comparing with recorded answers."""

import json
import os

import pytest

from sim.conftest import CONTRACTS

PROJECT = "/projects/gitops%2Fapps"
MRS = PROJECT + "/merge_requests"
RECORDED = os.path.join(CONTRACTS, "data/gitlab/recorded-gitlab.com-19.5")
FILE = "apps/catalog/values-staging.yaml"
BRANCH = "stagegate/staging/catalog"


class Lab:
    """A box and short words for it. Every call asserts its status."""

    def __init__(self, box):
        self.box, self.ctl = box, box.ctl

    def call(self, method, path, body=None, user="bot", want=200, **query):
        status, _, found = self.box.api(method, path, body, user, **query)
        assert status == want, (status, found)
        return found

    def open(self, branch=BRANCH, target="main", user="bot", text="image: {tag: 9.9.9}", file=FILE, **more):
        """A new merge request with one commit of dev's; returns its iid."""
        if text is not None:
            self.ctl("foreign-commit", branch, file, text)
        body = {"source_branch": branch, "target_branch": target, "title": "catalog 9.9.9 to staging", **more}
        return self.call("POST", MRS, body, user, 201)["iid"]

    def get(self, iid, user="bot", **query):
        return self.call("GET", f"{MRS}/{iid}", user=user, **query)

    def put(self, iid, body, user="bot", want=200):
        return self.call("PUT", f"{MRS}/{iid}", body, user, want)

    def merge(self, iid, want=200, user="bot", **body):
        return self.call("PUT", f"{MRS}/{iid}/merge", body, user, want)

    def status(self, iid):
        """detailed_merge_status without counting as a read."""
        return json.loads(self.ctl("mr", str(iid)))["detailed_merge_status"]

    def until(self, iid, value="mergeable", most=8):
        """Reads until the status is that one; returns the merge request."""
        seen = []
        for _ in range(most):
            found = self.get(iid)
            seen.append(found["detailed_merge_status"])
            if seen[-1] == value:
                return found
        raise AssertionError(seen)

    def ready(self, **more):
        """The iid of a merge request that may be merged."""
        iid = self.open(**more)
        self.until(iid)
        return iid

    def git(self, *words):
        return self.box.git(*words, cwd=self.box.repo).stdout.strip()


def recorded(name):
    path = os.path.join(RECORDED, name)
    if not os.path.exists(path):
        pytest.skip("the recorded answers are not here")
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def differences(want, got, at=""):
    """Keys that one has and the other has not, and values of another type; null fits everything."""
    if want is None or got is None:
        return []
    if isinstance(want, dict) and isinstance(got, dict):
        rows = [f"{at}.{key}: only {'recorded' if key in want else 'here'}" for key in sorted(set(want) ^ set(got))]
        for key in sorted(set(want) & set(got)):
            rows += differences(want[key], got[key], f"{at}.{key}")
        return rows
    if isinstance(want, list) and isinstance(got, list):
        return differences(want[0], got[0], f"{at}[]") if want and got else []
    kinds = tuple({int: (int, float), float: (int, float)}.get(type(side), (type(side),)) for side in (want, got))
    return [] if set(kinds[0]) & set(kinds[1]) else [f"{at}: {want!r} recorded, {got!r} here"]
