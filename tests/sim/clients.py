"""Clients that are not ours, for stories against the sandbox: git, python-gitlab, glab, plain HTTP. `env` is what `sandbox env` prints."""

import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

GLAB_CONFIG = """git_protocol: https
check_update: false
host: 127.0.0.1
hosts:
    127.0.0.1:
        token: {token}
        api_host: {host}
        api_protocol: https
        git_protocol: https
"""


def token(env, user):
    """Of an alias: bot, dev, manager-1, ..., or job-dev for a job's token."""
    if user == "bot":
        return env["STAGEGATE_GITLAB_TOKEN"]
    kind, name = ("JOB_TOKEN", user[4:]) if user.startswith("job-") else ("TOKEN", user)
    return env[f"SANDBOX_{kind}_{name.upper().replace('-', '_')}"]


def url(env, user, of=None):
    """A repository's address with the user's token in it: whoever uses it types it, too."""
    scheme, _, rest = (of or env["STAGEGATE_GITOPS"]).partition("://")
    return f"{scheme}://oauth2:{token(env, user)}@{rest}"


def git(env, *args, cwd=None, check=True, **more):
    """A plain git of somebody who trusts the sandbox's authority and has no configuration."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    clean.update(
        GIT_SSL_CAINFO=env["STAGEGATE_CA_FILE"],
        GIT_TERMINAL_PROMPT="0",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_CONFIG_GLOBAL="/dev/null",
        LC_ALL="C",
        no_proxy="*",
        **more,
    )
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com"]
    done = subprocess.run(["git", *who, *args], cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def project(env, user, **more):
    """python-gitlab's gitops/apps, as the user sees it."""
    import gitlab  # Debian's python3-gitlab; who needs it says so

    way = {"job_token" if user.startswith("job-") else "private_token": token(env, user)}
    server = gitlab.Gitlab(
        env["STAGEGATE_GITLAB_URL"], ssl_verify=env["STAGEGATE_CA_FILE"], retry_transient_errors=False, **way, **more
    )
    return server.projects.get("gitops/apps", lazy=True)


def rest(connection, method, path, body=None, token=None, kind="application/merge-patch+json", headers=None):
    """(status, headers, decoded body) of one request to an API server of Kubernetes, over a connection that ends with it."""
    send = dict(headers or {})
    if token:
        send["Authorization"] = "Bearer " + token
    if body is not None:
        send["Content-Type"] = kind
    try:
        connection.request(method, path, body if body is None or isinstance(body, bytes) else json.dumps(body), send)
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, found, json.loads(data) if "json" in found.get("content-type", "") else data


def why_no_glab(env):
    """Why glab cannot be used; None: it can."""
    if subprocess.run([os.path.join(ROOT, "ci/glab"), "--cached"], capture_output=True, check=False).returncode:
        return "glab is not here (ci/glab fetches it)"
    return "glab knows no sub-path" if "/" in env["STAGEGATE_GITLAB_URL"].removeprefix("https://") else None


class Glab:
    """glab(user, *words) in a clone of its own; its output."""

    def __init__(self, env, folder):
        self.env, self.folder, self.clone = env, str(folder / "glab"), str(folder / "clone")
        found = subprocess.run([os.path.join(ROOT, "ci/glab"), "--cached"], capture_output=True, text=True, check=True)
        self.program = found.stdout.strip()
        os.makedirs(self.folder)
        host = env["STAGEGATE_GITLAB_URL"].removeprefix("https://")
        path = os.path.join(self.folder, "config.yml")
        with open(path, "w", encoding="ascii") as out:
            out.write(GLAB_CONFIG.format(token=token(env, "dev"), host=host))
        os.chmod(path, 0o600)
        git(env, "clone", "-q", "--depth", "1", url(env, "dev"), self.clone)

    def __call__(self, user, *words, check=True):
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITLAB_", "CI"))},
            "GITLAB_TOKEN": token(self.env, user),
            "GLAB_CONFIG_DIR": self.folder,
            "SSL_CERT_FILE": self.env["STAGEGATE_CA_FILE"],
            "NO_COLOR": "1",
            "NO_PROMPT": "1",
            "no_proxy": "*",
        }
        done = subprocess.run(
            [self.program, *words], cwd=self.clone, env=env, capture_output=True, text=True, timeout=30, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout + done.stderr
