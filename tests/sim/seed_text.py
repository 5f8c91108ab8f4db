"""Texts of the seed repository: charts, overlays, Applications, configuration. Pure functions of names and tags."""

SERVICES = {
    "admin": "Admin dashboard",
    "analytics": "Analytics service",
    "auth": "Authentication service",
    "catalog": "Product catalog",
    "checkout": "Checkout process",
    "customer": "Customer management",
    "fulfillment": "Order fulfillment",
    "gateway": "API gateway",
    "notification": "Notifications",
    "order": "Order management",
    "payment": "Payment processing",
    "pricing": "Dynamic pricing",
    "promotion": "Promotions",
    "review": "Reviews & ratings",
    "search": "Product search",
    "shipping": "Shipping management",
}
KUSTOMIZE = ("notification", "review", "search")
ENVIRONMENTS = {"dev": "dev", "staging": "staging", "prod": "production"}  # short name -> folder under clusters/
REGISTRY = "registry.example.com/shop"
URL = "https://gitlab.example.com/gitops/apps.git"

# How a service's values files write the tag: every form that people write and other editors damage.
TAG_STYLE = {
    "admin": '"{}"',
    "analytics": "{}",
    "auth": "'{}'",
    "catalog": '"{}"',
    "checkout": "'{}'   # keep in step with payment",
    "customer": "{}",
    "fulfillment": '"{}"  # {{"$imagepolicy": "flux-system:fulfillment:tag"}}',
    "gateway": "{} # edge",
    "order": "'{}'",
    "payment": '"{}"',
    "pricing": '"{}"',
    "promotion": "{}",
    "shipping": "'{}'",
}


def chart(name):
    return f"""apiVersion: v2
name: {name}
description: {SERVICES[name]}
type: application
version: 0.3.0
"""


def values(name, repository):
    return f"""# Defaults of {name}; what differs per environment is in values-<env>.yaml.
replicaCount: 1

image:
  repository: {repository}
  tag: "0.0.0"        # set per environment
  pullPolicy: IfNotPresent

service:
  port: 8080

logLevel: info
resources:
  requests: {{cpu: 50m, memory: 64Mi}}
  limits:   {{memory: 256Mi}}
"""


def values_env(name, env, tag):
    written = TAG_STYLE[name].format(tag)
    if name == "pricing":
        return f"""---
# {name} in {env}: one line per block, as the generator of 2023 wrote it
image: {{tag: {written}, pullPolicy: Always}}
replicaCount: {2 if env == "prod" else 1}
"""
    if name == "gateway":
        return f"""## gateway, {env}
replicaCount:    {4 if env == "prod" else 1}

image:
    tag:         {written}
    pullPolicy:  IfNotPresent


env:
-   name: UPSTREAM
    value: "http://catalog:8080"
-   name: BANNER
    value: >-
        This environment is {env}.
        Ask the platform team before you change anything here, and read the handbook first.
"""
    if name == "customer":
        return f"""probes: &probes
  path: /healthz
  periodSeconds: 10

liveness:
  <<: *probes
readiness: *probes

image:
  tag: {written}
"""
    text = f"""# {SERVICES[name]} ({env})

image:
  tag: {written}

replicaCount: {3 if env == "prod" else 1}   # scaled by hand, see the handbook
logLevel: {"warning" if env == "prod" else "debug"}

config:
  enabled: yes
  window: "06:30"
  version: '1.10'
  hosts:
  - "{name}.{env}.shop.example.com"
  - '{name}-internal.{env}.shop.example.com'
"""
    if name == "payment":
        return text.rstrip("\n")  # no newline at the end of the file
    if name == "shipping":
        return text.replace("\n", "\r\n")
    return text


DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Chart.Name }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/version: {{ .Values.image.tag | quote }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels: {app.kubernetes.io/name: {{ .Chart.Name }}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: {{ .Chart.Name }}}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          imagePullPolicy: {{ .Values.image.pullPolicy | default "IfNotPresent" }}
          env:
            - {name: LOG_LEVEL, value: {{ .Values.logLevel | quote }}}
            - {name: DOMAIN, value: {{ .Values.global.domain | default "shop.example.com" | quote }}}
          ports: [{containerPort: {{ .Values.service.port }}}]
          resources: {{ .Values.resources | toJson }}
"""

SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: {{ .Chart.Name }}
spec:
  selector: {app.kubernetes.io/name: {{ .Chart.Name }}}
  ports: [{port: {{ .Values.service.port }}}]
"""


def kustomize_base(name, repository):
    deployment = f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
        - name: {name}
          image: {repository}
          ports: [{{containerPort: 8080}}]
"""
    service = f"""apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector: {{app: {name}}}
  ports: [{{port: 8080}}]
"""
    kustomization = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
  - service.yaml
"""
    return {"deployment.yaml": deployment, "service.yaml": service, "kustomization.yaml": kustomization}


def overlay(name, env, tag):
    repository = f"{REGISTRY}/{name}"
    head = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
  - ../../base

# The tag below is written by the pipeline.
images:
"""
    if name == "notification":
        return (
            head
            + f"""- name: {REGISTRY}/mail-relay
  newTag: v2
- name: {repository}
  newTag: "{tag}"
"""
        )
    if name == "review":
        return (
            head
            + f"""  - name: {repository}
    newName: {repository}   # mirrored, do not drop
    newTag: {tag} # reviewed weekly
"""
        )
    return (
        head
        + f"""  - newTag: '{tag}'
    name: {repository}
replicas:
  - {{name: {name}, count: {2 if env == "prod" else 1}}}
"""
    )


def cluster_values(env, folder):
    return f"""# Values of every service in the {folder} cluster
global:
  environment: {folder}
  domain: {env}.shop.example.com

logLevel: {"debug" if env == "dev" else "info"}

resources:
  requests: {{cpu: {"50m" if env == "dev" else "200m"}, memory: 128Mi}}
  limits: {{memory: {"256Mi" if env == "dev" else "512Mi"}}}
"""


def application(name, env, url=URL):
    """The Application manifest of one service in one environment, as the overview writes it."""
    if name in KUSTOMIZE:
        source = f"    path: apps/{name}/overlays/{env}\n"
    else:
        source = f"""    path: apps/{name}
    helm:
      valueFiles:
      - ../../clusters/{ENVIRONMENTS[env]}/values.yaml
      - values-{env}.yaml
"""
    prune = "true" if env == "dev" else "false"
    why = "  # Manual approval for prod" if env == "prod" else ""
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}-{env}
  namespace: argocd
  finalizers:
  - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  destination:
    server: https://kubernetes.default.svc
    namespace: {name}-{env}
  source:
    repoURL: {url}
    targetRevision: {"develop" if env == "dev" else "main"}
{source}  syncPolicy:
    automated:
      prune: {prune}{why}
      selfHeal: true
"""


def root_app(url=URL):
    return f"""# Everything that runs in the development cluster starts here:
#   kubectl apply -n argocd -f bootstrap/root-app-dev.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: root-app-dev
  namespace: argocd
spec:
  project: default
  destination:
    server: https://kubernetes.default.svc
    namespace: argocd
  source:
    repoURL: {url}
    targetRevision: develop
    path: infrastructure/argocd/applications/dev
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
"""


def application_set(url=URL):
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: microservices
  namespace: argocd
spec:
  generators:
  - git:
      repoURL: {url}
      revision: HEAD
      directories:
      - path: apps/*
  template:
    metadata:
      name: '{{{{path.basename}}}}'
    spec:
      project: default
      source:
        repoURL: {url}
        targetRevision: HEAD
        path: '{{{{path}}}}'
      destination:
        server: https://kubernetes.default.svc
        namespace: '{{{{path.basename}}}}'
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
"""


INFRASTRUCTURE = {
    "infrastructure/argocd/project.yaml": """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: default
  namespace: argocd
spec:
  sourceRepos: ['*']
  destinations:
  - {namespace: '*', server: '*'}
  clusterResourceWhitelist:
  - {group: '*', kind: '*'}
""",
    "infrastructure/monitoring/service-monitor.yaml": """# Prometheus ServiceMonitor
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: argocd-metrics
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: argocd-metrics
  endpoints:
  - port: metrics
""",
    "infrastructure/monitoring/alerts.yaml": """# ArgoCD Alerts
groups:
- name: argocd
  rules:
  - alert: ApplicationOutOfSync
    expr: argocd_app_info{sync_status="OutOfSync"} == 1
    for: 5m
    labels:
      severity: warning
    annotations:
      summary: "Application {{ $labels.name }} is out of sync"
""",
    "infrastructure/logging/values.yaml": """# ELK stack
elasticsearch:
  replicas: 3
  image: {tag: "8.11.1"}
kibana:
  enabled: true
""",
}

README = """# gitops

Desired state of the shop. Argo CD follows `develop` in the development cluster and `main` in staging and production.
"""

PIPELINE = """# Every change of the desired state is checked; promotions run here, with the token only here.
check:
  script:
    - stagegate check

promote:
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" || $CI_PIPELINE_SOURCE == "web"
  script:
    - stagegate promote "$SERVICE" --to "$ENVIRONMENT"
  allow_failure:
    exit_codes: [75]
"""

STAGEGATE = f"""# How a new image travels through the environments.
version: 1
branch: main

environments:                       # in promotion order
  - name: dev
    branch: develop
    publish: commit
    application: "{{service}}-dev"
    cluster: {{context: dev}}
  - name: staging
    publish: merge-request
    application: "{{service}}-staging"
    cluster: {{context: staging}}
    gates:
      - {{type: health}}
      - {{type: soak, duration: 30m}}
  - name: production
    short: prod
    publish: merge-request
    application: "{{service}}-prod"
    cluster: {{context: prod}}
    gates:
      - {{type: health}}
      - {{type: soak, duration: 2h}}
      - {{type: approval, count: 1, from: ["@platform/release-managers"], exclude: [requester, authors]}}
      - {{type: freeze}}

services:
  - name: "*"                       # every folder apps/<service>
    path: "apps/{{service}}"
    source: "shop/{{service}}"
    image: "{REGISTRY}/{{service}}"
    update:
      - {{file: "values-{{short}}.yaml", key: image.tag, part: tag}}
""" + "".join(
    f"""  - name: {name}
    path: "apps/{{service}}"
    source: "shop/{{service}}"
    image: "{REGISTRY}/{{service}}"
    update:
      - {{file: "overlays/{{short}}/kustomization.yaml", image: "{REGISTRY}/{{service}}"}}
"""
    for name in KUSTOMIZE
)
