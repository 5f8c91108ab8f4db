"""status: the board of every service in every environment; it reads only, and never shows what it does not know."""
import json

import pytest

HEAD = ["schema", "command", "result", "reason", "exit_code", "sentence"]
CELL = ["environment", "version", "image", "files_trouble", "application", "running", "in_step", "sync", "health",
        "remark", "since", "age_s", "cluster_trouble", "merge_request"]


class Board:
    """A sandbox as after its start, and what status says about it."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg = sandbox, sg
        sandbox.ctl("reset")
        sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]

    def ctl(self, *words):
        return self.sandbox.ctl(*words)

    def look(self, *words, **more):
        return self.sg("status", *words, "--output", "json", **more)

    def open_request(self, user, env="staging", service="catalog"):
        branch = f"stagegate/{env}/{service}"
        self.ctl("commit-as", user, branch, f"apps/{service}/note", "a change", "text")
        return int(self.ctl("open-mr", user, branch, "main", "a change"))


@pytest.fixture
def board(sandbox, sg):
    yield Board(sandbox, sg)
    sandbox.ctl("reset")


def cell_of(run, service, env):
    row = next(row for row in run.json["board"]["services"] if row["service"] == service)
    return next(cell for cell in row["cells"] if cell["environment"] == env)


def test_a_fresh_board_has_every_service_in_every_environment(board):
    run = board.look()
    assert list(run.json)[:6] == HEAD and run.json["schema"] == 1 and run.json["command"] == "status"
    assert run.json["reason"] == "BOARD" and run.json["exit_code"] == 0
    envs = [column["name"] for column in run.json["board"]["environments"]]
    assert envs == ["dev", "staging", "production"]
    rows = run.json["board"]["services"]
    assert [row["service"] for row in rows] == sorted(row["service"] for row in rows) and len(rows) == 16
    for row in rows:
        assert [cell["environment"] for cell in row["cells"]] == envs
        for cell in row["cells"]:
            assert list(cell) == CELL
            assert cell["in_step"] is True and cell["running"] == cell["version"]
            assert (cell["sync"], cell["health"]) == ("Synced", "Healthy")
            assert cell["age_s"] >= 0 and cell["since"].endswith("Z")


def test_text_has_one_line_for_each_service(board):
    run = board.sg("status")
    for env in ("dev", "staging", "production"):
        assert env in run.out
    lines = [line for line in run.out.splitlines() if line.startswith("  catalog ")]
    assert len(lines) == 1 and lines[0].count("Synced, Healthy, ") == 3


def test_it_reads_only(board):
    board.open_request("bot")
    before = board.sandbox.git("for-each-ref")
    board.ctl("api-log", "clear")
    board.ctl("requests", "clear")
    board.look()
    assert {entry["method"] for entry in json.loads(board.ctl("api-log"))} == {"GET"}
    asked = json.loads(board.ctl("requests"))
    assert len(asked) == 48 and {entry["method"] for entry in asked} == {"GET"}
    assert board.sandbox.git("for-each-ref") == before


def test_after_a_bump_both_versions_are_shown_until_the_new_one_runs(board):
    board.ctl("app", "catalog-dev", "no-consume")
    board.sg("bump", "catalog", "1.4.2")
    cell = cell_of(board.look("catalog"), "catalog", "dev")
    assert (cell["version"], cell["running"], cell["in_step"]) == ("1.4.2", "1.4.1", False)
    assert "1.4.2, runs 1.4.1, " in board.sg("status", "catalog").out
    board.ctl("app", "catalog-dev", "healthy")
    board.sg("wait", "catalog", "--env", "dev")
    cell = cell_of(board.look("catalog"), "catalog", "dev")
    assert (cell["version"], cell["running"], cell["in_step"]) == ("1.4.2", "1.4.2", True)


def test_old_pods_beside_the_new_ones_are_not_in_step(board):
    board.ctl("app", "catalog-dev", "old-pods")
    board.sg("bump", "catalog", "1.4.2")
    board.ctl("refresh", "catalog-dev")
    board.ctl("settle")
    cell = cell_of(board.look("catalog"), "catalog", "dev")
    assert sorted(cell["running"].split(", ")) == ["1.4.1", "1.4.2"] and cell["in_step"] is False


def test_a_degraded_application_is_shown_as_that(board):
    board.ctl("app", "catalog-dev", "degraded")
    board.sg("bump", "catalog", "1.4.2")
    board.sg("wait", "catalog", "--env", "dev", "--timeout", "20s", expect=None)
    run = board.look("catalog")
    assert cell_of(run, "catalog", "dev")["health"] == "Degraded"
    assert run.json["sentence"].startswith("2 of 3 ")


def test_our_open_merge_request_says_what_it_waits_for(board):
    iid = board.open_request("bot")
    board.ctl("pipeline", str(iid), "failed")
    board.ctl("mr-status", str(iid), "ci_must_pass")
    run = board.look("catalog", "order")
    request = cell_of(run, "catalog", "staging")["merge_request"]
    assert request["iid"] == iid and request["reason"] == "MR_CI_MUST_PASS" and request["sentence"]
    assert request["since"].endswith("Z")
    assert [row["iid"] for row in run.json["merge_requests"]] == [iid]
    assert cell_of(run, "catalog", "production")["merge_request"] is None
    assert cell_of(run, "order", "staging")["merge_request"] is None
    assert f"!{iid} MR_CI_MUST_PASS" in board.sg("status", "catalog").out


def test_a_request_that_our_gates_hold_says_which_gate(board):
    board.sg.env.update(CI_JOB_TOKEN=board.sandbox.env["SANDBOX_JOB_TOKEN_DEV"], CI_JOB_ID="7",
                        CI_SERVER_URL=board.sandbox.env["STAGEGATE_GITLAB_URL"], STAGEGATE_MR_POLL="20ms")
    board.sg("bump", "catalog", "1.4.2")
    board.sg("wait", "catalog", "--env", "dev")
    board.ctl("clock", "1860")
    board.sg("promote", "catalog", "--to", "staging")
    board.ctl("clock", "7260")
    board.sg("promote", "catalog", "--to", "production", expect=75)
    request = cell_of(board.look("catalog"), "catalog", "production")["merge_request"]
    assert request["reason"] == "GATES_WAIT" and "waits for 1 approval" in request["sentence"]


def test_a_stale_list_does_not_show_a_request_that_is_closed(board):
    iid = board.open_request("bot")
    board.ctl("mr-switch", "stale-list", "on")
    board.ctl("close", str(iid))
    run = board.look("catalog")
    assert cell_of(run, "catalog", "staging")["merge_request"] is None


def test_a_request_of_somebody_else_is_not_ours_whatever_its_branch(board):
    board.open_request("dev")
    run = board.look("catalog")
    assert cell_of(run, "catalog", "staging")["merge_request"] is None and run.json["merge_requests"] == []


def test_a_cluster_that_denies_is_said_in_every_cell(board):
    denied = board.sandbox.env["SANDBOX_KUBECONFIG_DENIED"]
    run = board.look("catalog", "order", "--kubeconfig", denied)
    assert run.json["reason"] == "BOARD_INCOMPLETE"
    for service in ("catalog", "order"):
        for env in ("dev", "staging", "production"):
            cell = cell_of(run, service, env)
            assert cell["version"] and cell["cluster_trouble"]["reason"] == "FORBIDDEN"
            assert [cell[key] for key in ("running", "in_step", "sync", "health", "age_s")] == [None] * 5
    text = board.sg("status", "catalog", "--kubeconfig", denied)
    assert text.out.count("cluster? FORBIDDEN") == 3 and "Healthy" not in text.out


def test_a_cluster_that_does_not_know_us_is_asked_once(board):
    board.ctl("requests", "clear")
    run = board.look("--kubeconfig", board.sandbox.env["SANDBOX_KUBECONFIG_BAD_TOKEN"])
    assert {cell["cluster_trouble"]["reason"] for row in run.json["board"]["services"] for cell in row["cells"]} \
        == {"AUTH_FAILED"}
    assert len(json.loads(board.ctl("requests"))) <= 6


def test_a_server_that_is_down_is_waited_for_once(board, tmp_path):
    with open(board.sandbox.env["KUBECONFIG"], encoding="utf-8") as file:
        text = file.read()
    dead = tmp_path / "dead.secret"
    dead.write_text(text.replace(board.sandbox.env["SANDBOX_KUBE_URL"], "https://127.0.0.1:1"))
    run = board.look("catalog", "order", "--kubeconfig", str(dead))
    assert {cell["cluster_trouble"]["reason"] for row in run.json["board"]["services"] for cell in row["cells"]} \
        == {"UNREACHABLE"}
    assert run.seconds < 20


def test_a_missing_kubeconfig_leaves_a_board_of_git(board):
    run = board.look("catalog", "--kubeconfig", "/nonexistent/config")
    cell = cell_of(run, "catalog", "dev")
    assert cell["version"] == "1.4.1" and cell["cluster_trouble"]["reason"] and cell["running"] is None


def test_an_application_that_is_not_there_is_a_trouble_of_its_cell_only(board):
    board.ctl("app", "catalog-dev", "deleted")
    board.ctl("refresh", "catalog-dev")
    board.ctl("settle")
    run = board.look("catalog", "order")
    cell = cell_of(run, "catalog", "dev")
    assert cell["cluster_trouble"]["reason"] == "APPLICATION_NOT_FOUND"
    assert cell_of(run, "order", "dev")["cluster_trouble"] is None


def test_an_application_of_another_repository_is_remarked(board):
    board.ctl("app", "catalog-dev", "wrong-repo")
    run = board.look("catalog")
    assert cell_of(run, "catalog", "dev")["remark"] == "reads another repository"
    assert run.json["sentence"].startswith("2 of 3 ")


def test_files_that_cannot_be_read_are_said_in_their_cell(board):
    board.ctl("push-file", "develop", "apps/catalog/values-dev.yaml")
    run = board.look("catalog", "order")
    cell = cell_of(run, "catalog", "dev")
    assert cell["files_trouble"]["reason"] == "FILE_NOT_FOUND" and cell["version"] is None
    assert cell["in_step"] is None and cell_of(run, "order", "dev")["in_step"] is True


@pytest.mark.parametrize("fault, reason", [("gl-401", "AUTH_FAILED"), ("gl-403", "FORBIDDEN")])
def test_merge_requests_that_cannot_be_read_are_said(board, fault, reason):
    board.ctl("fault", fault, "100")
    run = board.look("catalog")
    assert run.json["board"]["merge_requests_trouble"]["reason"] == reason
    assert run.json["reason"] == "BOARD_INCOMPLETE" and run.json["advisory"] is True
    text = board.sg("status", "catalog").out
    assert text.count(f"merge request? {reason}") == 2


def test_without_gitlab_there_is_a_board_of_git_and_cluster(board):
    run = board.look("catalog", env={"STAGEGATE_GITLAB_URL": None})
    assert run.json["board"]["merge_requests_trouble"]["reason"] == "NO_GITLAB"
    assert cell_of(run, "catalog", "dev")["in_step"] is True


def test_markdown_is_tables_only(board):
    board.open_request("bot")
    run = board.sg("status", "--output", "markdown", env={"KUBECONFIG": board.sandbox.env["SANDBOX_KUBECONFIG_DENIED"]})
    lines = run.out.splitlines()
    assert lines[0] == "| Service | `dev` | `staging` | `production` |" and lines[1] == "|---|---|---|---|"
    assert sum(line.startswith("| `catalog` |") for line in lines) == 1
    assert all(line == "" or (line.startswith("|") and line.endswith("|")) for line in lines)
    assert "FORBIDDEN" in run.out and "!1" in run.out


def test_markdown_is_an_output_of_status_only(board):
    assert board.sg("gate", "catalog", "--to", "staging", "--output", "markdown", expect=2).out == ""


@pytest.mark.parametrize("words, code", [(["catalogg"], 5), (["../x"], 2), (["order", "order"], 2)])
def test_a_service_that_is_none_ends_the_run(board, words, code):
    assert board.look(*words, expect=code).json["result"] == "error"


def test_a_repository_that_cannot_be_read_ends_the_run(board):
    run = board.look(env={"STAGEGATE_GITLAB_TOKEN": board.sandbox.env["SANDBOX_TOKEN_NONE"]}, expect=None)
    assert run.code in (4, 5) and run.json["result"] == "error"
