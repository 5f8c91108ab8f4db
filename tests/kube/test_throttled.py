"""429 of the server's own priority and fairness: the account's few seats are all taken."""
import pytest

from kube import cluster as real
from kube.cluster import until
from kube.conftest import ALL_OF_IT
from kube.test_wait import wait

FLOW = "/apis/flowcontrol.apiserver.k8s.io/v1beta1"


class Seats:
    """Requests of the account whose bodies never come: each holds one seat."""

    def __init__(self, server, token):
        self.server, self.token, self.held = server, token, []

    def take_all(self):
        until(self._one_more, "no seat is left")

    def _one_more(self):
        connection = self.server.connect()
        connection.putrequest("PATCH", f"{real.APPS}/nothing")
        for name, value in (("Authorization", "Bearer " + self.token), ("Content-Type", real.MERGE), ("Content-Length", "100")):
            connection.putheader(name, value)
        connection.endheaders()
        self.held.append(connection)
        return self.answer()[0] == 429

    def answer(self):
        return self.server.call("GET", f"{real.APPS}/nothing", token=self.token)

    def leave(self):
        while self.held:
            self.held.pop().close()


@pytest.fixture(name="seats")
def _seats(world):
    name = world.account(ALL_OF_IT)
    world.create(f"{FLOW}/prioritylevelconfigurations", {"metadata": {"name": name}, "spec": {
        "type": "Limited", "limited": {"assuredConcurrencyShares": 1, "limitResponse": {"type": "Reject"}}}})
    subject = {"kind": "ServiceAccount", "serviceAccount": {"name": name, "namespace": "shop"}}
    rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]}
    world.create(f"{FLOW}/flowschemas", {"metadata": {"name": name}, "spec": {
        "priorityLevelConfiguration": {"name": name}, "matchingPrecedence": 2,
        "rules": [{"subjects": [subject], "resourceRules": [rule]}]}})
    made = Seats(world.server, world.jwt(name))
    made.config = world.cluster.kubeconfig(name, {"token": made.token})
    yield made
    made.leave()


def test_it_waits_for_its_turn(world, seats):
    world.app("catalog-dev")
    seats.take_all()
    status, headers, body = seats.answer()
    assert (status, headers["retry-after"], body) == (429, "1", b"Too many requests, please try again later.\n")
    with world.started(*wait("catalog", "--verbose"), config=seats.config) as run:
        run.says("429")
        seats.leave()
        assert run.ends() == 0, run.text


def test_the_deadline_names_it(world, seats):
    world.app("catalog-dev")
    seats.take_all()
    run = world.run(*wait("catalog", "--timeout", "3s", "--output", "json"), config=seats.config, expect=None)
    assert run.code in (7, 8) and "429" in run.out, run


def test_in_the_middle_of_a_wait(world, seats):
    world.app("catalog-dev", world.older)
    with world.started(*wait("catalog"), config=seats.config) as run:
        run.says("OLDER_REVISION")
        seats.take_all()
        world.patch("catalog-dev", world.good("catalog-dev"))
        seats.leave()
        assert run.ends() == 0, run.text
