"""templates/: what GitLab asks of components, and what we ask of ours, read strictly."""
import re

import pytest
import yaml
from conftest import ROOT, TEMPLATES, binary, examples
from inputs import PAGE, page

README = ROOT / "README.md"
NAMES = [template.stem for template in TEMPLATES]
SCRIPTS = ("script", "before_script", "after_script")
TYPES = {"string": str, "array": list}
# runner and GitLab failed, not what the job does
SYSTEM_FAILURES = {"runner_system_failure", "api_failure", "scheduler_failure"}
# contract: only `start` makes a deployment
ACTIONS = {"bump": "prepare", "wait": "start", "promote": "prepare", "gate": "verify"}
WRITERS, WAIT_FOR_PEOPLE = {"bump", "promote"}, {"promote", "gate"}


class Strict(yaml.SafeLoader):
    """No key twice, and no word that another YAML would read as something else."""


def mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


Strict.add_constructor("tag:yaml.org,2002:map", lambda loader, node: mapping(loader, node, deep=True))


class Template:
    def __init__(self, name):
        self.name = name
        self.text = (ROOT / f"templates/{name}.yml").read_text()
        header, body = yaml.load_all(self.text, Strict)
        assert list(header) == ["spec"] and list(header["spec"]) == ["inputs"]
        self.inputs = header["spec"]["inputs"]
        (self.job_name, self.job), = body.items()


@pytest.fixture(params=NAMES)
def template(request):
    return Template(request.param)


def test_the_four_components_are_there():
    assert NAMES == sorted(ACTIONS)


def test_every_input_is_typed_described_and_used(template):
    body = template.text.split("\n---\n", 1)[1]
    assert set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", body)) == set(template.inputs)
    assert body.count("$[[") == len(re.findall(r"\$\[\[ inputs\.[\w-]+ \]\]", body))
    for name, spec in template.inputs.items():
        kind = TYPES[spec["type"]]
        assert spec["description"].endswith(".") and set(spec) <= {"type", "description", "default", "options", "regex"}, name
        if "default" in spec:
            assert type(spec["default"]) is kind, name
            assert "options" not in spec or spec["default"] in spec["options"], name
        if kind is str:
            assert ("regex" in spec) != ("options" in spec), f"{name}: one of both bounds a text"


def test_no_text_leaves_its_quotes(template):
    """GitLab puts the text of an input into the text of the YAML: between single quotes a quote would end it."""
    for name, spec in template.inputs.items():
        if "regex" not in spec:
            continue
        assert "/" not in spec["regex"], f"{name}: GitLab takes no slash in a regex"
        for bad in ("a'b", "a\nb", "a\rb", "\x00", "'"):
            assert not re.fullmatch(spec["regex"].removesuffix("$") + r"\Z", bad), name
        assert re.search(spec["regex"], "a=1.2.3 b=2.0.0 $X ${Y} /z")
        assert "default" not in spec or re.search(spec["regex"], spec["default"]), name
        assert bool(re.search(spec["regex"], "")) == (spec.get("default") == ""), f"{name}: empty only where that means something"
    body = template.text.split("\n---\n", 1)[1]
    for line in body.splitlines():
        for name in re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", line):
            whole = template.inputs[name]["type"] == "array"
            assert re.search(r": \$\[\[ inputs\.[\w-]+ \]\]$" if whole else r"^[^']*'[^']*'[^']*$", line), line


def test_no_input_in_a_script_and_every_variable_quoted(template):
    words = "\n".join(line for key in SCRIPTS for line in template.job.get(key, []))
    assert words and "$[[" not in words
    assert not re.search(r'(?<!")\$', words), "a variable that the shell splits"
    assert "eval" not in words


def test_inputs_reach_the_program_by_its_own_variables(template):
    values = [value for key, value in template.job["variables"].items() if key.startswith("STAGEGATE_")]
    assert values and all(re.fullmatch(r"\$\[\[ inputs\.[\w-]+ \]\]", value) for value in values)
    assert not any(re.search("token|secret|password", name, re.I) for name in template.inputs)


def test_what_a_job_leaves(template):
    artifacts = template.job["artifacts"]
    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {"dotenv": "stagegate.env", "junit": "stagegate.xml"}
    assert artifacts["paths"] == ["stagegate.json"]
    for kind, name in (("dotenv", "stagegate.env"), ("json", "stagegate.json"), ("junit", "stagegate.xml")):
        assert f"--report-{kind} {name}" in template.job["script"][-1]


def test_outcome_and_interruption(template):
    job, name = template.job, template.name
    assert job["environment"] == {"name": "$[[ inputs.environment ]]", "action": ACTIONS[name]}
    assert job.get("allow_failure") == ({"exit_codes": [75]} if name in WAIT_FOR_PEOPLE else None)
    assert set(job["retry"]["when"]) == SYSTEM_FAILURES
    assert job["interruptible"] is (name not in WRITERS)
    assert ("resource_group" in job) == (name in WRITERS)
    if name in WRITERS:
        assert job["resource_group"] == "stagegate-$[[ inputs.environment ]]"


def test_by_default_only_protected_refs(template):
    (rule,) = template.inputs["rules"]["default"]
    assert rule == {"if": '$CI_COMMIT_REF_PROTECTED == "true" && $CI_PIPELINE_SOURCE != "merge_request_event"'}
    if template.name in WRITERS:
        assert template.inputs["allow-unprotected"]["default"] == "false"


def test_shared_inputs_are_the_same_everywhere():
    """GitLab lets components include no inputs from a file, so each has its own copy."""
    own = {"services", "environment", "gitops", "timeout", "job"}
    seen = {}
    for template in map(Template, NAMES):
        for name, spec in template.inputs.items():
            if name not in own:
                assert seen.setdefault(name, spec) == spec, f"{template.name}: {name}"


def test_the_page_lists_every_input():
    assert page() == PAGE.read_text(), "run tests/components/inputs.py"


PIPELINES = {**examples(), "README": next(block for block in re.findall(r"```yaml\n(.*?)```", README.read_text(), re.S) if "component:" in block)}


@pytest.mark.parametrize("path", [PAGE, README], ids=lambda path: path.name)
def test_the_pages_name_this_version(path):
    version = re.search(r"^project\(stagegate VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
    named = re.findall(r"(?:/\w+@|stagegate:|ref: )(\d[\w.]*)", path.read_text())
    assert named and set(named) == {version}


@pytest.mark.parametrize("name", PIPELINES)
def test_every_pipeline_that_includes_us_gives_what_is_required(name):
    for include in yaml.load(PIPELINES[name], Strict)["include"]:
        component = re.search(r"(\w+)(@|\.yml$)", include.get("component") or include["file"]).group(1)
        known = Template(component).inputs
        assert set(include["inputs"]) <= set(known)
        assert {key for key, spec in known.items() if "default" not in spec} <= set(include["inputs"])


def test_the_binary_is_there():
    assert binary().exists(), "ci/build release"
