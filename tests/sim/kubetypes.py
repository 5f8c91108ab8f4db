"""Names and refusals that the parts of the API server share."""

import re

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
RESOURCES = {
    "applications": ("Application", ["app", "apps"]),
    "applicationsets": ("ApplicationSet", ["appset", "appsets"]),
    "appprojects": ("AppProject", ["appproj", "appprojs"]),
    "rollouts": ("Rollout", ["ro"]),
}
OF_ARGO_CD = {name: RESOURCES[name] for name in ("applications", "applicationsets", "appprojects")}  # what its CRDs bring
BASE = "/apis/argoproj.io/v1alpha1"
PATH = re.compile(
    BASE
    + r"(?P<watch>/watch)?(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+)(?P<sub>/[a-z]+)?)?/?"
)


class Refusal(Exception):
    """An answer that is a Status."""

    def __init__(self, code, reason, message, details=None, headers=()):
        super().__init__(message)
        self.code, self.headers = code, headers
        self.body = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "code": code,
        }
        if reason:
            self.body["reason"] = reason
        if details is not None:
            self.body["details"] = details
