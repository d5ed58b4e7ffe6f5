"""One line around the client that you have: here against a small server that stands for the model.

Leave the server out, and give `OpenAI()` your key.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from openai import OpenAI

from guard import Guard

ANSWER = "I'm so sorry. Don't be sad! Everything happens for a reason. Cheer up!"


class Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": ANSWER}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({"id": "c", "object": "chat.completion", "created": 0, "model": "m",
                           "choices": [choice]}).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    bare = OpenAI(base_url=f"http://127.0.0.1:{server.server_address[1]}/v1", api_key="none")
    client = Guard(mode="block").wrap(bare)  # the one line

    completion = client.chat.completions.create(
        model="a-model",
        messages=[{"role": "user", "content": "My dog Rex died last night. He was fourteen."}],
    )
    print(completion.choices[0].message.content)
    print(completion.guard.verdict.reason)  # type: ignore[attr-defined]
    server.shutdown()
