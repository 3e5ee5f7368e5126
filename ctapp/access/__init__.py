"""Who may see and do what: rights, roles, the viewer, the scope and the guard. Default is no.

`roles.py` is the page to read aloud; `scope.py` is the only place that knows which locations lie within whose reach.
"""
