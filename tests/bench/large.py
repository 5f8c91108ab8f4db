"""A large GitOps repository: 3,000 services in 3 environments, 20,000 commits.

Made by `git fast-import` once and kept in the cache; each measurement works on a copy.
"""
import hashlib
import os
import shutil
import subprocess
import sys

SERVICES = 3000
COMMITS = 20000
START = 1767225600

CONFIG = """version: 1
branch: develop
environments:
  - name: dev
    branch: develop
    publish: commit
    application: "{service}-dev"
services:
  - name: "*"
    path: "apps/{service}"
    image: "registry.example.com/shop/{service}"
    update:
      - {file: "values-{short}.yaml", key: image.tag, part: tag}
"""


def cache_root():
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "stagegate")


def values(service, env, tag):
    return (f"# {service} in {env}\nreplicaCount: {1 if env == 'dev' else 3}\n\nimage:\n"
            f"  repository: registry.example.com/shop/{service}\n  tag: \"{tag}\"\n"
            f"  pullPolicy: IfNotPresent\n\nresources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\n")


def files(service):
    chart = f"apiVersion: v2\nname: {service}\nversion: 0.1.0\nappVersion: \"1.0.0\"\n"
    yield f"apps/{service}/Chart.yaml", chart
    yield f"apps/{service}/values.yaml", f"nameOverride: {service}\nservice:\n  port: 8080\n"
    for env in ("dev", "staging", "prod"):
        yield f"apps/{service}/values-{env}.yaml", values(service, env, "1.0.0")


def blob(text):
    data = text.encode()
    return b"data %d\n" % len(data) + data + b"\n"


def commit(ref, mark, second, message):
    who = b"bench <bench@example.com> %d +0000\n" % (START + second)
    return (b"commit " + ref + b"\nmark :%d\nauthor " % mark + who + b"committer " + who + blob(message))


def stream(out):
    """The whole history as a fast-import stream: one first commit, then one file a commit."""
    out.write(commit(b"refs/heads/develop", 1, 0, "first"))
    out.write(b"M 100644 inline stagegate.yaml\n" + blob(CONFIG))
    names = [f"svc-{number:04}" for number in range(SERVICES)]
    for service in names:
        for path, text in files(service):
            out.write(b"M 100644 inline " + path.encode() + b"\n" + blob(text))
    for number in range(1, COMMITS):
        service = names[number * 7919 % SERVICES]
        env = ("dev", "staging", "prod")[number % 3]
        out.write(commit(b"refs/heads/develop", number + 1, number, f"bump {service} {number}"))
        out.write(f"M 100644 inline apps/{service}/values-{env}.yaml\n".encode())
        out.write(blob(values(service, env, f"1.{number // 100}.{number % 100}")))
    out.write(b"done\n")


def make():
    """The cached repository; made anew when this file has changed."""
    with open(__file__, "rb") as source:
        key = hashlib.sha256(source.read()).hexdigest()[:16]
    target = os.path.join(cache_root(), "bench", f"large-{key}.git")
    if os.path.isdir(target):
        return target
    print(f"bench: making a repository of {SERVICES} services and {COMMITS} commits (once)", file=sys.stderr)
    work = target + f".{os.getpid()}"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "develop", work], check=True)
    importer = subprocess.Popen(["git", "-C", work, "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE)
    stream(importer.stdin)
    importer.stdin.close()
    if importer.wait() != 0:
        raise RuntimeError("git fast-import failed")
    subprocess.run(["git", "-C", work, "repack", "-q", "-a", "-d", "--write-bitmap-index"], check=True)
    os.rename(work, target)
    return target


def place(sandbox, project):
    """A copy below the sandbox's server, so that pushes do not touch the cached one."""
    root = os.path.dirname(os.path.dirname(sandbox.env["SANDBOX_REPOSITORY"]))
    target = os.path.join(root, project)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copytree(make(), target)
    # the last two as GitLab has them
    for name in ("http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", "-C", target, "config", name, "true"], check=True)
    return target
