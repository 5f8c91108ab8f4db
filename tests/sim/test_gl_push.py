"""Plain `git push -o merge_request...` against the sandbox: what GitLab makes of push options (2.2), and what it says."""

import pytest

WORK = "stagegate/dev/catalog"


@pytest.fixture
def clone(box, tmp_path):
    return box.clone(tmp_path / "c")


def push(box, where, *options, branch=WORK, check=True, force=False):
    words = [word for option in options for word in ("-o", option)]
    return box.git("push", *(["--force"] if force else []), *words, "origin", f"develop:refs/heads/{branch}", cwd=where, check=check)


def mrs(box):
    return box.api("GET", "/projects/gitops%2Fapps/merge_requests")[2]


def test_create_opens_a_request_and_names_it(box, clone):
    box.commit(clone)
    done = push(box, clone, "merge_request.create", "merge_request.target=develop", "merge_request.title=a = b",
                "merge_request.description=one\\ntwo", "merge_request.label=x", "mr.label=y", "merge_request.squash",
                "merge_request.remove_source_branch", "merge_request.assign=dev", "ci.skip")
    (found,) = mrs(box)
    assert (found["source_branch"], found["target_branch"], found["title"]) == (WORK, "develop", "a = b")
    assert (found["description"], found["labels"], found["squash"]) == ("one\ntwo", ["x", "y"], True)
    assert found["force_remove_source_branch"] is True and {who["username"] for who in found["assignees"]} >= {"dev"}
    assert found["author"]["id"] == 51
    assert f"View merge request for {WORK}:" in done.stderr and found["web_url"] in done.stderr


def test_an_open_request_is_updated_whatever_its_target(box, clone):
    box.commit(clone)
    push(box, clone, "merge_request.create", "merge_request.target=develop")
    box.commit(clone, tag="1.4.3")
    push(box, clone, "merge_request.create", "merge_request.title=new", "merge_request.target=main", force=True)
    (found,) = mrs(box)
    assert (found["title"], found["target_branch"]) == ("new", "main")


def test_what_is_up_to_date_runs_no_option(box, clone):
    box.commit(clone)
    push(box, clone)
    push(box, clone, "merge_request.create", "merge_request.target=develop")
    assert mrs(box) == []


@pytest.mark.parametrize("options, words", [
    (["merge_request.title=x"], "create push option is required"),
    (["merge_request.create", "merge_request.target=gone"], "gitops/apps:gone does not exist"),
])
def test_refusals_are_words_of_a_push_that_arrived(box, clone, options, words):
    new = box.commit(clone)
    done = push(box, clone, *options)
    flat = " ".join(done.stderr.replace("remote:", "").split())
    assert "WARNINGS: Error encountered with push options" in flat and words in flat
    assert f"To create a merge request for {WORK}, visit:" in done.stderr
    assert mrs(box) == [] and box.tip(WORK) == new


def test_disabled_requests_and_a_link_that_is_not_printed(box, clone):
    box.commit(clone)
    box.ctl("mr-switch", "push-request", "refuse")
    assert "not enabled for project gitops/apps" in push(box, clone, "merge_request.create").stderr
    box.ctl("mr-switch", "push-request", "no-link")
    box.commit(clone, tag="1.4.3")
    assert "merge request" not in push(box, clone, "merge_request.create", "merge_request.target=develop", force=True).stderr
    assert len(mrs(box)) == 1


def test_a_line_end_in_an_option_is_refused_by_git_itself(box, clone):
    box.commit(clone)
    done = push(box, clone, "merge_request.title=a\nb", check=False)
    assert done.returncode and "new line" in done.stderr


def test_quick_actions_of_a_description_run(box, clone):
    box.commit(clone)
    push(box, clone, "merge_request.create", "merge_request.target=develop", "merge_request.description=x\\n/label ~hot")
    assert mrs(box)[0]["labels"] == ["hot"]


