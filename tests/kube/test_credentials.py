"""Who we are to a real API server: service account tokens, certificates, and what is said of those that are no good."""
import pytest

from kube.cluster import until
from kube.conftest import ALL_OF_IT
from kube.test_wait import wait



@pytest.fixture(name="account")
def _account(world):
    world.app("catalog-dev")
    return world.account(ALL_OF_IT)


def refused(world, user, reason, *words):
    """Ends at once, with the reason and where the credential came from."""
    run = world.run(*wait("catalog", "--output", "json"), config=world.cluster.kubeconfig("refused", user), expect=4)
    assert run.json["reason"] == reason, run
    for word in words:
        assert word in run.out, run
    return run


def test_a_token_that_ends_later(world, account):
    world.run(*wait("catalog"), config=world.cluster.kubeconfig("signed", {"token": world.cluster.token("shop", account)}))


def test_a_token_that_has_ended(world, account):
    refused(world, {"token": world.cluster.token("shop", account, lifetime_s=-120)}, "AUTH_FAILED", "refused.secret", "expired")


def test_a_token_of_an_account_that_is_gone(world, account):
    token = world.jwt(account)
    assert world.server.call("DELETE", f"/api/v1/namespaces/shop/serviceaccounts/{account}")[0] == 200
    refused(world, {"token": token}, "AUTH_FAILED")


def test_a_token_that_somebody_else_has_signed(world, account):
    head, claims, signature = world.jwt(account).split(".")
    refused(world, {"token": ".".join((head, claims, signature[::-1]))}, "AUTH_FAILED")


def test_a_token_for_another_audience(world, account):
    token = world.jwt(account, audiences=["vault"])
    refused(world, {"token": token}, "AUTH_FAILED")


def test_no_credential_at_all(world, account):  # pylint: disable=unused-argument
    refused(world, {}, "CREDENTIAL_MISSING", "refused.secret")


def test_a_known_user_without_a_role(world, account):  # pylint: disable=unused-argument
    refused(world, {"token": world.cluster.tokens["nobody"]}, "FORBIDDEN", 'verb \\"get\\"', 'namespace \\"argocd\\"')


def test_a_client_certificate(world):
    world.app("catalog-dev")
    name = world.account(ALL_OF_IT)
    world.create("/apis/rbac.authorization.k8s.io/v1/namespaces/argocd/rolebindings", {
        "metadata": {"name": name + "-cert"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "cert-user"}]})
    pki = world.cluster.folder / "tls"
    user = {"client-certificate": str(pki / "client.pem"), "client-key": str(pki / "client.key")}
    world.run(*wait("catalog"), config=world.cluster.kubeconfig("certificate", user))


def test_a_server_that_is_another_ones(world, account):
    token = {"token": world.jwt(account)}
    ca = {"certificate-authority-data": None, "certificate-authority": str(world.cluster.folder / "tls/other-ca-root.pem")}
    run = world.run(*wait("catalog", "--output", "json"), config=world.cluster.kubeconfig("other-ca", token, **ca), expect=None)
    assert run.json["reason"] == "TLS_FAILED", run


def test_the_token_file_is_read_again(world):
    """The token of the file ends while we wait (the server is a minute late in that), and another stands there by then, as the kubelet does it."""
    world.app("catalog-dev", world.older)
    first, second = world.account(ALL_OF_IT), world.account(ALL_OF_IT)
    file = world.cluster.folder / f"{first}.token.secret"
    file.write_text(world.cluster.token("shop", first, lifetime_s=-45) + "\n")
    config = world.cluster.kubeconfig("file", {"tokenFile": str(file)})
    with world.started(*wait("catalog"), config=config) as run:
        run.says("OLDER_REVISION")
        file.write_text(world.jwt(second) + "\n")
        until(lambda: world.server.asked(f"system:serviceaccount:shop:{second}"), "the other token is used", 50)
        world.patch("catalog-dev", world.good("catalog-dev"))
        assert run.ends() == 0, run.text


def test_the_right_to_look_is_taken_away(world):
    """Forbidden in mid-wait is an end, with the verb that is missing now."""
    world.app("catalog-dev", world.older)
    name = world.account(ALL_OF_IT)
    config = world.cluster.kubeconfig(name, {"token": world.jwt(name)})
    with world.started(*wait("catalog", "--output", "json"), config=config) as run:
        run.says("OLDER_REVISION")
        world.server.call("DELETE", f"/apis/rbac.authorization.k8s.io/v1/namespaces/argocd/rolebindings/{name}")
        assert run.ends() == 4, run.text
    assert '"FORBIDDEN"' in run.text and "argocd" in run.text
