"""The files, told, shown and completed by the program itself."""
import json
import os
import re
import subprocess

import places
import pytest
from deployctl import PROGRAM, Deployctl

DATA = places.ROOT / "tests" / "testdata" / "cli"


@pytest.fixture
def shop(tmp_path):
    return Deployctl(DATA / "shop", tmp_path)


def write(directory, text):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "deployments.yaml").write_text(text)


def examples(page):
    """Every `$ deployctl …` of a page with the output below it."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
        command, _, output = block.partition("\n")
        yield command.removeprefix("$ deployctl ").split(), output


def test_what_the_pages_show_is_what_the_program_says(shop):
    shown = list(examples(places.ROOT / "docs" / "cli" / "index.md"))
    assert len(shown) >= 6
    for words, output in shown:
        _, out, err = shop.run(*words)
        if words[:2] == ["config", "view"] and out:
            assert out.startswith(output), f"{words}:\n{out}"
        else:
            assert err + out == output, f"{words}:\n{err}{out}"


def test_every_command_of_the_table_is_on_the_page(shop):
    page = (places.ROOT / "docs" / "cli" / "index.md").read_text()
    _, script, _ = shop.run("completion", "bash")
    words = re.search(r'^ *""\) words="(.*)"', script, re.MULTILINE).group(1).split()
    for word in (w for w in words if not w.startswith("-") and w != "config"):
        assert f"`deployctl {word}" in page, word


def test_all_mistakes_of_a_file_are_told_at_once_with_exit_code_2(tmp_path):
    write(tmp_path, "deployments:\n  a:\n    type: dcker\n  b:\n    type: docker\n    imge: x\n  c:\n    type: docker\n    image: x\n    port: web\n")
    code, out, err = Deployctl(tmp_path, tmp_path).run("config", "validate")
    assert code == 2 and out == ""
    assert [line.split(" ")[0] for line in err.splitlines()] == ["deployments.yaml:3:5:", "deployments.yaml:6:5:", "deployments.yaml:10:5:"]
    assert 'did you mean "image"?' in err


def test_no_file_says_where_it_looked(tmp_path):
    code, _, err = Deployctl(tmp_path, tmp_path).run("config", "validate")
    assert code == 2
    assert err == "deployments.yaml:1:1: not found; looked for deployments.yaml, .deployctl/deployments.yaml, ~/.deployctl/deployments.yaml\n"


def test_a_type_this_version_cannot_deploy_is_valid_and_warned_about(tmp_path):
    write(tmp_path, "deployments:\n  infra: {type: terraform, path: ., var_file: prod.tfvars, auto_approve: false, strategy: BlueGreen}\n")
    code, out, err = Deployctl(tmp_path, tmp_path).run("config", "validate")
    assert code == 0 and out.endswith("1 app fine\n")
    assert "warning: strategy: not supported by this version" in err


# fault X10
def test_a_secret_of_the_environment_is_never_shown(tmp_path):
    write(tmp_path, "deployments:\n  web: {type: docker, image: w, variables: {TOKEN: \"${ENV:TOKEN}\"}}\n")
    program = Deployctl(tmp_path, tmp_path, TOKEN="canary-4711")
    for words in (["config", "view", "web", "-e", "dev"], ["config", "view", "web", "-e", "dev", "-o", "json"], ["config", "validate"]):
        code, out, err = program.run(*words)
        assert code == 0, err
        assert "canary-4711" not in out + err


def test_json_has_the_spec_and_the_origin_of_every_value(shop):
    _, out, _ = shop.run("config", "view", "web", "-e", "prod", "-o", "json", "--version", "2")
    view = json.loads(out)
    assert view["spec"]["variables"] == {"LOG_LEVEL": {"value": "info"}, "REGION": {"value": "eu"}}
    assert view["origins"]["/variables/REGION"].startswith("environments.yaml:4:")
    assert view["origins"]["/version"] == "--version"
    assert view["origins"]["/retry/limit"] == "built-in"


# fault S22
def test_terminal_escapes_of_a_file_do_not_reach_the_terminal(tmp_path):
    write(tmp_path, 'deployments:\n  web: {type: docker, image: w, "\\e[31mred": 1}\n')
    _, _, err = Deployctl(tmp_path, tmp_path).run("config", "validate")
    assert "unknown key" in err and "\x1b" not in err


@pytest.mark.parametrize("words, said", [
    ([], "A subcommand is required"), (["confg", "view"], 'unknown command "confg" (did you mean "config"?)'),
    (["config", "view", "web"], "--environment is required"), (["config", "view", "web", "-e", "dev", "-o", "xml"], "xml"),
    (["completion", "ksh"], "ksh"), (["version", "--unknown"], "--unknown")])
def test_wrong_usage_is_one_line_and_exit_code_2(shop, words, said):
    code, out, err = shop.run(*words)
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1 and err.startswith("error: ")


def tool(directory, name, script):
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_check_names_what_is_there_and_how_to_get_what_is_missing(tmp_path):
    docker = tool(tmp_path, "docker", "echo Docker version 99.1.2, build abc")
    compose = tool(tmp_path, "docker-compose", 'echo Docker Compose version v98.1.0')
    kubectl = tool(tmp_path, "kubectl", "echo it is broken >&2; exit 3")
    tofu = tool(tmp_path, "tofu", "echo OpenTofu v97.8.9; echo on linux_amd64")
    ansible = tool(tmp_path, "ansible-playbook", 'echo "ansible-playbook [core 96.14.3]"')
    ssh = tool(tmp_path, "ssh", "echo OpenSSH_95.2p1 Debian-2, OpenSSL 3.0.15 >&2")
    code, out, _ = Deployctl(tmp_path, tmp_path).run("check", "--tools-dir", tmp_path)
    assert code == 0
    assert out.splitlines() == [
        f"ok       docker: docker 99.1.2 ({docker})",
        f"ok       docker-compose: docker compose 98.1.0 ({compose})",
        f"broken   kubernetes: kubectl ({kubectl}): does not run: it is broken",
        f"ok       terraform: tofu 97.8.9 ({tofu})",
        f"ok       ansible: ansible-playbook 96.14.3 ({ansible})",
        f"ok       ansible: ssh 95.2 ({ssh})"]
    _, out, _ = Deployctl(tmp_path, tmp_path).run("check", "--tools-dir", tmp_path, "-o", "json")
    rows = {row["tool"]: row for row in json.loads(out)["tools"]}
    assert rows["docker"] == {"type": "docker", "tool": "docker", "ok": True, "path": str(docker), "version": "99.1.2"}
    assert rows["kubectl"]["problem"] == "does not run: it is broken"


def test_the_second_way_to_have_a_tool_is_as_good(tmp_path):
    tool(tmp_path, "docker-compose", "exit 1")
    docker = tool(tmp_path, "docker", '[ "$1" != compose ] || echo Docker Compose version v98.1.0')
    tool(tmp_path, "tofu", "exit 1")
    terraform = tool(tmp_path, "terraform", '[ "$CHECKPOINT_DISABLE" = 1 ] && echo Terraform v97.1.2')
    _, out, _ = Deployctl(tmp_path, tmp_path).run("check", "--tools-dir", tmp_path)
    assert f"ok       docker-compose: docker compose 98.1.0 ({docker})" in out
    assert f"ok       terraform: terraform 97.1.2 ({terraform})" in out


def test_docker_without_its_plug_in_is_no_broken_compose(tmp_path):
    docker = tool(tmp_path, "docker", '[ "$1" != compose ] || exit 1; echo Docker version 99.1.2')
    _, out, _ = Deployctl(tmp_path, tmp_path).run("check", "--tools-dir", tmp_path, "-o", "json")
    compose = next(row for row in json.loads(out)["tools"] if row["tool"] == "docker compose")
    assert compose.get("path") != str(docker)


def test_the_help_says_that_this_version_does_not_deploy(shop):
    code, out, _ = shop.run("--help")
    assert code == 0 and "does not deploy" in out


def test_without_one_type_that_is_whole_check_ends_with_1(tmp_path):
    for name in ("docker", "docker-compose", "kubectl", "tofu", "terraform", "ansible-playbook"):
        tool(tmp_path, name, "exit 1")
    tool(tmp_path, "ssh", "echo OpenSSH_9.2p1 >&2")
    code, out, _ = Deployctl(tmp_path, tmp_path).run("check", "--tools-dir", tmp_path)
    assert code == 1
    assert "ok       ansible: ssh 9.2" in out and "broken   ansible: ansible-playbook" in out


def test_the_bash_completion_offers_what_the_table_has(shop, tmp_path):
    _, script, _ = shop.run("completion", "bash")
    (tmp_path / "completion").write_text(script)

    def offered(*words):
        quoted = " ".join(f'"{word}"' for word in words)
        line = f'source {tmp_path}/completion; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _deployctl; echo "${{COMPREPLY[@]}}"'
        return subprocess.run(["bash", "-c", line], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert {"config", "check", "version"} <= set(offered("deployctl", ""))
    assert offered("deployctl", "config", "v") == ["validate", "view"]
    assert "--environment" in offered("deployctl", "config", "view", "web", "--")
    assert offered("deployctl", "version", "--o") == ["--output"]


def test_the_scripts_of_the_other_shells_name_every_command(shop):
    for shell in ("zsh", "fish"):
        code, script, _ = shop.run("completion", shell)
        assert code == 0
        for word in ("validate", "view", "check", "completion", "version"):
            assert word in script


# fault C7
def test_a_reader_that_goes_away_is_no_error_message(tmp_path):
    done = subprocess.run(["bash", "-c", f'"{PROGRAM}" completion fish | head -1; echo "${{PIPESTATUS[0]}}"'], env=dict(os.environ, HOME=str(tmp_path)),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "141")
