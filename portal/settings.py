"""Every setting of the portal. What varies between installations is read from the environment.

With nothing set the portal runs on one machine: SQLite, local files, no service to install.
Production sets ``DEBUG=false`` and does not start without its secrets (``portal/checks.py``).
"""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import validate

from portal.env import BASE_DIR, env, kept_secret

# --- What kind of installation this is ------------------------------------------------------------

DEBUG = env.bool("DEBUG", True)
# The demo has public passwords, so it only exists beside DEBUG: `portal/checks.py` enforces it.
DEMO = env.bool("DEMO", False)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".data")

# One's own machine makes itself a key at the first start; production must bring its own.
SECRET_KEY = env.str("SECRET_KEY", "") or (kept_secret(DATA_DIR) if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
# Links in mails, feeds and site maps come from here and never from a request's Host header.
BASE_URL = env.str("BASE_URL", "http://localhost:8000" if DEBUG else "").rstrip("/")
# We answer at the root of our host. gunicorn would believe a header that says otherwise, of any proxy on
# the same machine that passes it on; and links made once are kept for all (`portal/constant.py`).
FORCE_SCRIPT_NAME = ""
# Whom security.txt names: "mailto:…" or the address of a page; by default our contact page.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose classes it extends
    "portal.apps.PortalConfig",  # before the admin, whose templates it overrides
    "members.apps.MembersConfig",
    "events.apps.EventsConfig",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "portal.middleware.NameRequest",
    "portal.metrics.Measure",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ListAddress",
    "portal.kept_pages.KeepPages",
    "portal.replica.ReadFromCopy",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.RefuseMalformedInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.PlainLineEnds",
    "portal.middleware.OwnNotFound",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site",
            ],
        },
    },
]
FORM_RENDERER = "portal.forms.PortalFormRenderer"

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if env.str("REPLICA_URL", ""):
    # A copy that PostgreSQL keeps up to date: visitors read there while it is (portal/replica.py).
    DATABASES["replica"] = env.dj_db_url("REPLICA_URL") | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["portal.replica.Router"]
for _name, _database in DATABASES.items():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["OPTIONS"] = {
            # A writer waits for its turn from the start of its transaction: with the default mode two
            # writers that both began by reading refuse each other at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA foreign_keys=ON;",
        }
    else:
        # In milliseconds. No page of ours needs more; what does is stopped before it stops others.
        _limit = env.int("STATEMENT_TIMEOUT", 5000)
        _options = _database.setdefault("OPTIONS", {})
        _options["options"] = (
            f"-c statement_timeout={_limit} -c jit=off"
            " -c max_parallel_workers_per_gather=0 -c work_mem=16MB"
        )
        if env.bool("PREPARED_STATEMENTS", True):
            # Those of `portal/prepared.py`, at their first use and with one plan for all values; Django
            # sends no other statement with values beside it.
            _options["prepare_threshold"] = 0
            _options["options"] += " -c plan_cache_mode=force_generic_plan"
        # A server that does not answer at all is given up before whoever asked us gives up.
        _options.setdefault("connect_timeout", 5 if _name == "default" else 1)
        _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who the ground speaks of without importing them.
AUTH_USER_MODEL = "members.User"
PORTAL_ORGANISATION_MODEL = "members.Organisation"

# --- Languages and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
TIME_ZONE = "Europe/Paris"
USE_TZ = True
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": ("fr", "en"), "en": ("fr",), "fr": ("en",)}
FORMAT_MODULE_PATH = ["portal.formats"]

# --- Accounts -------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "members.backends.AddressBackend",
    "members.backends.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "members.validators.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "members.validators.NotPersonal",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "members.validators.NotCommon"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# In the session, so that the portal sets two cookies and no third.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:workspace"
LOGOUT_REDIRECT_URL = "home"
INVITATION_DAYS = env.int("INVITATION_DAYS", 14)
INVITATIONS_A_DAY = env.int("INVITATIONS_A_DAY", 30)
# A link that chooses a new password opens for three hours, one that confirms an address for three days.
PASSWORD_RESET_TIMEOUT = 3 * 3600

# django-allauth: its flows, at our own addresses (members/account_urls.py).
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "members.account_forms.AddEmailForm",
    "change_password": "members.account_forms.ChangePasswordForm",
    "confirm_login_code": "members.account_forms.ConfirmLoginCodeForm",
    "login": "members.account_forms.LoginForm",
    "reauthenticate": "members.account_forms.ReauthenticateForm",
    "request_login_code": "members.account_forms.RequestLoginCodeForm",
    "reset_password": "members.account_forms.ResetPasswordForm",
    "reset_password_from_key": "members.account_forms.ResetPasswordKeyForm",
    "set_password": "members.account_forms.SetPasswordForm",
    "signup": "members.account_forms.SignupForm",
    "user_token": "members.account_forms.UserTokenForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # programs that look into mails open their links
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "account_email"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# Who has no account is told by mail, so that the page and its time are the same for everybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
# "key" is an account or address, "ip" a network address. Failures on one account make the next wait
# longer and longer; a new password, or a code by mail, always opens the way.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/15m/ip,5/15m/key,15/3h/key,30/d/key",
    "request_login_code": "20/15m/ip,10/15m/key",
    "signup": "10/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/15m/ip",
    "confirm_email": "1/2m/key,10/d/key",
    "change_password": "10/15m/user",
    "manage_email": "20/h/user",
    "reauthenticate": "10/15m/user",
}

