"""Who may do what at the simulated API server."""

# user -> verbs on applications, applicationsets and appprojects in namespace argocd
RIGHTS = {
    "wait": {"get", "list", "watch", "patch"},
    "wait-ro": {"get", "list", "watch"},
    "get-only": {"get", "patch"},
    "denied": set(),
    "admin": {"get", "list", "watch", "patch", "update", "delete", "create"},
    "cert-user": {"get", "list", "watch", "patch"},  # by client certificate
}

# who may get and list workloads and pods, in every namespace
SEE_WORKLOADS = {"wait", "wait-ro", "cert-user", "admin"}
# who may change the status of Rollouts beside that
CHANGE_ROLLOUTS = {"wait", "cert-user", "admin"}


class Auth:
    """Tokens are {user: token}; rotating one makes the old answer 401."""

    def __init__(self, tokens):
        self.users = {token: user for user, token in tokens.items()}

    def rotate(self, user, token):
        self.users = {t: u for t, u in self.users.items() if u != user}
        self.users[token] = user

    def who(self, header, certificate):
        """User name; system:anonymous without credentials; None when a credential is bad (401)."""
        if header:
            kind, _, token = header.partition(" ")
            token = token.strip()
            if token.startswith("ci:"):  # as the GitLab agent takes it: ci:<agent id>:<token>
                token = token.split(":", 2)[-1]
            return self.users.get(token) if kind.lower() == "bearer" else None
        for part in (certificate or {}).get("subject", ()):
            if part[0][0] == "commonName":
                return part[0][1]
        return "system:anonymous"


def may(user, verb):
    return verb in RIGHTS.get(user, set())


def may_see_workloads(user):
    return user in SEE_WORKLOADS


def may_with_rollouts(user, verb, sub):
    if sub == "/status" and verb == "patch":
        return user in CHANGE_ROLLOUTS
    return may_see_workloads(user) if verb in ("get", "list", "watch") else user == "admin"


def reason(user, verb, resource, namespace, name, sub=""):
    """The sentence of a 403 (http kube-forbidden-403)."""
    where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
    what = f'{resource}.argoproj.io "{name}"' if name else f"{resource}.argoproj.io"
    return f'{what} is forbidden: User "{user}" cannot {verb} resource "{resource}{sub}" in API group "argoproj.io"{where}'
