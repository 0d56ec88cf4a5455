"""The house's rules about who may know whom, read from the source."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent / "roundtable"

# From the bottom up: a part may import what stands before it, never what comes after.
PURE = ["errors", "words", "addresses", "times", "ical", "ical_files", "order", "links"]
PLATFORM = [
    "mail_servers",
    "outside_services",
    "object_stores",
    "setting_list",
    "setting_reader",
    "setting_addresses",
    "config",
    "clock",
    "connections",
    "db",
    "schema",
    "languages",
    "dates",
    "fonts",
    "measures",
    "tracing",
    "workers",
    "tagging",
    "documents",
    "signing",
    "storage",
    "tokens",
    "ciphers",
    "images",
    "tables",
    "jobs",
    "holding",
    "beats",
    "looks",
    "backup",
]
PARTS = [
    "web",
    "audit",
    "mail",
    "accounts",
    "conferences",
    "guests",
    "agenda",
    "invitations",
    "scheduling",
    "agenda_page",
    "calendars",
    "video",
    "minutes",
    "desk",
    "circulation",
    "actions",
    "search",
    "press",
    "clearance",
    "press_room",
    "distribution",
    "guest_list",
    "guest_page",
    "privacy",
    "trail",
    "watch",
    "board",
    "home",
]
TOP = ["models", "parts", "demo", "__init__", "clockwork", "tasks", "commands", "cli"]
ORDER = PURE + PLATFORM + PARTS + TOP
FRAMEWORK = {"flask", "flask_login", "flask_wtf", "flask_sqlalchemy", "sqlalchemy", "wtforms"}
MAY_KNOW_FRAMEWORK = {"models", "queries", "access", "service", "forms", "views", "jobs", "cli", "__init__"}


def _part(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def _modules() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(ROOT.rglob("*.py"))]


def _imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "roundtable":
                found |= {f"roundtable.{alias.name}" for alias in node.names}
    return found


def test_every_part_stands_in_the_order() -> None:
    assert {_part(path) for path, _ in _modules()} == set(ORDER)


def test_parts_import_downwards_only() -> None:
    upwards = []
    for path, tree in _modules():
        own = _part(path)
        for name in _imports(tree):
            names = name.split(".")
            if names[0] != "roundtable" or len(names) < 2 or names[1] not in ORDER or names[1] == own:
                continue
            if ORDER.index(names[1]) > ORDER.index(own):
                upwards.append(f"{path.relative_to(ROOT)} imports {name}")

    assert upwards == []


def test_pure_modules_know_neither_web_nor_database() -> None:
    impure = []
    for path, tree in _modules():
        # A large part may have several of a kind: `deputy_service` is a service.
        part, name = _part(path), path.stem.rpartition("_")[2]
        is_pure = part in PURE or (
            part in PARTS and part not in {"web", "mail"} and name not in MAY_KNOW_FRAMEWORK
        )
        if is_pure and path.name != "room.py":  # the press room's views, in a file of their own
            known = {module.split(".")[0] for module in _imports(tree)} & FRAMEWORK
            if known:
                impure.append(f"{path.relative_to(ROOT)} knows {sorted(known)}")

    assert impure == []


def test_only_views_jobs_and_the_command_line_commit() -> None:
    allowed = {"views", "jobs", "cli", "delivery", "story"}
    committing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "commit"
        and path.stem.rpartition("_")[2] not in allowed
    ]

    # Delivery commits around each letter, the demonstration's story after each chapter.
    assert committing == []


def test_files_stay_short_enough_to_be_read() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path, _ in _modules()
        if len(path.read_text("utf-8").splitlines()) > 400
    ]

    assert long == []
