"""Rows about one image-tag bump: clone, edit, commit and push against ours."""
import os
import re
import shutil
import subprocess

from bench import large

# Their side, as a pipeline would write it, but with sed for the edit, so that git is measured.
SCRIPT = """set -e
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" clone -q --depth 1 --branch "$BRANCH" "$URL" "$DIR"
cd "$DIR"
sed -i 's|^\\(  *tag: *\\).*|\\1"'"$TAG"'"|' "$FILE"
git -c user.name=bench -c user.email=bench@example.com commit -q -a -m "bump $TAG"
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" push -q origin "HEAD:$BRANCH"
"""


# The git CLI's own best for a large repository: only the folder that is looked into, and no other file's bytes.
SPARSE = """set -e
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" clone -q --depth 1 --filter=blob:none --sparse \\
  --branch "$BRANCH" "$URL" "$DIR"
cd "$DIR"
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" sparse-checkout set "$(dirname "$FILE")"
sed -i 's|^\\(  *tag: *\\).*|\\1"'"$TAG"'"|' "$FILE"
git -c user.name=bench -c user.email=bench@example.com commit -q -a -m "bump $TAG"
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" push -q origin "HEAD:$BRANCH"
"""


class Bump:
    """Both sides set a new tag of their own service on the same branch, in turn."""

    via = "git"

    def __init__(self, name, project, service, their_file, script=SCRIPT, how="--depth 1", fetch="whole"):
        self.name = name
        self.project = project
        self.service = service
        self.their_file = their_file
        self.script = script
        self.how = how
        self.fetch = fetch

    def tool(self):
        version = subprocess.run(["git", "--version"], stdout=subprocess.PIPE, text=True, check=True)
        number = re.search(r"\d+\.\d+", version.stdout).group()
        return f"git {number} clone {self.how} + edit + commit + push"

    def prepare(self, sandbox, binary):
        self.sandbox = sandbox
        self.binary = binary
        self.url = sandbox.env["STAGEGATE_GITOPS"]
        self.repository = sandbox.env["SANDBOX_REPOSITORY"]
        if self.project:
            self.repository = large.place(sandbox, self.project)
            self.url = self.url.replace("gitops/apps.git", self.project)
        return self

    def ours(self, index):
        env = self.sandbox.environment(
            STAGEGATE_GITOPS=self.url, STAGEGATE_CA_FILE=self.sandbox.env["STAGEGATE_CA_FILE"],
            STAGEGATE_GITLAB_TOKEN=self.sandbox.env["STAGEGATE_GITLAB_TOKEN"],
            STAGEGATE_GITLAB_URL=self.sandbox.env["STAGEGATE_GITLAB_URL"])
        words = ["bump", self.service, f"9.0.{index}", "--publish-via", self.via, "--git-fetch", self.fetch]
        return [self.binary, *words], env, self.sandbox.work

    def theirs(self, index):
        folder = os.path.join(self.sandbox.work, "clone")
        shutil.rmtree(folder, ignore_errors=True)
        env = self.sandbox.environment(
            CA=self.sandbox.env["STAGEGATE_CA_FILE"], AUTH=self.sandbox.basic(), BRANCH="develop", URL=self.url,
            DIR=folder, TAG=f"8.0.{index}", FILE=self.their_file)
        return ["/bin/sh", "-c", self.script], env, self.sandbox.work

    def check(self, side, index):
        """The tip of the branch carries what this side was asked for."""
        if side == self.ours:
            file, tag = f"apps/{self.service}/values-dev.yaml", f"9.0.{index}"
        else:
            file, tag = self.their_file, f"8.0.{index}"
        text = subprocess.run(["git", "-C", self.repository, "show", f"develop:{file}"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        if tag not in text:
            raise RuntimeError(f"{self.name}: {file} on develop does not carry {tag}")


class ApiBump(Bump):
    """Ours over GitLab's API, with no clone; theirs as before."""

    via = "api"
    api = True

    def prepare(self, sandbox, binary):
        super().prepare(sandbox, binary)
        sandbox.ctl("serve", self.project.removesuffix(".git"))
        # as Gitaly keeps it: GitLab looks for the last commit of a file
        subprocess.run(["git", "-C", self.repository, "commit-graph", "write", "--reachable", "--changed-paths",
                        "--no-progress"], check=True)
        return self


SMALL = Bump("bump-small", None, "catalog", "apps/checkout/values-dev.yaml")
LARGE = Bump("bump-large", "bench/large.git", "svc-0007", "apps/svc-1500/values-dev.yaml")
LARGE_API = ApiBump("bump-large-api", "bench/large.git", "svc-0007", "apps/svc-1500/values-dev.yaml")
LARGE_GIT = Bump("bump-large-git", "bench/large.git", "svc-0007", "apps/svc-1500/values-dev.yaml", SPARSE,
                 "--depth 1 --filter=blob:none --sparse", fetch="part")
LARGE_GIT_DEPTH1 = Bump("bump-large-git-depth1", "bench/large.git", "svc-0007", "apps/svc-1500/values-dev.yaml",
                        fetch="part")
