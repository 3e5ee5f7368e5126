"""The tests. A package, because a library in .venv installs a top-level `tests` of its own."""
