"""Git and GitLab's API under a sub-path (gitlab.md 1): `start --root /gitlab`, or SANDBOX_ROOT for whole suites."""

import os
import tempfile

import pytest

from sim import sandbox
from sim.conftest import Box

ROOT = "/gitlab"


@pytest.fixture(scope="module", name="under")
def _under():
    state = tempfile.mkdtemp(prefix="stagegate-test-root-", dir="/tmp")
    try:
        assert sandbox.start(state, ROOT) == 0
        yield Box(state)
    finally:
        sandbox.stop(state)


def test_everything_is_below_it(under):
    base = under.env["STAGEGATE_GITLAB_URL"]
    assert base.endswith(ROOT) and under.env["STAGEGATE_GITOPS"] == base + "/gitops/apps.git"
    assert under.env["SANDBOX_API"] == base + "/api/v4"
    project = under.api("GET", "/projects/gitops%2Fapps")[2]
    assert project["web_url"] == base + "/gitops/apps" and project["http_url_to_repo"] == under.env["STAGEGATE_GITOPS"]
    links = under.api("GET", "/projects/101/repository/branches", per_page=1)[1]["link"]
    assert f'<{base}/api/v4/projects/101/repository/branches?' in links
    top = under.env["SANDBOX_API"].replace(ROOT, "")
    assert under.git("ls-remote", under.url(url=top.replace("/api/v4", "/gitops/apps.git")), check=False).returncode != 0


def test_git_works_below_it(under, tmp_path):
    where = under.clone(tmp_path / "c")
    new = under.commit(where)
    under.push(where)
    assert under.tip() == new == under.api("GET", "/projects/101/repository/branches/develop")[2]["commit"]["id"]
    under.ctl("fault", "git-moved")
    done = under.git("-c", "http.followRedirects=false", "ls-remote", under.url(), check=False)
    assert done.returncode != 0
    under.ctl("fault", "clear")
    under.ctl("fault", "git-502-push")  # through the front
    under.commit(where, tag="1.4.3")
    assert under.push(where, check=False).returncode != 0 and under.tip() != new
    under.ctl("reset")


def test_moved_below_it(under):
    under.ctl("fault", "gl-moved")
    status, headers, _ = under.api("GET", "/projects/gitops%2Fapps")
    assert (status, headers["location"]) == (301, under.env["SANDBOX_API"] + "/projects/101")
    under.ctl("fault", "clear")


def test_another_root_is_another_sandbox(under):
    assert sandbox.start(under.state, ROOT) == 0  # already running
    with pytest.raises(SystemExit, match="with the sub-path /gitlab"):
        sandbox.start(under.state, "")
    with pytest.raises(SystemExit, match="no sub-path"):
        sandbox.start(under.state, "/../x")
    assert os.path.exists(under.env["STAGEGATE_CA_FILE"])
