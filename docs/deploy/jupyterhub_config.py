"""A JupyterHub for one course: students fetch and hand in, instructors share a formgrader.

Three settings are yours: the course, the account that holds its folder, and who teaches.
"""

import os

c = get_config()

COURSE = os.environ.get("COURSE_ID", "building-a-brain")
# The account that owns the course folder. Not an instructor's own, so that several can share it.
GRADER = os.environ.get("COURSE_GRADER", "grader")
INSTRUCTORS = os.environ.get("COURSE_INSTRUCTORS", "").split()

# Whoever the hub lets in is a student of the course; choose how people log in:
# https://jupyterhub.readthedocs.io/en/stable/reference/authenticators.html
c.Authenticator.allow_all = True
c.Authenticator.admin_users = set()
c.Spawner.default_url = "/lab"

# nbgrader looks for exactly these names: `formgrade-` and the course, and the service `COURSE`.
c.JupyterHub.load_groups = {f"formgrade-{COURSE}": {"users": INSTRUCTORS}}
c.JupyterHub.load_roles = [
    {
        "name": f"formgrade-{COURSE}",
        "groups": [f"formgrade-{COURSE}"],
        "scopes": [
            f"access:services!service={COURSE}",
            "list:services",
            f"read:services!service={COURSE}",
        ],
    },
    # The list of courses in an instructor's own JupyterLab asks the hub which services there are.
    {"name": "server", "scopes": ["inherit"]},
]

# One JupyterLab with the formgrader in it, in the course folder, for all instructors.
c.JupyterHub.services = [
    {
        "name": COURSE,
        "url": "http://127.0.0.1:9999",
        "command": ["jupyterhub-singleuser"],
        "user": GRADER,
        "cwd": f"/home/{GRADER}/{COURSE}",
        "oauth_no_confirm": True,
        "environment": {"JUPYTERHUB_DEFAULT_URL": "/lab"},
    }
]
