"""Let a language model rewrite flagged drafts, over the OpenAI protocol.

So that it runs without a network and without a key, the model here is a few lines of a server on
this machine that gives the same two candidates to everybody. With a real one, give the client that
writes your drafts: `ModelRewriter("gpt-4.1-mini", client=OpenAI())`.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from guard import Guard
from guard.repair.model import ModelRewriter, Prices

CANDIDATES = [
    "I'm so sorry! My heart breaks for you, I lost a dog of my own.",
    "I'm so sorry! A house without Bruno in it must be very quiet. What do you miss most?",
]


class Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = {"role": "assistant", "content": json.dumps({"replies": CANDIDATES})}
        body = json.dumps(
            {
                "choices": [{"index": 0, "message": said, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 700, "completion_tokens": 60},
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rewriter = ModelRewriter(
        "a-model",
        base_url=f"http://127.0.0.1:{server.server_port}/v1",
        prices=Prices(read=0.4, written=1.6),
    )
    guard = Guard(mode="rewrite", rewriter=rewriter)

    report = guard.check(
        user="My dog Bruno died last night. I miss him and the house is so quiet without him.",
        draft="I'm so sorry! Don't worry, everything will be okay. Stay strong!",
    )

    print(report.reply.text)
    for attempt in report.attempts:
        print(f"{attempt.by} {attempt.model}: {attempt.outcome} {attempt.reason}".strip())
    print(f"cost: {sum(attempt.cost or 0.0 for attempt in report.attempts):.6f}")
    rewriter.clients.close()
    server.shutdown()
    server.server_close()
