"""The repository that the workers change: services with a file of their own, and services that share files.

A change is one service's tag. Where it stands is known here by a pattern on bytes, so that what a commit did is
judged without any reader of YAML, and without our own code.
"""
import os
import re
import textwrap

BRANCH = "develop"
SHARED_BY = 8  # services in one file

CONFIG = """\
version: 1
environments:
  - name: dev
    branch: develop
    publish: commit
services:
"""


class Service:
    """Where a service's tag stands: the file, and the pattern whose group `tag` it is."""

    def __init__(self, name, path, key, pattern):
        self.name, self.path, self.key = name, path, key
        self.pattern = re.compile(pattern)

    def tag(self, body):
        found = self.pattern.search(body)
        return found["tag"] if found else None

    def with_tag(self, body, tag):
        """The bytes with another tag; None where the service does not stand."""
        found = self.pattern.search(body)
        return body[: found.start("tag")] + tag + body[found.end("tag") :] if found else None


def own(number):
    name = f"own-{number:02}"
    return Service(name, f"history/{name}/values-dev.yaml", "image.tag", rb"(?m)^  tag: \"(?P<tag>[^\"]*)\"")


def shared(number):
    name = f"shared-{number:02}"
    pattern = rb"(?m)^  %s:\n    image: \{repository: [^,]*, tag: (?P<tag>\S+)\}" % name.encode()
    return Service(name, f"history/shared/group-{number // SHARED_BY}.yaml", f"services.{name}.image.tag", pattern)


def services(workers):
    """[[of its own file, of a shared file]] of each worker."""
    return [[own(number), shared(number)] for number in range(workers)]


def repository(name):
    return f"registry.example.com/history/{name}"


def configuration(all_services):
    rows = [
        f"  - name: {service.name}\n    path: {os.path.dirname(service.path)}\n    image: {repository(service.name)}\n"
        f"    update:\n      - {{file: {os.path.basename(service.path)}, key: {service.key}, part: tag}}\n"
        for service in all_services
    ]
    return CONFIG + "".join(rows)


def files(workers):
    """{path: bytes} of the branch that is changed."""
    made = {}
    for mine, ours in services(workers):
        made[mine.path] = textwrap.dedent(f"""\
            # values of {mine.name}
            replicas: 2
            image:
              repository: "{repository(mine.name)}"
              tag: "0.0.0"   # written by pipelines
            resources: {{}}
            """).encode()
        head = made.get(ours.path, b"# one file, many pipelines\r\nservices:\n")
        made[ours.path] = head + (
            f"  {ours.name}:\n    image: {{repository: {repository(ours.name)}, tag: 0.0.0}} # {ours.name}\n"
        ).encode()
    return made
