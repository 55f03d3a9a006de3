"""A model on loopback that speaks OpenAI's chat completions, for MLflow's judges.

It judges by one rule that a test can predict: the answer is right when what was expected, the
phrase it is told, stands in the prompt more often than once: in the expectations and in the output.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest


@dataclass
class Model:
    """Where it listens, and the prompts it was sent."""

    phrase: str
    url: str = ""
    prompts: list[str] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """A chat completion."""
        prompt = "\n".join(str(message["content"]) for message in request["messages"])
        self.prompts.append(prompt)
        is_right = prompt.count(self.phrase) > 1
        verdict = {"result": "yes" if is_right else "no", "rationale": "By the one rule."}
        message = {"role": "assistant", "content": json.dumps(verdict)}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": request.get("model", "stub"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


def reach_from_mlflow(stub: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it the model of MLflow's `openai:/…`."""
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    monkeypatch.setenv("OPENAI_API_BASE", stub.url)
    # Empty: look no model's price up on the network.
    monkeypatch.setenv("MLFLOW_MODEL_CATALOG_URI", "")


@contextmanager
def model(phrase: str) -> Iterator[Model]:
    """The model, while it serves."""
    stub = Model(phrase=phrase)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = json.dumps(stub.answer(request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Tests need no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
