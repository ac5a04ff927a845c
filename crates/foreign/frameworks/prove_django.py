"""Proves with Django that a client whose session sessionctl revoked is out, and that the others stay in."""
import json
import subprocess
import sys

import django
from django.conf import settings

KEY = "a key of this proof only, with more than fifty characters in it"
settings.configure(
    SECRET_KEY=KEY,
    ALLOWED_HOSTS=["testserver"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "app.sqlite3"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

urlpatterns = [path("", lambda request: HttpResponse(request.user.get_username() or "nobody"))]


def who(client):
    return client.get("/").content.decode()


def sessionctl(*arguments, text=None, codes=(0,)):
    command = [sys.argv[1], "--db", "app.sqlite3", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.returncode in codes, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


call_command("migrate", verbosity=0)
users = get_user_model().objects
clients = {}
for name in ["erin", "frank", "gus"]:
    user = users.create_user(name, f"{name}@example.org", "a long password of this proof")
    clients[name] = [Client() for _ in range(3)]
    for client in clients[name]:
        client.force_login(user)
with open("key", "w") as file:
    file.write(KEY)

listed = json.loads(sessionctl("--app-secret", "@key", "list", "--format", "json"))["sessions"]
assert len(listed) == 9 and all(session["authenticates"] for session in listed), listed

# What verify answers is what Django does, for a session of each kind.
users.filter(username="gus").update(is_active=False)
changed = users.get(username="frank")
changed.set_password("another long password")
changed.save()
clients["frank"].append(Client())
clients["frank"][-1].force_login(changed)
for name, several in clients.items():
    for client in several:
        token = client.cookies["sessionid"].value
        word = sessionctl("--app-secret", "@key", "verify", "-", text=token, codes=(0, 1, 6)).strip()
        # Asking Django may flush the session, so sessionctl is asked first.
        assert (word == "active") == (who(client) == name), (name, word)

assert [who(client) for client in clients["erin"]] == ["erin"] * 3
sessionctl("revoke", "--user", "frank", "--yes", "--reason", "proof")
kept = clients["erin"][2].cookies["sessionid"].value
id_kept = json.loads(sessionctl("inspect", "-", "--format", "json", text=kept))["session"]["id"]
sessionctl("revoke", "--user", "erin", "--except", id_kept, "--expect", "2", "--yes")
assert [who(client) for client in clients["erin"]] == ["nobody", "nobody", "erin"]
assert who(clients["frank"][-1]) == "nobody"
print("django", django.get_version(), "proved")
