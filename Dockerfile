# The bot and what it needs to run; no simulators, no tests, no tools.
# To build on one exact image, give its digest: docs/supply-chain.md.
ARG BASE=python:3.13-slim-bookworm
FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/doorman/venv
ENV PATH=/opt/doorman/venv/bin:$PATH
COPY requirements.lock.txt /opt/doorman/
RUN pip install --no-compile --require-hashes --requirement /opt/doorman/requirements.lock.txt
WORKDIR /opt/doorman/app
COPY app.py ./
COPY bot/ bot/
COPY cards/ cards/
# Graph's SDK has 16,000 modules: only those that are used get bytecode, by being imported once.
RUN python -c "import app, bot.graph.writing, bot.sheets.apart, bot.sheets.people, bot.terminal.audit, bot.terminal.bulk, bot.terminal.database, bot.terminal.doctor, bot.terminal.report, alembic.command"

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin doorman \
    && install --directory --owner=doorman --mode=0700 /data
COPY --from=build /opt/doorman/venv /opt/doorman/venv
COPY --from=build /opt/doorman/app /opt/doorman/app
WORKDIR /opt/doorman/app
# Teams reaches the container through a proxy that ends TLS; a single container keeps its SQLite file on the volume.
ENV PATH=/opt/doorman/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3978 \
    DATABASE_URL=sqlite:////data/doorman.db
USER 10001
VOLUME /data
EXPOSE 3978
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["python", "app.py"]
