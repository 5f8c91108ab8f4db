"""README.md names everything that can be switched, with the words of the program."""

import os

import pytest

from sim import behaviours, control, flux, front, gl_all, gl_ctl, gl_fault, gl_mr, kubefaults, sandbox  # noqa: F401

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "README.md"), encoding="utf-8") as source:
    README = source.read()
FAULTS = {**front.FAULTS, **kubefaults.FAULTS, **gl_fault.FAULTS, **control.OWN}


@pytest.mark.parametrize("name", behaviours.BEHAVIOURS)
def test_behaviours(name):
    text, contract = behaviours.BEHAVIOURS[name]
    assert f"| `{name}` | {text} | {contract} |" in README


@pytest.mark.parametrize("name", flux.BEHAVIOURS)
def test_flux_behaviours(name):
    text, contract = flux.BEHAVIOURS[name]
    assert f"| `{name}` | {text} | {contract} |" in README


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name):
    text, argument = FAULTS[name]
    assert f"| `{name}` | {argument} | {text} |" in README


@pytest.mark.parametrize("words", control.HELP)
def test_commands(words):
    assert f"| `{words}` | {control.HELP[words]} |" in README
    assert hasattr(control.Commands, "cmd_" + words.split()[0].replace("-", "_"))


@pytest.mark.parametrize("words", gl_ctl.HELP)
def test_gitlab_commands(words):
    assert f"| `{words}` | {gl_ctl.HELP[words]} |" in README
    assert words.split()[0] not in {other.split()[0] for other in control.HELP}


def test_merge_request_switches():
    for name, (value, text) in gl_mr.SWITCHES.items():
        assert f"| `{name}` | {value} | {text} |" in README
    for name, text in gl_mr.COUNTS.items():
        assert f"| `{name}` | {text} |" in README
    for name, (reads, ms) in gl_mr.PACE.items():
        assert f"| `{name}` | {reads} | {ms} |" in README


def test_every_command_has_help():
    names = {name[4:].replace("_", "-") for name in dir(control.Commands) if name.startswith("cmd_")}
    assert names - {words.split()[0] for words in control.HELP} == {"help"}


def test_variables(box):
    for name in sandbox.environment(box.info):
        short = name.removeprefix("SANDBOX_URL").removeprefix("SANDBOX_KUBECONFIG")
        assert f"`{name}`" in README or f"`{short}`" in README, name
