"""Principal × endpoint × relation: the whole of who may open what, written by hand from access.md, never from the code.

One line an endpoint and method, one column a kind of organisation, the last a contact with a mailed code. A cell says what happens:

    yes        it is let in: no 400, 401, 403, 404, 405, 410 and no 5xx, whatever it then says of an empty form
    yes/404    let in inside its reach / not found outside it; a home that does not exist is never found
    sign-in    a GET is sent to sign-in, anything else is 401
    on, out    sent on from sign-in, signed out
    410        that status for everybody alike: the address or the body is the credential

A new address fails the suite until it has a line here. Write the line from access.md before looking at the code.
"""

from __future__ import annotations

import pytest

from tests import cast, codes
from tests.cast import ELSEWHERE, ROSEWOOD, ROSEWOOD_COURT

NOWHERE = "1-999999999"
# Nobody's account: an address on Rosewood's list, after the code that was mailed to it.
CONTACT = "a contact with a mailed code"

TABLE = """
endpoint              method  nobody   provider  council  ccg      hospital  health   lrf      region   national  sector   support  code
health.live           GET     yes      yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
health.ready          GET     yes      yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
sign_in.show          GET     yes      on        on       on       on        on       on       on       on        on       on       on
sign_in.enter         POST    yes      yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
sign_in.leave         POST    out      out       out      out      out       out      out      out      out       out      out      out
home.show             GET     sign-in  yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
home.location         GET     sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  403/404
home.confirm          POST    sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  403/404
home.take_back        POST    sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  403/404
setup.show            GET     sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  403/404
setup.save            POST    sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  403/404
submit.show           GET     sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  yes/404
submit.rows           GET     sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  yes/404
submit.save           POST    sign-in  yes/404   403/404  403/404  403/403   403/404  403/404  403/404  404/404   404/404  403/404  yes/404
locations.show        GET     sign-in  yes/404   yes/yes  yes/404  yes/yes   yes/404  yes/404  yes/404  404/404   404/404  yes/404  403/404
find.show             GET     sign-in  403       yes      yes      yes       403      yes      yes      403       403      yes      403
find.look             POST    sign-in  403       yes      yes      yes       403      yes      yes      403       403      yes      403
history.show          GET     sign-in  yes/404   yes/404  yes/404  403/403   yes/404  yes/404  yes/404  404/404   404/404  yes/404  403/404
confirm.show          GET     410      410       410      410      410       410      410      410      410       410      410      410
confirm.confirm       POST    400      400       400      400      400       400      400      400      400       400      400      400
confirm.receipt       GET     410      410       410      410      410       410      410      410      410       410      410      410
confirm.undo          POST    410      410       410      410      410       410      410      410      410       410      410      410
leaving.ask_not_mine  GET     410      410       410      410      410       410      410      410      410       410      410      410
leaving.not_mine      POST    410      410       410      410      410       410      410      410      410       410      410      410
leaving.ask_closed    GET     410      410       410      410      410       410      410      410      410       410      410      410
leaving.closed        POST    410      410       410      410      410       410      410      410      410       410      410      410
leaving.new_link      POST    yes      yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
leaving.done          GET     yes      yes       yes      yes      yes       yes      yes      yes      yes       yes      yes      yes
mailed_code.changed   GET     410      410       410      410      410       410      410      410      410       410      410      410
mailed_code.send      POST    410      410       410      410      410       410      410      410      410       410      410      410
mailed_code.enter     POST    410      410       410      410      410       410      410      410      410       410      410      410
mail_choices.show     GET     410      410       410      410      410       410      410      410      410       410      410      410
mail_choices.save     POST    410      410       410      410      410       410      410      410      410       410      410      410
"""

