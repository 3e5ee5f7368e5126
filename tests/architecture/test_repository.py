"""What may lie in the repository: numbered migrations with one head; no secret, machine path or registry address."""

import ast
import re
import subprocess

import pytest

from tests.architecture.source import ROOT, parse

NUMBERED = re.compile(r"(\d{4})_[a-z0-9]+(_[a-z0-9]+)*\.py")
# Brackets keep a pattern from finding itself here.
FOREIGN = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a cloud or forge token": r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|glpat-[\w-]{20,})",
    "an address with a password": r"\w+://[^\s/:@'\"{}<>]+:[^\s/@'\"{}<>*]+@(?!(127\.0\.0\.1|localhost|[\w.-]*\.example)\b)",
    "a path of one machine": r"(?<![\w.*<])/([r]oot|[h]ome/\w|[U]sers/\w|[w]ork/\w|[o]pt/(pypi|wheels))",
    "a registry address": r"[f]iles\.pythonhosted\.org|[p]ypi\.org/simple|[r]egistry\.(npmjs|yarnpkg)\.|^--((extra-)?[i]ndex-url|[f]ind-links)",
}
BINARY = {".png", ".ico", ".gz", ".br", ".xls", ".xlsx", ".ods", ".sqlite", ".jpg", ".webp", ".pdf", ".msgpack"}


def tracked_files():
    """Every file that a commit would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def foreign_text(root, paths):
    found = []
    for path in paths:
        if path.suffix in BINARY:
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for what, pattern in FOREIGN.items():
            wanted = re.compile(pattern)
            found += [
                f"{path.relative_to(root).as_posix()}:{number}: holds {what}"
                for number, line in enumerate(lines, 1)
                if wanted.search(line)
            ]
    return found


def migration_faults(folder):
    """What is wrong with the migrations in a folder: names, numbers, revisions, heads."""
    found, revisions, parents = [], [], []
    for position, path in enumerate(sorted(folder.glob("*.py")), 1):
        name = NUMBERED.fullmatch(path.name)
        if name is None:
            found.append(f"{path.name}: migrations are called NNNN_what_changes.py")
            continue
        if int(name[1]) != position:
            found.append(f"{path.name}: the next number is {position:04}")
        values = {
            target.id: ast.literal_eval(node.value)
            for node in parse(path).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id in {"revision", "down_revision"}
        }
        if values.get("revision") != name[1]:
            found.append(f"{path.name}: its revision is its number, {name[1]}")
        revisions.append(values.get("revision"))
        parents.append(values.get("down_revision"))
    heads = [revision for revision in revisions if revision not in parents]
    if len(heads) > 1 or parents.count(None) > 1:
        found.append(f"one line from first to last, one head: {heads}")
    return found


def test_migrations_are_one_numbered_line():
    assert migration_faults(ROOT / "migrations/versions") == []


def test_nothing_foreign_is_committed():
    assert foreign_text(ROOT, tracked_files()) == []


def migration(revision, parent):
    return f'"""Words."""\n\nrevision = "{revision}"\ndown_revision: str | None = {parent!r}\n'


@pytest.mark.parametrize(
    ("second", "text", "complaint"),
    [
        ("0002_second.py", migration("0002", "0001"), None),
        ("2_second.py", migration("0002", "0001"), "NNNN"),
        ("0003_second.py", migration("0003", "0001"), "next number"),
        ("0001_also_first.py", migration("0001", "0001"), "next number"),
        ("0002_second.py", migration("a1b2c3", "0001"), "its revision"),
        ("0002_second.py", migration("0002", None), "one head"),
    ],
)
def test_migration_faults_are_found(plant, second, text, complaint):
    plant("0001_first.py", migration("0001", None))
    found = migration_faults(plant(second, text))
    assert [complaint in fault for fault in found] == ([True] if complaint else [])


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("-----BEGIN RSA PRIVATE" + " KEY-----", "private key"),
        ("token = 'ghp" + "_" + "a" * 36 + "'", "token"),
        ("postgresql://ct:s3cret" + "@db.internal/ct", "password"),
        ("cd /" + "root/ct", "path"),
        ("python = '/" + "home/someone/bin/python'", "path"),
        ("--" + "index-url https://mirror.internal/simple", "registry"),
        ("https://files" + ".pythonhosted.org/x.whl", "registry"),
    ],
)
def test_foreign_text_is_found(plant, planted, what):
    root = plant("README.md", f"Words.\n{planted}\n")
    found = foreign_text(root, [root / "README.md"])
    assert len(found) == 1
    assert what in found[0]


@pytest.mark.parametrize(
    "allowed",
    [
        "smtp://user:pass@mail.example:587",
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
        "/usr/bin/env sh, /etc/postgresql, https://www.gov.uk/root/x and /homes/1",
    ],
)
def test_other_text_is_left_alone(plant, allowed):
    root = plant("README.md", allowed)
    assert foreign_text(root, [root / "README.md"]) == []
