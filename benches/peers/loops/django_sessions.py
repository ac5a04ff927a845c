"""Django's own sessions, in its own table: `table`, `bulk N` makes as many, `clear` runs clearsessions."""

import secrets
import sys

import django
from django.conf import settings
from django.core.management import call_command


def main():
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
        INSTALLED_APPS=["django.contrib.sessions"], SECRET_KEY=secrets.token_hex(32), USE_TZ=True,
    )
    django.setup()
    if sys.argv[2] == "table":
        call_command("migrate", verbosity=0)
    elif sys.argv[2] == "clear":
        call_command("clearsessions")
    else:
        bulk(int(sys.argv[3]))


def bulk(count):
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db import transaction

    with transaction.atomic():
        made = []
        for number in range(count):
            # Django's own way to a row: it draws the key, encodes the data and reckons the expiry.
            store = SessionStore()
            made.append(store.create_model_instance({"_auth_user_id": "1", "_auth_user_backend": "model"}))
            sys.stdout.write(made[-1].session_key + "\n")
            if len(made) == 10_000 or number == count - 1:
                Session.objects.bulk_create(made)
                made = []


main()
