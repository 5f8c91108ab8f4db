"""wait, status and doctor against a real API server: what it sends, when it says no, and when it goes away in the middle."""
import json
import signal

from kube import cluster as real
from kube.conftest import Background

REFRESH = "argocd.argoproj.io/refresh"
QUICK = ("--poll", "300ms", "--retry-base", "20ms")


def wait(service, *more):
    return ("wait", service, "--env", "dev", *QUICK, *more)


def verdict(run):
    return run.json["verdicts"][0]


def test_what_is_good_already(world):
    world.app("catalog-dev")
    run = world.run(*wait("catalog", "--output", "json"))
    assert (run.json["result"], verdict(run)["reason"], run.json["warnings"]) == ("done", "DEPLOYED", [])


def test_it_becomes_good_while_it_is_watched(world):
    world.app("order-dev", world.older)
    config, user = world.config()
    with world.started(*wait("order", "--poll", "1h"), config=config) as run:
        run.says("OLDER_REVISION")
        world.kubectl("patch", "order-dev", "--type=merge", "-p", json.dumps(world.good("order-dev")))
        assert run.ends() == 0, run.text
    asked = world.server.asked(user)
    assert [verb for verb, _, _ in asked if verb in ("list", "watch")] == ["list", "watch"]
    for _, _, row in [row for row in asked if row[0] == "patch"]:
        meta = row["requestObject"]["metadata"]
        assert set(row["requestObject"]) == {"metadata"} and set(meta) == {"resourceVersion", "annotations"} and set(meta["annotations"]) == {REFRESH}
    assert {verb for verb, _, _ in asked} <= {"get", "list", "watch", "patch"}


def test_the_refresh_is_asked_for_and_taken(world):
    """A commit that does not touch the application: only the proof of a refresh says that it was compared."""
    world.app("payment-dev", world.older)
    path = "jsonpath={.metadata.annotations.argocd\\.argoproj\\.io/refresh}=normal"
    with world.started(*wait("payment")) as run:
        world.kubectl("wait", "payment-dev", f"--for={path}", "--timeout=60s")
        world.patch("payment-dev", {"metadata": {"annotations": {REFRESH: None}}, **world.good("payment-dev")})
        assert run.ends() == 0, run.text


def test_somebody_edits_beside_us(world):
    """A conflict (409) is read again and asked again; nothing of the others is lost, and the refresh arrives."""
    world.app("search-dev", world.older)
    config, user = world.config()
    path = f"{real.APPS}/search-dev"

    def edit():
        turn = str(beside.turns)  # of the one made below
        assert world.server.call("PATCH", path, {"metadata": {"labels": {"turn": turn}}})[0] == 200

    beside = Background(edit)
    with beside:
        world.run(*wait("search", "--timeout", "2s"), config=config, expect=8)
    assert world.read("search-dev")["metadata"]["labels"]["turn"] == str(beside.turns - 1)
    codes = {code for verb, code, _ in world.server.asked(user) if verb == "patch"}
    assert codes <= {200, 409} and codes, codes


def test_deleted_while_it_is_watched(world):
    world.app("review-dev", world.older)
    with world.started(*wait("review", "--output", "json")) as run:
        run.says("OLDER_REVISION")
        world.kubectl("delete", "review-dev", "--wait=false")
        assert run.ends() == 1, run.text
    assert '"APP_DELETED"' in run.text


def test_deletion_that_a_finalizer_holds(world):
    world.app("review-dev", {**world.older, "metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}})
    with world.started(*wait("review", "--output", "json")) as run:
        run.says("OLDER_REVISION")
        world.kubectl("delete", "review-dev", "--wait=false")
        assert run.ends() == 1, run.text
    assert '"APP_DELETED"' in run.text
    world.patch("review-dev", {"metadata": {"finalizers": None}})


def test_an_application_that_is_not_there(world):
    run = world.run(*wait("pricing", "--output", "json"), expect=None)
    assert run.json["reason"] == "APPLICATION_NOT_FOUND" and "pricing-dev" in run.out


def test_a_large_application(world):
    """1.4 MB, close to what etcd takes at all: it is read, watched, and confirmed."""
    world.app("shipping-dev", world.older)
    rows = [{"kind": "ConfigMap", "name": f"row-{i:05}", "namespace": "shop", "status": "Synced", "version": "v1",
             "health": {"status": "Healthy", "message": "x" * 100}} for i in range(5500)]
    body = json.dumps({"status": {"resources": rows}}).encode()
    assert 1_300_000 < len(body) < 1_400_000
    status, _, said = world.server.call("PATCH", f"{real.APPS}/shipping-dev", body)
    assert status == 200, said
    with world.started(*wait("shipping", "--poll", "5s")) as run:
        run.says("OLDER_REVISION")
        good = world.good("shipping-dev")["status"]
        good.pop("resources", None)
        assert world.server.call("PATCH", f"{real.APPS}/shipping-dev", {"status": good})[0] == 200
        assert run.ends() == 0, run.text


def test_a_refresh_that_the_server_finds_invalid(world):
    """422: the annotations are as large as they may be, so that none can be added."""
    world.app("gateway-dev", world.older)
    room = 256 * 1024 - sum(len(k) + len(v) for k, v in world.read("gateway-dev")["metadata"].get("annotations", {}).items())
    change = {"metadata": {"annotations": {"a": "x" * (room - 10)}}}
    assert world.server.call("PATCH", f"{real.APPS}/gateway-dev", change)[0] == 200
    config, user = world.config()
    run = world.run(*wait("gateway", "--output", "json", "--timeout", "2s"), config=config, expect=8)
    assert 422 in {code for verb, code, _ in world.server.asked(user) if verb == "patch"}
    assert "no refresh could be asked for: " in verdict(run)["evidence"][0] and "262144" in verdict(run)["evidence"][0], run


def test_a_signal_says_the_state(world):
    world.app("auth-dev", world.older)
    with world.started(*wait("auth", "--output", "json")) as run:
        run.says("OLDER_REVISION")
        run.child.send_signal(signal.SIGTERM)
        assert run.ends() != 0
    assert '"where": "auth-dev: OLDER_REVISION: ' in run.text and '"CANCELLED"' in run.text, run.text


def test_the_board(world):
    world.app("catalog-dev")
    run = world.run("status", *world.one_service(), "--output", "json")
    cell = run.json["board"]["services"][0]["cells"][0]
    assert (cell["sync"], cell["health"], cell["in_step"], cell["cluster_trouble"]) == ("Synced", "Healthy", True, None), run


def test_doctor(world):
    world.app("catalog-dev")
    run = world.run("doctor", *world.one_service(), "--output", "json", expect=None)
    told = {row["id"]: row["severity"] for row in run.json["findings"]}
    for check in ("CLUSTER_GET", "CLUSTER_WATCH", "CLUSTER_PATCH"):
        assert told[check] == "ok", run
    assert "v1.20.2" in run.out
