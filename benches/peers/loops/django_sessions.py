"""Django's own sessions, in its own table: `table`, `bulk N` makes as many, `clear` runs clearsessions."""

import secrets
import sys
from datetime import timedelta

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
    from django.utils import timezone

    store = SessionStore()
    expires = timezone.now() + timedelta(minutes=30)
    with transaction.atomic():
        made = []
        for number in range(count):
            key = secrets.token_hex(16)
            data = store.encode({"_auth_user_id": "1", "_auth_user_backend": "model"})
            made.append(Session(session_key=key, session_data=data, expire_date=expires))
            sys.stdout.write(key + "\n")
            if len(made) == 10_000 or number == count - 1:
                Session.objects.bulk_create(made)
                made = []


main()
