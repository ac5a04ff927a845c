"""Django's own sessions, in its own table: `table`, `bulk N` and `bulk-own-keys N` make as many, `clear` runs clearsessions."""

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
        bulk(int(sys.argv[3]), sys.argv[2] == "bulk-own-keys")


def bulk(count, own_keys):
    """Makes rows with bulk_create. Django's own way to a row draws the key, asks whether it is taken, encodes the
    data and reckons the expiry; with `own_keys` the key is drawn here and nothing is asked, which is far faster."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db import transaction

    encoder, data = SessionStore(), {"_auth_user_id": "1", "_auth_user_backend": "model"}
    expires = encoder.get_expiry_date()
    with transaction.atomic():
        made = []
        for number in range(count):
            if own_keys:
                key = secrets.token_hex(16)
                made.append(Session(session_key=key, session_data=encoder.encode(data), expire_date=expires))
            else:
                made.append(SessionStore().create_model_instance(data))
            sys.stdout.write(made[-1].session_key + "\n")
            if len(made) == 10_000 or number == count - 1:
                Session.objects.bulk_create(made)
                made = []


main()
