"""The post-receive hook of the sandbox's repositories: tells the simulated GitLab of a push with options, prints its words."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from sim import sandbox  # noqa: E402


def main():
    state, _, path = os.path.realpath(".").partition("/repo/")
    with open(os.path.join(state, "env.json"), encoding="utf-8") as file:
        info = json.load(file)
    asked = {
        "project": path.removesuffix(".git"),
        "user": os.environ.get("REMOTE_USER", ""),
        "options": [os.environ[f"GIT_PUSH_OPTION_{at}"] for at in range(int(os.environ["GIT_PUSH_OPTION_COUNT"]))],
        "changes": [line.rstrip("\n").split(" ") for line in sys.stdin],
    }
    good, text = sandbox.ask(info, ["post-receive", json.dumps(asked)])
    print(text if good else f"GitLab: {text}", file=sys.stderr)


main()
