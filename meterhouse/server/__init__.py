"""The API over HTTP: ``meterhouse serve``. Needs the extra ``server`` (starlette, uvicorn)."""
