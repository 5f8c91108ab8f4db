"""The API server, or the way to it, goes away in the middle of a watch. Whatever happens: the truth, and never past the deadline."""
import os
import random
import signal

import pytest

from kube.cluster import Server, until
from kube.conftest import ALL_OF_IT
from kube.relay import Relay
from kube.test_wait import wait

EDGE = ("--watch-cache=false", "--enable-priority-and-fairness=false")


@pytest.fixture(scope="module", name="edge")
def _edge(cluster):
    """A second API server over the same etcd, to be killed. Without a cache it knows exactly what etcd knows."""
    server = Server(cluster, "edge", *EDGE).start()
    yield server
    server.end()


@pytest.fixture(name="relay")
def _relay(cluster):
    made = Relay(cluster.server.port)
    yield made
    made.close()


def refuses(server):
    """Nobody listens any more."""
    try:
        server.connect(1).connect()
    except OSError:
        return True
    return False


def verbs(server, user):
    return [verb for verb, _, _ in server.asked(user) if verb in ("list", "watch")]


# --- the server is killed ------------------------------------------------------------------------------------------------------------

def test_killed_and_back(world, edge):
    """What happened in between is not lost, and a server that denies everything while it starts is not believed."""
    config, _ = world.config(server=edge)
    world.app("catalog-dev", world.older)
    with world.started(*wait("catalog", "--poll", "1h"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        world.patch("catalog-dev", world.good("catalog-dev"))
        edge.start()
        assert run.ends() == 0, run.text


def test_killed_and_its_history_forgotten(world, edge):
    """410: etcd has forgotten the version at which the watch stood."""
    config, user = world.config(server=edge)
    world.app("order-dev", world.older)
    with world.started(*wait("order", "--poll", "1h"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        world.patch("order-dev", world.good("order-dev"))
        world.cluster.compact()
        edge.start()
        assert run.ends() == 0, run.text
    assert verbs(edge, user).count("list") >= 2, verbs(edge, user)


def test_deleted_and_made_again_while_nobody_looked(world, edge):
    """Another object under the same name: what counts is what it says."""
    world.app("payment-dev", world.older)
    config, _ = world.config(server=edge)
    with world.started(*wait("payment", "--poll", "1h", "--output", "json"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        world.kubectl("delete", "payment-dev")
        world.cluster.compact()
        world.app("payment-dev")
        edge.start()
        assert run.ends() == 0, run.text
    assert '"DEPLOYED"' in run.text


def test_deleted_while_nobody_looked(world, edge):
    world.app("payment-dev", world.older)
    config, _ = world.config(server=edge)
    with world.started(*wait("payment", "--output", "json"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        world.kubectl("delete", "payment-dev")
        edge.start()
        assert run.ends() == 1, run.text
    assert '"APP_DELETED"' in run.text


def test_a_graceful_end_leaves_the_watch_silent(world, edge):
    """The old server takes nobody any more and keeps the watch open without a word; a new one stands at the same address."""
    world.app("search-dev", world.older)
    config, _ = world.config(server=edge)
    with world.started(*wait("search"), config=config) as run:
        run.says("OLDER_REVISION")
        old = edge.child
        old.send_signal(signal.SIGTERM)
        try:
            until(lambda: refuses(edge), "the old server closes its door")
            assert old.poll() is None, "it was to linger with the watch"
            world.patch("search-dev", world.good("search-dev"))
            edge.start()
            assert run.ends() == 0, run.text
        finally:
            old.kill()
            old.wait()


def test_it_stays_away(world, edge):
    """The deadline is kept, with the last blocker and the trouble of the connection."""
    world.app("review-dev", world.older)
    config, _ = world.config(server=edge)
    with world.started(*wait("review", "--timeout", "8s", "--output", "json"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        assert run.ends() == 8, run.text
    edge.start()
    assert '"OLDER_REVISION"' in run.text and "the cluster: " in run.text, run.text


def test_it_hangs(world, edge):
    """Stopped, not dead: the kernel still takes connections for it."""
    world.app("review-dev", world.older)
    config, _ = world.config(server=edge)
    with world.started(*wait("review", "--timeout", "4s", "--request-timeout", "1s", "--idle-timeout", "1s", "--output", "json"),
                       config=config) as run:
        run.says("OLDER_REVISION")
        edge.child.send_signal(signal.SIGSTOP)
        try:
            assert run.ends() == 8, run.text
        finally:
            edge.child.send_signal(signal.SIGCONT)
    assert '"OLDER_REVISION"' in run.text, run.text


def test_another_token_while_it_was_away(world, edge):
    """tokenFile: the old token is worth nothing any more when the server is back (401), the file has the new one."""
    world.app("pricing-dev", world.older)
    first, second = world.account(ALL_OF_IT), world.account(ALL_OF_IT)
    file = world.cluster.folder / f"{first}.token.secret"
    file.write_text(world.jwt(first))
    config = world.cluster.kubeconfig(first, {"tokenFile": str(file)}, edge)
    with world.started(*wait("pricing"), config=config) as run:
        run.says("OLDER_REVISION")
        edge.end(signal.SIGKILL)
        assert world.server.call("DELETE", f"/api/v1/namespaces/shop/serviceaccounts/{first}")[0] == 200
        fresh = file.with_suffix(".new")
        fresh.write_text(world.jwt(second))
        os.rename(fresh, file)
        world.patch("pricing-dev", world.good("pricing-dev"))
        edge.start()
        assert run.ends() == 0, run.text
    assert edge.asked(f"system:serviceaccount:shop:{second}")


# --- the network is bad --------------------------------------------------------------------------------------------------------------

def test_half_open(world, relay):
    """The connection is there and nothing comes: the reads beside the watch notice it."""
    world.app("auth-dev", world.older)
    config, _ = world.config(server=relay)
    with world.started(*wait("auth"), config=config) as run:
        run.says("OLDER_REVISION")
        relay.go_silent()
        world.patch("auth-dev", world.good("auth-dev"))
        assert run.ends() == 0, run.text


@pytest.mark.parametrize("count", [1, 5, 6, 700, 2500, 4000, 5000, 6500, 8000])
def test_cut_at_a_byte(world, relay, count):
    """From the first byte of the handshake into the watch: a connection that ends there is opened again."""
    world.app("auth-dev", world.older)
    config, _ = world.config(server=relay)
    relay.cut_after(count)
    with world.started(*wait("auth"), config=config) as run:
        run.says("OLDER_REVISION")
        until(lambda: relay.cuts, "the connection is cut")
        world.patch("auth-dev", world.good("auth-dev"))
        assert run.ends() == 0, run.text


@pytest.mark.parametrize("count", [1, 100, 1000, 3000])
def test_cut_inside_an_event(world, relay, count):
    """Once it is watched, at a byte of the next event."""
    world.app("auth-dev", world.older)
    config, _ = world.config(server=relay)
    with world.started(*wait("auth", "--poll", "1h"), config=config) as run:
        run.says("OLDER_REVISION")
        relay.cut_after(count)
        world.patch("auth-dev", world.good("auth-dev"))
        assert run.ends() == 0, run.text
    assert relay.cuts


def still_runs(run):
    assert run.child.poll() is None, (run.ends(), run.text)
    return True


def test_cut_again_and_again(world, relay):
    """Mostly as soon as it has connected, in the handshake."""
    world.app("auth-dev", world.older)
    config, _ = world.config(server=relay)
    with world.started(*wait("auth"), config=config) as run:
        run.says("OLDER_REVISION")
        for _ in range(5):
            before = relay.accepted
            relay.cut()
            until(lambda: still_runs(run) and relay.accepted > before, "it comes back")  # pylint: disable=cell-var-from-loop
        world.patch("auth-dev", world.good("auth-dev"))
        assert run.ends() == 0, run.text


@pytest.mark.parametrize("seed", range(8))
def test_cut_anywhere_again_and_again(world, relay, seed):
    """Each connection ends at a byte of its own, most of them in the handshake."""
    anywhere = random.Random(seed)
    world.app("auth-dev", world.older)
    config, _ = world.config(server=relay)
    with world.started(*wait("auth"), config=config) as run:
        run.says("OLDER_REVISION")
        relay.cut()
        for _ in range(4):
            before = relay.cuts
            relay.cut_after(anywhere.randrange(1, 4000))
            until(lambda: still_runs(run) and relay.cuts > before, "it is cut")  # pylint: disable=cell-var-from-loop
        world.patch("auth-dev", world.good("auth-dev"))
        assert run.ends() == 0, run.text
