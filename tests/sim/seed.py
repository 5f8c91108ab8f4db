"""Writes the GitOps repository with `git fast-import`: same commits, same ids, on every machine."""

import os
import subprocess
import sys

from . import seed_text as text
from .gitrepo import GIT_ENV

HERE = os.path.dirname(os.path.abspath(__file__))
START = 1767603600  # 2026-01-05 10:00 +0100
PEOPLE = (
    ("Maria Keller", "maria.keller@example.com"),
    ("Jonas Brandt", "jonas.brandt@example.com"),
    ("shop pipeline", "pipeline@example.com"),
)

# Tags at the tips: service -> (dev on develop, staging on main, prod on main).
TAGS = {
    "admin": ("2.7.0", "2.6.3", "2.6.3"),
    "analytics": ("0.19.4", "0.19.2", "0.18.0"),
    "auth": ("3.2.1", "3.2.0", "3.1.8"),
    "catalog": ("1.4.1", "1.4.0", "1.3.2"),
    "checkout": ("5.0.3", "5.0.1", "4.9.9"),
    "customer": ("v1.12.0", "v1.11.4", "v1.11.4"),
    "fulfillment": ("0.8.2", "0.8.1", "0.7.9"),
    "gateway": ("7.1.0", "7.0.2", "7.0.2"),
    "notification": ("1.10", "1.9", "1.8"),
    "order": ("4.3.7", "4.3.5", "4.3.1"),
    "payment": ("2.0.0-rc.3", "1.9.6", "1.9.6"),
    "pricing": ("0.5.11", "0.5.9", "0.5.8"),
    "promotion": ("1.0.0", "0.9.7", "0.9.7"),
    "review": ("3.14.2", "3.14.1", "3.13.0"),
    "search": ("2024.10", "2024.9", "2024.7"),
    "shipping": ("1.6.4", "1.6.2", "1.6.0"),
}


def tag_file(name, env):
    if name in text.KUSTOMIZE:
        return f"apps/{name}/overlays/{env}/kustomization.yaml"
    return f"apps/{name}/values-{env}.yaml"


def tag_text(name, env, tag):
    return text.overlay(name, env, tag) if name in text.KUSTOMIZE else text.values_env(name, env, tag)


def _service_files(name, tags):
    repository = f"{text.REGISTRY}/{name}"
    files = {tag_file(name, env): tag_text(name, env, tag) for env, tag in zip(text.ENVIRONMENTS, tags)}
    if name in text.KUSTOMIZE:
        for part, body in text.kustomize_base(name, repository).items():
            files[f"apps/{name}/base/{part}"] = body
        return files
    files[f"apps/{name}/Chart.yaml"] = text.chart(name)
    files[f"apps/{name}/values.yaml"] = text.values(name, repository)
    files[f"apps/{name}/templates/deployment.yaml"] = text.DEPLOYMENT
    files[f"apps/{name}/templates/service.yaml"] = text.SERVICE
    return files


def first_files():
    """Every file of the first commit: {path: text}. The oldest tag of a service is its production tag."""
    files = {
        "README.md": text.README,
        "bootstrap/root-app-dev.yaml": text.root_app() + "---\n" + text.application_set(),
    }
    files.update(text.INFRASTRUCTURE)
    for env, folder in text.ENVIRONMENTS.items():
        files[f"clusters/{folder}/values.yaml"] = text.cluster_values(env, folder)
        for name in text.SERVICES:
            files[f"infrastructure/argocd/applications/{folder}/{name}.yaml"] = text.application(name, env)
    for name, tags in TAGS.items():
        files.update(_service_files(name, (tags[2],) * 3))
    return files


class Importer:
    """One `git fast-import` stream."""

    def __init__(self, out):
        self.out, self.mark, self.time = out, 0, START

    def commit(self, branch, message, files, parent=None, who=0):
        """files: {path: str or bytes}. parent: mark of the first parent when the branch begins. who: of PEOPLE, or (name, e-mail). Returns the mark."""
        self.mark += 1
        self.time += 3600
        name, mail = PEOPLE[who] if isinstance(who, int) else who
        head = [
            f"commit refs/heads/{branch}",
            f"mark :{self.mark}",
            f"author {name} <{mail}> {self.time} +0100",
            f"committer {name} <{mail}> {self.time} +0100",
        ]
        self.out.write(("\n".join(head) + "\n").encode())
        self._data(message.encode())
        if parent:
            self.out.write(f"from :{parent}\n".encode())
        for path, body in files.items():
            self.out.write(f"M 100644 inline {path}\n".encode())
            self._data(body if isinstance(body, bytes) else body.encode())
        return self.mark

    def _data(self, body):
        self.out.write(b"data %d\n" % len(body) + body + b"\n")


