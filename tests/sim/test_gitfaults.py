"""Every Git fault, seen with the real git."""

import time

import pytest

from sim import front

READ = {
    "git-html": "not valid: is this a git repository",
    "git-404": "not found",
    "git-403": "error: 403",
    "git-429": "error: 429",
    "git-500": "error: 500",
    "git-503": "error: 503",
    "git-503-date": "error: 503",
    "git-truncate-refs": "",
    "git-reset": "",
}
NG = {
    "push-cannot-lock": "(cannot lock ref 'refs/heads/develop': is at ffff",
    "push-failed-update": "(failed to update ref)",
    "push-old-value": "(incorrect old value provided)",
    "push-fetch-first": "(fetch first)",
    "push-hook-declined": "(pre-receive hook declined)",
    "push-unpack-error": "unpack failed: index-pack abnormal exit",
}


@pytest.fixture(name="work")
def _work(box, tmp_path):
    where = box.clone(tmp_path / "c")
    return where, box.commit(where), box.tip()


@pytest.mark.parametrize("fault", READ)
def test_reading(box, fault):
    box.ctl("fault", fault)
    done = box.git("ls-remote", box.url(), check=False)
    if fault == "git-reset":  # git's library tries again by itself
        assert any(line.startswith("444") or line.startswith("418") for line in box.wire()["lines"])
        return
    assert done.returncode != 0 and READ[fault] in done.stderr
    assert box.git("ls-remote", box.url()).stdout


def test_401_once(box):
    box.ctl("fault", "git-401")
    assert box.git("ls-remote", box.url(), check=False).returncode != 0


def test_moved(box):
    box.ctl("fault", "git-moved")
    done = box.git("-c", "http.followRedirects=false", "ls-remote", box.url(), check=False)
    assert "redirect" in done.stderr or "301" in done.stderr
    box.ctl("fault", "clear")
    box.ctl("fault", "git-moved-host")
    done = box.git("-c", "http.followRedirects=false", "ls-remote", box.url(), check=False)
    assert done.returncode != 0
    box.ctl("fault", "clear")
    assert box.git("ls-remote", box.url()).stdout


@pytest.mark.parametrize("fault, text", [("git-truncate-pack", ""), ("git-corrupt-pack", "")])
def test_spoiled_pack(box, tmp_path, fault, text):
    box.ctl("fault", fault)
    done = box.git("clone", "-q", box.url(), str(tmp_path / "c"), check=False)
    assert done.returncode != 0 and text in done.stderr
    box.git("clone", "-q", box.url(), str(tmp_path / "d"))


@pytest.mark.parametrize("fault", NG)
def test_refused_once(box, work, fault):
    where, new, old = work
    box.ctl("fault", fault)
    done = box.push(where, check=False)
    assert done.returncode != 0 and NG[fault] in done.stderr
    assert box.tip() == old
    if fault == "push-hook-declined":
        assert "remote: " + front.PROTECTED in done.stderr
    box.push(where)
    assert box.tip() == new


def test_protected_branch(box, work):
    where, new, old = work
    box.ctl("fault", "protected", "develop")
    done = box.push(where, check=False)
    assert "remote: " + front.PROTECTED in done.stderr and "pre-receive hook declined" in done.stderr
    assert box.tip() == old
    box.ctl("fault", "clear")
    box.push(where)
    assert box.tip() == new


def test_race(box, work):
    where, _, old = work
    box.ctl("fault", "push-race", "2")
    for _ in range(2):
        done = box.push(where, check=False)
        assert done.returncode != 0
        assert "cannot lock ref" in done.stderr or "failed to update ref" in done.stderr or "fetch first" in done.stderr
        box.git("fetch", "-q", "origin", "develop", cwd=where)
        new = box.commit(where, "FETCH_HEAD")
    box.push(where)
    assert box.tip() == new
    assert box.git("rev-list", "--count", f"{old}..{new}", cwd=box.repo).stdout.strip() == "3"


@pytest.mark.parametrize("fault", ["push-force", "push-deleted"])
def test_branch_taken_away(box, work, fault):
    where, new, old = work
    box.ctl("fault", fault)
    done = box.push(where, check=False)
    assert done.returncode != 0
    left = box.git("ls-remote", box.url(), "refs/heads/develop").stdout
    assert new not in left and old not in left and bool(left) == (fault == "push-force")


@pytest.mark.parametrize(
    "fault, applied", [("git-lost-reply", True), ("git-502-push", True), ("git-reset-push", False)]
)
def test_lost_answers(box, work, fault, applied):
    where, new, old = work
    box.ctl("fault", fault)
    assert box.push(where, check=False).returncode != 0
    assert box.tip() == (new if applied else old)


def test_slow(box):
    box.ctl("fault", "git-slow", "150")
    begun = time.monotonic()
    box.git("ls-remote", box.url())
    assert time.monotonic() - begun > 0.15
    box.ctl("fault", "clear")
    box.ctl("fault", "git-drip", "5")
    assert "refs/heads/develop" in box.git("ls-remote", box.url()).stdout


def test_every_fault_is_tested():
    here = (
        set(READ) | set(NG) | {"protected", "push-race", "push-force", "push-deleted", "git-lost-reply", "git-502-push"}
    )
    here |= {
        "git-reset-push",
        "git-slow",
        "git-drip",
        "git-moved",
        "git-moved-host",
        "git-truncate-pack",
        "git-corrupt-pack",
        "git-401",
    }
    assert set(front.FAULTS) - here == {"git-hang"}
