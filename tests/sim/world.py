"""What the cluster holds at the start."""

import yaml

from . import seed_text as text
from .controller import App


def fill(controller, empty=False):
    store, url = controller.store, controller.url
    store.create("appprojects", yaml.safe_load(text.INFRASTRUCTURE["infrastructure/argocd/project.yaml"]))
    if empty:
        return
    created = store.create("applicationsets", yaml.safe_load(text.application_set(url)))
    owner = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "name": "microservices",
        "uid": created["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    template = created["spec"]["template"]["spec"]
    for name in text.SERVICES:
        child = App(
            name,
            {
                **template,
                "source": {**template["source"], "path": f"apps/{name}"},
                "destination": {**template["destination"], "namespace": name},
            },
        )
        child.owner = owner
        controller.create(child)
        for env in text.ENVIRONMENTS:
            controller.create(App(f"{name}-{env}", yaml.safe_load(text.application(name, env, url))["spec"]))
    controller.create(App("root-app-dev", yaml.safe_load(text.root_app(url))["spec"]))
    store.update("applicationsets", "microservices", lambda obj: obj.update(status=_set_status(controller)))


def _set_status(controller):
    now = controller.store._stamp()
    conditions = [
        {
            "type": kind,
            "status": status,
            "reason": "ApplicationSetUpToDate",
            "message": "All applications have been generated successfully",
            "lastTransitionTime": now,
        }
        for kind, status in (("ErrorOccurred", "False"), ("ParametersGenerated", "True"), ("ResourcesUpToDate", "True"))
    ]
    return {
        "conditions": conditions,
        "resources": [
            {
                "group": "argoproj.io",
                "version": "v1alpha1",
                "kind": "Application",
                "namespace": "argocd",
                "name": name,
                "status": "Synced",
                "health": {"status": "Healthy"},
            }
            for name in text.SERVICES
        ],
    }