def fast_import(path, fill):
    """Makes the bare repository `path` and lets fill(Importer) write its commits; HEAD is main."""
    os.makedirs(path)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True, env=GIT_ENV)
    with subprocess.Popen(
        ["git", "-C", path, "fast-import", "--quiet", "--date-format=raw"], stdin=subprocess.PIPE, env=GIT_ENV
    ) as child:
        fill(Importer(child.stdin))
    if child.returncode:
        raise RuntimeError(f"git fast-import ended with {child.returncode}")
    with open(os.path.join(path, "config"), "a", encoding="utf-8") as config:
        config.write(CONFIG)
    os.makedirs(os.path.join(path, "hooks"), exist_ok=True)
    for name, text_of in (("pre-receive", HOOK), ("post-receive", AFTER.format(python=sys.executable, here=HERE))):
        hook = os.path.join(path, "hooks", name)
        with open(hook, "w", encoding="utf-8") as out:
            out.write(text_of)
        os.chmod(hook, 0o755)


CONFIG = """[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
	allowReachableSHA1InWant = true
[receive]
	advertisePushOptions = true
	autogc = false
[core]
	logAllRefUpdates = true
[gc]
	auto = 0
"""


# Protected branches: `protected-branches` has a line for each, "NAME keep|force USER...", exact names before patterns;
# `refused-branch` is the pattern of the fault `protected`. REMOTE_USER is who pushes.
HOOK = """#!/bin/sh
say() { echo "GitLab: $1" >&2; exit 1; }
[ ! -f refused-branch ] || read -r refused <refused-branch
[ -n "$refused" ] || [ -f protected-branches ] || [ -f push-rules ] || exit 0
new_commits() { git rev-list "$new" --not --all; }
rule() {
	branch=${ref#refs/heads/}
	case $1 in
	message) for at in $(new_commits); do git log -1 --format=%B $at | grep -Eq "$2" || say "Commit message does not follow the pattern '$2'"; done ;;
	author) for at in $(new_commits); do email=$(git log -1 --format=%ae $at)
		echo "$email" | grep -Eq "$2" || say "Commit author's email '$email' does not follow the pattern '$2'"; done ;;
	branch) [ "$branch" = main ] || echo "$branch" | grep -Eq "$2" || say "Branch name '$branch' does not follow the pattern '$2'" ;;
	size) big=$(git rev-list --objects "$new" --not --all | git cat-file --batch-check='%(objecttype) %(objectsize) %(rest)' |
			awk -v most="$2" '$1 == "blob" && $2 > most * 1048576 { print $3; exit }')
		[ -z "$big" ] || say "File '$big' is larger than the allowed size of $2 MiB. Use Git LFS to manage this file." ;;
	esac
}
while read -r old new ref; do
	case $ref in refs/heads/$refused) say 'You are not allowed to push code to protected branches on this project.' ;; esac
	case $ref$new in refs/heads/*[!0]*) [ ! -f push-rules ] || while read -r kind value; do rule "$kind" "$value"; done <push-rules ;; esac
	[ -f protected-branches ] || continue
	while read -r name force users; do
		case $ref in refs/heads/$name) ;; *) continue ;; esac
		case $new in *[!0]*) ;; *) say 'You can only delete protected branches using the web interface.' ;; esac
		case " $users " in *" ${REMOTE_USER:-?} "*) ;; *) say 'You are not allowed to push code to protected branches on this project.' ;; esac
		case $force$old in force*) break ;; keep*[!0]*) ;; *) break ;; esac
		git merge-base --is-ancestor "$old" "$new" || say 'You are not allowed to force push code to a protected branch on this project.'
		break
	done <protected-branches
done
"""

# Only a push with options is of interest to the simulated GitLab: it notices all others by itself.
AFTER = """#!/bin/sh
[ "${{GIT_PUSH_OPTION_COUNT:-0}}" -gt 0 ] || exit 0
exec '{python}' '{here}/post_receive.py'
"""


def _bump(importer, branch, name, env, tag, who):
    importer.commit(branch, f"{name}: {tag} to {env}\n", {tag_file(name, env): tag_text(name, env, tag)}, who=who)


def nothing(importer):
    """A repository as GitLab makes it: nobody has pushed yet."""


def gitops(importer):
    """The history of the seed repository."""
    root = importer.commit("main", "Import the desired state of the shop\n", first_files())
    importer.commit(
        "develop",
        "develop: follow the development cluster\n",
        {"clusters/dev/values.yaml": text.cluster_values("dev", "dev") + "\n# develop only\n"},
        parent=root,
    )
    importer.commit("main", "stagegate: how an image travels\n", {"stagegate.yaml": text.STAGEGATE, ".gitlab-ci.yml": text.PIPELINE}, who=1)
    for name, (dev, staging, prod) in TAGS.items():
        if staging != prod:
            _bump(importer, "develop", name, "dev", staging, 2)
            _bump(importer, "main", name, "staging", staging, 1)
        if dev != staging:
            _bump(importer, "develop", name, "dev", dev, 2)
