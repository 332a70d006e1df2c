# For those who host Gatescope elsewhere; a Space does not need it.
#   docker build -t gatescope .
#   docker run --rm -p 7860:7860 --read-only --tmpfs /tmp --stop-timeout 30 gatescope
FROM python:3.11-slim

ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860
WORKDIR /app

# torch for processors first, so that no CUDA is installed; all else by its hash
COPY pre-requirements.txt requirements.lock ./
RUN pip install -r pre-requirements.txt && pip install --require-hashes --no-deps -r requirements.lock

COPY app.py LICENSE ./
COPY model model
COPY views views
COPY assets assets
RUN python -m compileall -q app.py model views && useradd --create-home --uid 1000 gatescope
USER gatescope

EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
CMD ["python", "app.py", "--log", "json"]
