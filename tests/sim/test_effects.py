"""Clients that are stopped at their N-th write, with a real git and a real HTTP client."""

import concurrent.futures
import http.client
import subprocess

import pytest

from sim import sandbox

MRS = "/projects/gitops%2Fapps/merge_requests"
REFUSED = (http.client.RemoteDisconnected, ConnectionError)


@pytest.fixture(name="aside")
def _aside(box):
    """Runs a client that is going to be held."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit
        box.ctl("hold", "off")


def test_writes_of_every_kind_are_counted_and_reads_are_not(box, tmp_path):
    where = box.clone(tmp_path / "c")
    box.commit(where)
    box.ctl("hold", "0")
    box.push(where)
    box.api("POST", "/projects/gitops%2Fapps/repository/branches", {"branch": "x", "ref": "main"})
    box.api("GET", MRS)
    box.refresh()
    assert [row.split("?")[0].split("/")[0] for row in box.ctl("effects").splitlines()] == ["push refs", "POST ", "PATCH "]


def test_a_push_is_applied_and_its_answer_held(box, aside, tmp_path):
    where = box.clone(tmp_path / "c")
    new = box.commit(where)
    box.ctl("hold", "1")
    client = aside(box.push, where)
    assert box.ctl("held") == "push refs/heads/develop"
    assert box.tip() == new and not client.done()
    box.ctl("hold", "off")
    client.result(30)


def test_the_request_after_the_write_is_dropped_without_effect(box, aside):
    box.ctl("hold", "1", "next")
    assert box.api("POST", "/projects/gitops%2Fapps/repository/branches", {"branch": "x", "ref": "main"})[0] == 201
    client = aside(box.api, "POST", "/projects/gitops%2Fapps/repository/branches", {"branch": "y", "ref": "main"})
    assert box.ctl("held").startswith("POST ")
    box.ctl("hold", "off")
    with pytest.raises(REFUSED):
        client.result(30)
    assert box.api("GET", "/projects/gitops%2Fapps/repository/branches/x")[0] == 200
    assert box.api("GET", "/projects/gitops%2Fapps/repository/branches/y")[0] == 404


def test_a_reset_leaves_no_reader_behind(box):
    """Each reads a repository through a process of its own."""
    daemon = str(box.info["leaders"][0][0])
    counts = []
    for _ in range(3):
        box.ctl("reset")
        box.api("GET", "/projects/gitops%2Fapps/repository/branches/main")
        found = subprocess.run(["ps", "-o", "args=", "--ppid", daemon], capture_output=True, text=True, check=True).stdout
        counts.append(sum("cat-file" in row for row in found.splitlines()))
    assert counts[0] == counts[2] > 0, counts


def test_idle_waits_for_what_a_client_began(box, aside):
    box.ctl("idle")
    box.ctl("hold", "1")
    client = aside(box.api, "POST", "/projects/gitops%2Fapps/repository/branches", {"branch": "x", "ref": "main"})
    box.ctl("held")
    good, text = sandbox.ask(box.info, ["idle", "0.05"])
    assert not good and text.startswith("a client is still connected: 01 "), text
    box.ctl("hold", "off")
    client.result(30)
    box.ctl("idle")


def test_reset_lets_go(box, aside):
    box.ctl("hold", "1")
    client = aside(box.refresh)
    box.ctl("held")
    box.ctl("reset")
    client.result(30)
    assert box.ctl("effects")
