"""
Django's settings, read from the site's folder (environment ``DEVNORMS_REVIEW_SITE``).
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.csp import CSP

from devnorms.review.instance import DATABASE, ENVIRONMENT, load_site

SITE = load_site(Path(os.environ[ENVIRONMENT]))
HERE = Path(__file__).parent

SECRET_KEY = SITE.secret
SECRET_KEY_FALLBACKS = list(SITE.former_secrets)
DEBUG = False
ALLOWED_HOSTS = list(SITE.hosts)
CSRF_TRUSTED_ORIGINS = [SITE.address] if SITE.is_https else []
ROOT_URLCONF = "devnorms.review.urls"
WSGI_APPLICATION = "devnorms.review.wsgi.application"
SITE_ADDRESS = SITE.address
SMALLEST_CELL = SITE.smallest_cell

INSTALLED_APPS = [
    "devnorms.review",  # before allauth: our templates win
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "devnorms.review.middleware.security_headers",  # first: refusals carry them too
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # default: deny
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "devnorms.review.middleware.consent_first",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "devnorms.review.context.around",
            ]
        },
    }
]


def _database(address: str) -> dict[str, object]:
    """SQLite that several people can write to, or a PostgreSQL server."""
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": SITE.folder / DATABASE,
            "OPTIONS": {
                # without IMMEDIATE, two who read and then write lose one of the writes
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON;",  # names that were removed are overwritten,
            },
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": _database(SITE.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {  # in the database, so that attempts are counted over all processes
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "review_cache",
    }
}

AUTH_USER_MODEL = "review.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "devnorms.review.adapter.InvitationOnly"
ACCOUNT_FORMS = {
    "login": "devnorms.review.forms.LoginForm",
    "reset_password": "devnorms.review.forms.ResetForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = None  # they are asked: many share a phone
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,20/5m/ip",
    "reset_password": "5/m/key,10/h/key,20/m/ip,60/h/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SITE.is_https else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "devnorms review"
MFA_ADAPTER = "devnorms.review.adapter.SecondFactor"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # stewards may have no e-mail at all

LANGUAGES = [
    ("en", "English"), ("es", "Español"), ("ca", "Català"), ("eu", "Euskara"),
    ("gl", "Galego"), ("pt", "Português"), ("fr", "Français"), ("nl", "Nederlands"),
    ("zh-hans", "中文"), ("sw", "Kiswahili"), ("ar", "العربية"), ("tr", "Türkçe"),
]  # fmt: skip
LANGUAGE_CODE = "en"
LOCALE_PATHS = [HERE / "locale", HERE / "account_words" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = SITE.folder / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if SITE.is_https else "session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE.is_https
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SITE.is_https  # TLS ends before this server, on loopback
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other sites of the domain are not ours to decide on
    "security.W021",
    "mail.E001",  # without SMTP, mails are printed: an operator's choice
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE.is_https else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SITE.is_https else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500


def _mailer(told: dict[str, str]) -> dict[str, object]:
    """Name an SMTP server; without one, mails are printed for the operator."""
    if not told:
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": told["host"],
            "port": int(told.get("port", "587")),
            "username": told.get("user", ""),
            "password": told.get("password", ""),
            "use_tls": told.get("tls", "yes") == "yes",
            "timeout": 20,
        },
    }


MAILERS = {"default": _mailer(SITE.mail)}
DEFAULT_FROM_EMAIL = SITE.mail.get("sender", "devnorms@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "devnorms.review.logs.Discreet"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "devnorms.review": {"handlers": ["stderr"], "level": "WARNING"},
    },
}