# --- Sessions, cookies, transport -----------------------------------------------------------------

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours stand in front: only that many X-Forwarded-For entries are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

# --- Limits on what comes in ----------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
IMAGE_MAX_BYTES = 8 * 1024 * 1024
IMAGE_MAX_PIXELS = 40_000_000
# The room that the images of one organisation may take, drafts and former versions included.
IMAGE_QUOTA_BYTES = env.int("IMAGE_QUOTA_BYTES", 100 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.images.CappedUpload",
]

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / ".static")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.stylesheet.StylesheetFinder",  # joins the parts of the style sheet
]
MEDIA_URL = env.str("MEDIA_URL", "media/")
MEDIA_ROOT = env.path("MEDIA_ROOT", DATA_DIR / "media")
# Images that wait for a decision: outside MEDIA_ROOT, so that no web server can be asked for them.
HELD_ROOT = env.path("HELD_ROOT", DATA_DIR / "held")
STORAGES = {
    "default": {"BACKEND": "portal.storage.WholeFiles"},
    "held": {
        "BACKEND": "portal.storage.WholeFiles",
        "OPTIONS": {"location": HELD_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
# In a store that speaks S3 instead, with a bucket that everybody may read, at MEDIA_URL, and one that
# nobody may (portal/buckets.py).
S3_BUCKETS = {
    store: env.str(f"S3_{name}_BUCKET", "")
    for store, name in (("default", "PUBLIC"), ("held", "HELD"))
}
if any(S3_BUCKETS.values()):
    _images = urlsplit(MEDIA_URL)
    _s3 = {
        "endpoint_url": env.str("S3_ENDPOINT", None),
        "region_name": env.str("S3_REGION", None),
        "access_key": env.str("S3_ACCESS_KEY", None),
        "secret_key": env.str("S3_SECRET_KEY", None),
        "querystring_auth": False,
    }
    _found_at = {
        "custom_domain": f"{_images.netloc}{_images.path}".rstrip("/"),
        "url_protocol": f"{_images.scheme}:",
    }
    STORAGES |= {
        "default": {
            "BACKEND": "portal.buckets.Bucket",
            "OPTIONS": {**_s3, **_found_at, "bucket_name": S3_BUCKETS["default"]},
        },
        "held": {
            "BACKEND": "portal.buckets.Bucket",
            "OPTIONS": {**_s3, "bucket_name": S3_BUCKETS["held"]},
        },
    }
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(f"{_images.scheme}://{_images.netloc}")

# --- Mail -----------------------------------------------------------------------------------------

MAIL_DIR = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", "IA Montpellier Méditerranée <portail@localhost>" if DEBUG else ""
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.str("EMAIL_URL", ""):
    _mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail.get("EMAIL_BACKEND", "")  # a scheme nobody knows: `portal/checks.py`
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
    EMAIL_TIMEOUT = 10
else:
    # Nothing leaves: messages are kept in MAIL_DIR, and the demo shows them at /demo/mail/.
    EMAIL_BACKEND = "portal.demo_mail.FolderBackend"

# --- Background work ------------------------------------------------------------------------------

# By default what a request causes beside its answer, such as mail, is done by the same process right
# after the commit. With "database" it is a row that `manage.py worker` takes: portal/background/.
_tasks = env.str("TASKS", "", validate=validate.OneOf(["", "database"]))
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if _tasks
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["portal.representation.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_THROTTLE_RATES": {"anonymous": "120/min", "search": "30/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "portal.overload.SaysWhatFailed"}
SPECTACULAR_SETTINGS = {
    "TITLE": "IA Montpellier Méditerranée",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrganisationKind": "members.models.Organisation.Kind",
        "EventKind": "events.models.Event.Kind",
    },
}

# --- Cache and logs -------------------------------------------------------------------------------

# The limits are counted in one, where a counter must outlive a flood of others; pages for visitors are
# kept in the other (portal/kept_pages.py), where some may be forgotten.
if env.str("REDIS_URL", ""):
    _redis = {
        "BACKEND": "portal.caches.Redis",
        "LOCATION": env.str("REDIS_URL"),
        # Who waits for a store that has gone waits in vain, and so does whoever asked us.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
    }
    CACHES = {
        "default": _redis | {"BACKEND": "portal.caches.RedisOrMemory"},
        "pages": _redis | {"KEY_PREFIX": "pages"},
    }
else:
    _memory = "portal.caches.Memory"
    CACHES = {
        "default": {"BACKEND": _memory, "OPTIONS": {"MAX_ENTRIES": 200_000}},
        "pages": {"BACKEND": _memory, "LOCATION": "pages", "OPTIONS": {"MAX_ENTRIES": 2_000}},
    }
# While one writes templates, a page is made anew each time.
KEEP_PAGES = env.bool("KEEP_PAGES", DEMO or not DEBUG)
# Who may read /metrics says this, as "Authorization: Bearer …"; without it there are none.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# "line" for people, "json" for programs that gather logs.
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOGGING_CONFIG = "portal.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{levelname} {name} {request_id} {message}", "style": "{"},
        "json": {"()": "portal.logs.JsonLine"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "portal": {"level": "INFO"},
        # Without the handlers that Django gives them, which say everything twice.
        "django": {"level": "WARNING"},
        "django.server": {"level": "INFO", "propagate": True},
    },
}
# SQLite builds our indexes without the columns that PostgreSQL reads from them besides: slower there, as
# said, and not a fault that whoever starts the demo should read about.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
