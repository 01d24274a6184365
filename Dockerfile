# The portal in a container: web, worker and scheduler are this one image with another command.
# Nothing of the environment is in it; everything that varies is read when it starts (README).
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/portal
COPY constraints.txt ./
# Up to the line that begins what only developers need; each file's hash is checked, nothing is built.
RUN sed '/^# Development$/,$d' constraints.txt > /tmp/pins.txt \
    && python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement /tmp/pins.txt
COPY manage.py ./
COPY portal portal
COPY members members
COPY events events
COPY templates templates
RUN .venv/bin/python -m babel.messages.frontend --quiet compile -d portal/locale -D django \
    && DEBUG=false SECRET_KEY=only-to-gather-static-files ALLOWED_HOSTS=localhost \
        BASE_URL=https://localhost DEFAULT_FROM_EMAIL=a@localhost EMAIL_URL=smtp://localhost \
        DATABASE_URL=sqlite://:memory: .venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.11-slim-bookworm
# What `manage.py backup` and `restore` work with.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --home /srv/portal --shell /usr/sbin/nologin portal \
    && install --directory --owner portal /var/lib/portal
WORKDIR /srv/portal
COPY --from=build /srv/portal /srv/portal
ENV DEBUG=false DATA_DIR=/var/lib/portal PATH=/srv/portal/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
# Any host that is allowed will do; ".example.org" allows example.org and what is under it.
HEALTHCHECK --interval=15s --timeout=3s CMD ["python", "-c", \
    "from urllib.request import Request, urlopen; import os; urlopen(Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].strip(' .')}), timeout=2)"]
CMD ["python", "-m", "gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--no-control-socket"]
