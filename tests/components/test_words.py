"""Every command and option that templates and documentation show is one that the program has."""
import re
import subprocess

import pytest
import yaml
from conftest import ROOT, TEMPLATES, binary

PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "tests/sim/README.md", *TEMPLATES})
# what stands behind a command: blanks, and words without what ends a command in a shell or in a text
CALL = re.compile(r"\bstagegate(?: |\\\n)+([a-z][a-z-]*)((?:(?: |\\\n)+(?!#)[^\s`|;&<>\\]+)*)")
WORD = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
# options of other programs, and the names that stand for any
OTHERS = {"write", "preset", "all", "dir", "root", "list", "name"}


@pytest.fixture(scope="session")
def options():
    """The options of each command, as its --help says."""
    def said(*words):
        return subprocess.run([binary(), *words], check=True, text=True, stdout=subprocess.PIPE).stdout

    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", said("--help").split("commands:")[1], re.M)
    assert {"bump", "wait", "promote", "gate", "status", "check", "version"} <= set(commands)
    return {name: set(re.findall(r"^  --([a-z-]+)", said(*name.split(), "--help"), re.M)) | {"help"} for name in commands}


def variables(options):
    return {f"STAGEGATE_{name.upper().replace('-', '_')}" for names in options.values() for name in names}


def test_a_choice_of_a_component_is_one_of_the_program(options):
    """An input with `options:` that goes into the variable of an option has the words of that option."""
    said = {}
    for name in options:
        text = subprocess.run([binary(), *name.split(), "--help"], check=True, text=True, stdout=subprocess.PIPE).stdout
        said.update(re.findall(r"^  --([a-z-]+) ([a-z|]+\|[a-z]+)", text, re.M))
    found = set()
    for path in TEMPLATES:
        header, jobs = yaml.safe_load_all(path.read_text())
        (job,) = jobs.values()
        for name, spec in header["spec"]["inputs"].items():
            if "options" not in spec or spec["options"] == ["false", "true"]:
                continue
            (variable,) = [key for key, value in job["variables"].items() if value == f"$[[ inputs.{name} ]]"]
            option = variable.removeprefix("STAGEGATE_").lower().replace("_", "-")
            assert said[option].split("|") == spec["options"], f"{path.name}: {name}"
            found.add(name)
    assert "publish-via" in found


def scripts(text):
    """The commands of the jobs in a file of pipelines."""
    jobs = [job for document in yaml.safe_load_all(text) for job in document.values() if isinstance(job, dict)]
    return ["\n".join(job["script"]) for job in jobs if "script" in job]


def code(path):
    """What a page shows as something to type: the scripts of a template, the blocks and spans of a text."""
    text = path.read_text()
    if path.suffix == ".yml":
        return scripts(text)
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S)
    rest = re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.M | re.S)
    shown = blocks + re.findall(r"^    .*$", rest, re.M) + re.findall(r"`([^`\n]+)`", rest)
    return [re.sub(r"(^|\s)#.*", "", piece) for piece in shown]


def wrong(text, options):
    """What is not so in one piece of code."""
    families = {name.split()[0] for name in options if " " in name}
    for command, rest in CALL.findall(text):
        if command in families:
            # "mr open|status" and "mr --help" are about the family
            member, _, rest = rest.strip().partition(" ")
            if not re.fullmatch(r"[a-z]+", member):
                continue
            command += f" {member}"
        if command not in options:
            yield f"stagegate {command}"
            continue
        for option in WORD.findall(rest):
            if option not in options[command] and option.removeprefix("no-") not in options[command]:
                yield f"stagegate {command} --{option}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_exists(path, options):
    assert not [problem for text in code(path) for problem in wrong(text, options)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_option_that_stands_alone_exists(path, options):
    known = set().union(*options.values(), {"version"}) | OTHERS
    shown = {option for text in code(path) if re.match(r"--[a-z]", text) for option in WORD.findall(text)}
    assert not {option for option in shown if option not in known and option.removeprefix("no-") not in known}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_variable_of_a_template_is_an_option_of_its_command(path, options):
    takes = variables({path.stem: options[path.stem]}) | {"STAGEGATE_SERVICES"}
    body = path.read_text().split("\n---\n", 1)[1]
    used = set(re.findall(r"STAGEGATE_[A-Z_]+", body))
    assert used and used <= takes
    assert f"stagegate {path.stem} --" in body


def test_the_check_finds_what_is_wrong(options):
    good = "stagegate bump catalog=1 --env dev \\\n  --no-dry-run && stagegate wait catalog --env dev --timeout 1m"
    assert not list(wrong(good, options))
    assert list(wrong("stagegate bmup x", options)) == ["stagegate bmup"]
    assert list(wrong("- stagegate gate x --to prod --dry-run", options)) == ["stagegate gate --dry-run"]
    assert list(wrong("stagegate wait x \\\n    --revison y", options)) == ["stagegate wait --revison"]
