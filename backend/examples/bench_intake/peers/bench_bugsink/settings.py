"""Bugsink's own settings for a single server in production, which `bugsink-create-conf` wrote, and what the bench changes."""

from bugsink_conf import *  # noqa: F403 (all of it, as Django reads it)
from bugsink_conf import BUGSINK, SNAPPEA

# Loopback without the proxy that ends TLS, and nobody is told of this installation.
BUGSINK["BASE_URL"] = "http://127.0.0.1"
BUGSINK["PHONEHOME"] = False
ALLOWED_HOSTS = ["127.0.0.1"]
SECURE_PROXY_SSL_HEADER = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
USE_X_REAL_IP = False

# What it would refuse or sweep away under load is not what is measured.
for _span in ("5_MINUTES", "HOUR", "MONTH"):
    BUGSINK[f"MAX_EVENTS_PER_PROJECT_PER_{_span}"] = BUGSINK[f"MAX_EVENTS_PER_{_span}"] = 1_000_000_000

# The event is in the database before the reply, not in a queue whose length the bench would measure.
SNAPPEA["TASK_ALWAYS_EAGER"] = True
