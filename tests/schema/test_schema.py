"""The JSON Schema that editors use and `stagegate check` say the same of a configuration; an independent validator reads the schema."""
import copy
import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate"))


def stagegate(*args):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("STAGEGATE_", "CI_"))}
    return subprocess.run([BINARY, *args], capture_output=True, text=True, timeout=20, check=False, env=env)


@pytest.fixture(scope="module")
def validator():
    done = stagegate("check", "--schema")
    assert (done.returncode, done.stderr) == (0, "")
    schema = json.loads(done.stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def examples():
    """Every whole configuration of the documentation."""
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))):
        for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S):
            if re.search(r"^version: 1$", block, re.M) and re.search(r"^services:", block, re.M):
                yield pytest.param(block, id=f"{page.name}:{page.read_text()[:page.read_text().index(block)].count(chr(10)) + 1}")


EXAMPLES = list(examples())

# One of everything, so that each key can be spoilt.
WHOLE = {
    "version": 1,
    "branch": "main",
    "environments": [
        {"name": "dev", "branch": "develop", "publish": "commit", "application": "{service}-dev", "cluster": {"context": "dev", "namespace": "argocd",
                                                                                                        "insecure": False}},
        {"name": "production", "short": "prod", "publish": "merge-request", "merge": "human", "after": ["dev"],
         "gates": [{"type": "health"}, {"type": "soak", "duration": "2h"},
                   {"type": "approval", "count": 2, "from": ["@platform/managers"], "exclude": ["requester"]}, {"type": "freeze"}]},
    ],
    "services": [{"name": "*", "path": "apps/{service}", "source": "shop/{service}", "image": "registry.example.com/shop/{service}",
                  "update": [{"file": "values-{short}.yaml", "key": "image.tag", "part": "tag"}]}],
    "commit": {"subject": "deploy({env}): {service} {tag}", "author": {"name": "stagegate", "email": "noreply@example.com"}},
    "gitlab": {"former_bots": [17], "environment": "{env}/{service}"},
}


def checked(folder, text):
    """Does `stagegate check` accept it?"""
    (folder / "stagegate.yaml").write_text(text)
    done = stagegate("check", "--repo", folder, "--output", "json")
    assert done.returncode in (0, 3), done.stderr
    report = json.loads(done.stdout)
    return done.returncode == 0, [finding["text"] for finding in report.get("findings", [])] or report


def place(folder, config):
    """The files that the services want, or, where they say none, a chart's; "*" becomes a service "catalog"."""
    found = [{"file": "Chart.yaml"}, {"file": "values-{short}.yaml"}]
    for service in config["services"]:
        for env in config["environments"]:
            for update in service.get("update", found):
                values = {"service": service["name"].replace("*", "catalog"), "env": env["name"], "short": env.get("short", env["name"])}
                path = folder / service["path"].format(**values) / update["file"].format(**values)
                path.parent.mkdir(parents=True, exist_ok=True)
                image = service.get("image", "registry.example.com/" + values["service"]).format(**values)
                if path.name == "Chart.yaml":
                    path.write_text("apiVersion: v2\nname: catalog\nversion: 1.0.0\n")
                elif "image" in update:
                    path.write_text(f"images:\n  - name: {image}\n    newTag: 1.0.0\n")
                else:
                    path.write_text(f"image:\n  repository: {image}\n  tag: 1.0.0\n")


def test_documentation_has_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_accepted_by_both(text, validator, tmp_path):
    config = yaml.safe_load(text)
    assert [error.message for error in validator.iter_errors(config)] == []
    place(tmp_path, config)
    good, why = checked(tmp_path, text)
    assert good, why


def places(value, path=()):
    """Every place of a configuration, as a path of keys and indices."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))


def at(config, path):
    for key in path:
        config = config[key]
    return config


def spoilt():
    """(what, configuration): a key taken away, one too many, or a value of another kind, at every place."""
    for path in places(WHOLE):
        where = ".".join(map(str, path)) or "top"
        here = at(WHOLE, path)
        if path:
            for name, value in (("list", [[]]), ("map", {"x": {}}), ("null", None), ("empty", "")):
                config = copy.deepcopy(WHOLE)
                at(config, path[:-1])[path[-1]] = value
                yield f"{where}-is-{name}", config
        if path and isinstance(path[-1], str):
            config = copy.deepcopy(WHOLE)
            del at(config, path[:-1])[path[-1]]
            yield f"{where}-is-missing", config
        if isinstance(here, dict):
            config = copy.deepcopy(WHOLE)
            at(config, path)["colour"] = "blue"
            yield f"{where}-has-one-more", config


# What the schema cannot say, because it stands on another place of the file.
BEYOND_THE_SCHEMA = {
    "environments.1.publish-is-missing": "approval and merge: human need merge requests",
    "services.0.update.0.key-is-missing": "either key or image",
}


@pytest.mark.parametrize("what, config", [pytest.param(what, config, id=what) for what, config in spoilt()])
def test_both_say_the_same(what, config, validator, tmp_path):
    by_schema = next(iter(validator.iter_errors(config)), None)
    place(tmp_path, WHOLE)
    by_check, why = checked(tmp_path, yaml.safe_dump(config))
    if by_schema:
        assert not by_check, f"check accepts what the schema refuses: {by_schema.message}"
    else:
        assert by_check == (what not in BEYOND_THE_SCHEMA), f"the schema accepts what check refuses: {why}"


WRONG = {
    "version-2": ("version: 1", "version: 2"),
    "gate-of-no-kind": ("type: health", "type: wealth"),
    "soak-without-time": ("duration: 2h", "count: 1"),
    "count-of-none": ("count: 2", "count: 0"),
    "duration-of-no-form": ("duration: 2h", "duration: two hours"),
    "approvers-without-at": ("'@platform/managers'", "platform/managers"),
    "namespace-in-capitals": ("namespace: argocd", "namespace: ArgoCD"),
    "option-of-another-gate": ("type: freeze", "type: freeze\n    duration: 1h"),
    "publish-of-no-kind": ("publish: commit", "publish: push"),
    "name-with-slash": ("name: production", "name: pro/duction"),
    "branch-with-blank": ("branch: develop", "branch: de velop"),
    "bot-by-name": ("- 17", "- bot"),
    "part-of-no-kind": ("part: tag", "part: label"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_ones_are_refused_by_both(what, validator, tmp_path):
    old, new = WRONG[what]
    text = yaml.safe_dump(WHOLE)
    assert old in text, text
    text = text.replace(old, new, 1)
    assert list(validator.iter_errors(yaml.safe_load(text))), "the schema accepts it"
    good, _ = checked(tmp_path, text)
    assert not good, "check accepts it"


def test_schema_asks_nobody(tmp_path):
    """No repository, no network, no token; and --repo is too much."""
    done = stagegate("check", "--schema", "--output", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["title"] == "stagegate.yaml"
    assert done.stdout == (ROOT / "docs/stagegate.schema.json").read_text()
    assert stagegate("check", "--schema", "--repo", tmp_path).returncode == 2
