"""Django's settings, concluded from the installation's own (`pathways.installation`)."""

from __future__ import annotations

import secrets
import warnings
from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from pathways.installation import credentials, database
from pathways.installation.settings import load

INSTALLATION = load()


def _secret() -> str:
    """The secret that signs sessions; one for this process only where there is no data folder yet."""
    path = INSTALLATION.session_secret_path
    if path.exists() or INSTALLATION.data.is_dir():
        return credentials.make_secret(path).decode()
    return secrets.token_urlsafe(32)


# --- who we are -------------------------------------------------------------------------------
PRODUCT = "SOC Pathways"
SECRET_KEY = _secret()
DEBUG = False
_public = urlsplit(INSTALLATION.origin)
ALLOWED_HOSTS = sorted(
    {"localhost", "127.0.0.1", "[::1]", INSTALLATION.bind, *INSTALLATION.hosts, _public.hostname or ""}
    - {"", "0.0.0.0", "::"}  # noqa: S104  (left out, not bound to)
)
#: every person is invented; each page says so and the sign-in page lists the sign-ins
PATHWAYS_SYNTHETIC = INSTALLATION.synthetic
#: served over TLS by a proxy in front
PATHWAYS_TLS = _public.scheme == "https"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pathways.web",
    "django.forms",
    "pathways.records",
    "django_htmx",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "pathways.web.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pathways.web.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pathways.web.sessions.SessionEnds",
    "axes.middleware.AxesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # from here one database transaction, which the response's last byte is rendered inside
    "pathways.web.transaction.OneTransaction",
    "pathways.web.access.DefaultDeny",
    "pathways.web.pressed.OncePressed",
]

ROOT_URLCONF = "pathways.web.urls"
WSGI_APPLICATION = "pathways.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "pathways.web.navigation.frame",
            ],
            "builtins": ["pathways.web.templatetags.pathways", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "pathways.web.forms.Renderer"

# --- data -------------------------------------------------------------------------------------
DATABASES = database.django_databases()
#: whether composed readings are prepared on their connection
PATHWAYS_PREPARE = INSTALLATION.prepare
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "records.Account"
#: where the wrapped data keys lie, and how the key that wraps them is found at first use
PATHWAYS_KEY_STORE = INSTALLATION.key_store_path / "data-keys.sqlite"
#: where the signed heads of the ledger are written, beyond the database's reach
PATHWAYS_HEADS = INSTALLATION.heads_path
#: where figures of the evaluation lie sealed, so that they are made once for every process
PATHWAYS_FIGURES = INSTALLATION.data / "figures"


def PATHWAYS_KEYS() -> list[bytes]:
    """The key-encryption keys that may fit: the one that holds, and while it is being changed the next."""
    return credentials.keys_here(INSTALLATION)


# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y \\a\\t H:i"
TIME_FORMAT = "H:i"

# --- signing in -------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "pathways.web.accounts.guessable.NotACommonPasswordWithADecoration"},
]
#: how long the link by which somebody chooses a password is good
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"

# Five wrong passwords from one place lock that place out of that e-mail for a quarter of an hour. What a
# failure is counted against is `accounts.attempts`: never the e-mail alone, so that nobody can lock
# somebody else out, and never anything that names a person in the table or the log.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "pathways.web.accounts.attempts.counted_against"
AXES_CLIENT_IP_CALLABLE = "pathways.web.accounts.attempts.place"
AXES_CLIENT_STR_CALLABLE = "pathways.web.accounts.attempts.nameless"
AXES_LOCKOUT_CALLABLE = "pathways.web.accounts.attempts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["email", "username", "password", "csrfmiddlewaretoken", "next", "ip_address"]

# --- sessions ---------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "pathways_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
#: a session ends after this long without a page, and after this long whatever happens
PATHWAYS_IDLE = timedelta(minutes=15)
PATHWAYS_ABSOLUTE = timedelta(hours=10)
SESSION_COOKIE_AGE = int(PATHWAYS_ABSOLUTE.total_seconds())
#: the same person's known device, for lock-out only; it signs nobody in
PATHWAYS_DEVICE_COOKIE = "pathways_device"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "pathways_csrf"
CSRF_FAILURE_VIEW = "pathways.web.frame.refusals.stale_form"
CSRF_TRUSTED_ORIGINS = [INSTALLATION.origin.rstrip("/")] if INSTALLATION.origin else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- headers ----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PATHWAYS_TLS
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PATHWAYS_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if PATHWAYS_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [NONE],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = INSTALLATION.data / "static"
#: `pathways up` and `demo` collect the files at start; without that they are served as they lie
COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file()
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = False
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- what arrives -----------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = ["pathways.web.uploads.InMemory"]

# --- the log: what happened to the machine, never to a person ----------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "pathways.web.logging.Impersonal"}},
    "formatters": {"plain": {"()": "pathways.web.logging.Plain"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["impersonal"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "pathways": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}