# Who stands for a column, and the locations inside and outside their reach.
PRINCIPALS = {
    None: ("nobody", (ROSEWOOD,), (ELSEWHERE,)),
    "rosewood_manager": ("provider", (ROSEWOOD,), (ROSEWOOD_COURT, ELSEWHERE)),
    "rosewood_owner": ("provider", (ROSEWOOD, ROSEWOOD_COURT), (ELSEWHERE,)),
    "elsewhere_manager": ("provider", (ELSEWHERE,), (ROSEWOOD,)),
    "leeds_officer": ("council", (ROSEWOOD,), (ROSEWOOD_COURT, ELSEWHERE)),
    "ccg_analyst": ("ccg", (ROSEWOOD,), (ELSEWHERE,)),
    "discharge_nurse": ("hospital", (ROSEWOOD, ELSEWHERE), ()),
    "health_protection": ("health", (ROSEWOOD, ROSEWOOD_COURT), (ELSEWHERE,)),
    "lrf_analyst": ("lrf", (ROSEWOOD, ROSEWOOD_COURT), (ELSEWHERE,)),
    "region_analyst": ("region", (ROSEWOOD, ROSEWOOD_COURT), (ELSEWHERE,)),
    "national_analyst": ("national", (), (ROSEWOOD, ELSEWHERE)),
    "sector_analyst": ("sector", (), (ROSEWOOD, ELSEWHERE)),
    "support": ("support", (ROSEWOOD, ELSEWHERE), ()),
    CONTACT: ("code", (ROSEWOOD,), (ROSEWOOD_COURT, ELSEWHERE)),
}
# What else stands in an address: any value that exists.
PLACES = {"section": "vacancies", "token": "no-such-token", "receipt_id": "no-such-receipt", "said": "link"}


def rows():
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {(cells[0], cells[1]): dict(zip(head[2:], cells[2:], strict=True)) for cells in lines}


def rules(app):
    return {
        (rule.endpoint, method): rule
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def outcome(answer, method):
    """What happened, in the words of the table."""
    path, there = answer.request.path, answer.location or ""
    if answer.status_code == 303 and path == "/sign-out":
        return "out"
    if answer.status_code == 303 and path == "/sign-in" and method == "GET":
        return "on"
    if answer.status_code == 401 or there.startswith("/sign-in"):
        return "sign-in"
    is_refused = answer.status_code in (400, 403, 404, 405, 410) or answer.status_code >= 500
    return str(answer.status_code) if is_refused else "yes"


def expected(cell, relation):
    """What a cell says of a location inside, outside, or nowhere."""
    if "/" not in cell:
        return cell
    inside, outside = cell.split("/")
    return {"inside": inside, "outside": outside, "nowhere": "404"}[relation]


def test_every_address_has_a_line_and_every_line_an_address(app):
    assert set(rows()) == set(rules(app))


def test_everybody_of_the_cast_who_sees_something_else_stands_in_the_matrix():
    alike = {"elm_manager", "swift_manager", "barnet_officer", "leeds_approver"}
    assert set(PRINCIPALS) - {None, CONTACT} == set(cast.ACTIVE) - alike
    assert {column for column, _, _ in PRINCIPALS.values()} == set(next(iter(rows().values())))


@pytest.mark.usefixtures("postcodes")
@pytest.mark.parametrize(("endpoint", "method"), rows())
def test_everybody_meets_what_the_table_says(app, client_as, endpoint, method):
    rule, line = rules(app)[endpoint, method], rows()[endpoint, method]
    wrong = []
    for person, (column, inside, outside) in PRINCIPALS.items():
        visitor = codes.visitor(app, ROSEWOOD) if person == CONTACT else client_as(person)
        for relation, cqc_id in places(rule, inside, outside):
            found = outcome(ask(visitor, app, rule, method, cqc_id), method)
            if found != expected(line[column], relation):
                wrong.append(f"{person} {method} {rule.rule} {cqc_id}: {found}, should be {line[column]} ({relation})")
    assert not wrong, "\n".join(wrong)


def places(rule, inside, outside):
    if "cqc_id" not in rule.arguments:
        return [("inside", "")]
    return [("inside", each) for each in inside] + [("outside", each) for each in outside] + [("nowhere", NOWHERE)]


def ask(visitor, app, rule, method, cqc_id):
    values = {**PLACES, "cqc_id": cqc_id}
    path = app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})
    return visitor.open(path, method=method, lint=False)
