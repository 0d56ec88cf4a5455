"""What deploy/ holds is what the program understands: read by the programs that it is written for, where these run here."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from certificates import new_certificate

from roundtable import config
from roundtable.cli import main
from roundtable.setting_list import PREFIX, SETTINGS

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")


def program_of(name: str) -> str:
    """Return the path of a program that script/setup has installed."""
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/usr/sbin:/opt/homebrew/bin:/usr/local/sbin")
    if found is None:
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail(f"no {name}, though script/test installs it")
        pytest.skip(f"no {name} on this system")
    return found


def environment(name: str) -> dict[str, str]:
    """Return the variables of an example."""
    lines = (DEPLOY / name).read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose() -> dict[str, Any]:
    """Return the services."""
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return services


def test_every_service_of_ours_is_started_by_a_command_that_exists() -> None:
    ours = {name: one for name, one in compose().items() if one["image"] == "roundtable"}

    assert set(ours) == {"web", "worker", "beat", "prepare"}
    for service in ours.values():
        words = service["command"]
        if words[0] == "roundtable":
            assert words[1] in main.commands
        else:
            assert words[0] == "gunicorn"
            assert f"COPY deploy/gunicorn.conf.py {words[2]}" in CONTAINERFILE
        assert (DEPLOY / f"{service['env_file']}.example").exists()


def test_two_web_containers_and_two_workers_are_given_time_to_finish() -> None:
    services = compose()

    assert [services[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    assert [services[name]["stop_grace_period"] for name in ("web", "worker")] == ["70s", "90s"]


def test_what_a_service_waits_for_is_there() -> None:
    services = compose()
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_the_example_of_settings_is_understood_once_it_is_filled_in() -> None:
    given = environment("roundtable.env.example")
    filled = {
        **given,
        "ROUNDTABLE_SECRET_KEY": "Zk3-q9_vT1xLr7mPwB5sYh2NcD8eGf4Ju6Ka0Qi",
        "ROUNDTABLE_STORAGE_KEY_ID": "key",
        "ROUNDTABLE_STORAGE_SECRET": "secret",
    }

    settings = config.read(filled)

    assert set(given) <= {one.variable for one in SETTINGS} | {"WEB_CONCURRENCY"}
    assert (settings.host, settings.trusted_proxies) == ("0.0.0.0", 1)
    # The names of machines are those of the services.
    services = compose()
    assert "@postgres/" in settings.database_uri
    assert settings.redis_url.startswith("redis://redis:")
    assert {"postgres", "redis"} <= set(services)
    assert not any(name.startswith(PREFIX) for name in environment("postgres.env.example"))


def test_the_image_has_the_system_packages_and_the_extras_of_the_set_up() -> None:
    setup = (ROOT / "script" / "setup").read_text("utf-8")
    libraries = set(re.findall(r"\blib(?:pango|harfbuzz)[\w.-]+\d", setup))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]

    assert libraries
    assert libraries <= set(CONTAINERFILE.split())
    assert {*re.findall(r"--extra (\w+)", CONTAINERFILE)} == set(extras)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE):
        assert all((ROOT / one).exists() for one in source.split())


def test_nginx_reads_its_configuration(tmp_path: Path) -> None:
    nginx = program_of("nginx")
    chain, key = new_certificate(tmp_path, datetime.now(UTC) + timedelta(days=1))
    chain.rename(tmp_path / "fullchain.pem")
    key.rename(tmp_path / "privkey.pem")
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = text.replace("server web:8765", "server 127.0.0.1:8765").replace("/etc/nginx/tls", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(text, "utf-8")

    command = [nginx, "-t", "-c", str(tmp_path / "nginx.conf"), "-g", f"pid {tmp_path}/nginx.pid;"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert said.returncode == 0, said.stderr
    # A link in a log opens an office's answer to whoever reads it.
    assert "access_log off" in text


def test_systemd_reads_its_units(tmp_path: Path) -> None:
    analyze = program_of("systemd-analyze")
    units = sorted((DEPLOY / "systemd").iterdir())
    for unit in units:
        text = unit.read_text("utf-8").replace("/opt/roundtable/bin/", f"{ROOT / '.venv' / 'bin'}/")
        (tmp_path / unit.name).write_text(text, "utf-8")
    named = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in units]
    (tmp_path / "roundtable-worker@1.service").symlink_to(tmp_path / "roundtable-worker@.service")

    said = subprocess.run(
        [analyze, "verify", "--man=no", *named], capture_output=True, text=True, check=False, timeout=60
    )

    about_ours = [line for line in said.stderr.splitlines() if "roundtable" in line]
    assert (said.returncode, about_ours) == (0, [])
    for unit in units:
        for command in re.findall(r"^ExecStart=.*?/roundtable (\w+)", unit.read_text("utf-8"), re.MULTILINE):
            assert command in main.commands
