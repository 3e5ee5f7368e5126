"""Every address has a policy; decorators stand in one order; nothing that GET reaches commits.

Source: design/style.md, 6 and 7; design/house.md, "What forgetting looks like".
"""

import pytest
from flask import Flask

from tests.architecture.source import ROOT, files, functions, parse, place, route_methods, terminal_name

ACCESS, COMMITS = {"allow", "public"}, "commits"


def routes_without_policy(app):
    """Endpoints whose view carries no `__policy__`; the static endpoint is no exception."""
    return sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "__policy__", None) is None
    )


def misordered_decorators(root):
    """Routes that break: route first, then exactly one of @allow and @public, then @commits, never on GET."""
    found = []
    for path in files(root, "ctapp/web"):
        for function in functions(parse(path)):
            methods = [route_methods(decorator) for decorator in function.decorator_list]
            if not any(methods):
                continue
            names = [terminal_name(decorator) for decorator in function.decorator_list]
            ranks = [
                0 if of else 1 if name in ACCESS else 2 if name == COMMITS else 3
                for of, name in zip(methods, names, strict=True)
            ]
            where = f"{place(root, path, function.lineno)}: {function.name}"
            if ranks.count(1) != 1:
                found.append(f"{where}: carries @allow or @public, once")
            if ranks != sorted(ranks):
                found.append(f"{where}: the order is route, access, @commits")
            if 2 in ranks and "GET" in set().union(*methods):
                found.append(f"{where}: GET writes no business data")
    return found


def test_every_address_has_a_policy(tmp_path):
    from ctapp import create_app
    from ctapp.config import read_settings

    assert routes_without_policy(create_app(read_settings(instance=tmp_path))) == []


def test_decorators_stand_in_order():
    assert misordered_decorators(ROOT) == []


def test_an_address_without_a_policy_is_found():
    from ctapp.access.guard import public

    app = Flask("planted", static_folder="static")
    app.add_url_rule("/open", "open", public("for the test")(lambda: ""))
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert routes_without_policy(app) == ["/forgotten (forgotten)", "/static/<path:filename> (static)"]


@pytest.mark.parametrize(
    ("decorators", "complaint"),
    [
        ('@bp.get("/a")', "once"),
        ('@public("x")\n@bp.get("/a")', "order"),
        ('@bp.post("/a")\n@commits\n@allow(Permission.A)', "order"),
        ('@bp.post("/a")\n@allow(Permission.A)\n@public("x")', "once"),
        ('@bp.get("/a")\n@public("x")\n@commits', "GET"),
        ('@bp.route("/a")\n@public("x")\n@commits', "GET"),
        ('@bp.route("/a", methods=["GET", "POST"])\n@public("x")\n@commits', "GET"),
        ('@bp.get("/a")\n@bp.post("/a")\n@public("x")\n@commits', "GET"),
    ],
)
def test_misordered_decorators_are_found(plant, decorators, complaint):
    found = misordered_decorators(plant("ctapp/web/a.py", f"{decorators}\ndef a(): ...\n"))
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(
    "decorators",
    [
        '@bp.get("/a")\n@allow(Permission.A)',
        '@bp.post("/a")\n@public("x")\n@commits',
        '@bp.route("/a", methods=["POST"])\n@guard.public("x")\n@commits',
        '@bp.post("/a")\n@allow(Permission.A)\n@commits\n@csrf.exempt',
        "@app.get\n@commits",
        "@cache\n@commits",
    ],
)
def test_orderly_decorators_are_left_alone(plant, decorators):
    assert misordered_decorators(plant("ctapp/web/a.py", f"{decorators}\ndef a(): ...\n")) == []
