"""odd_server.py - a server that answers as its path says: completions in odd pieces, refusals, resets, silence, garbage. The path of a
request is /MODE/v1/completions; `odd_server.modes` has one function a mode, which gets the connection and the request's object."""
import json, socket, socketserver, struct, threading, time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
stalled_until = []  # mode `stalls`


def event(text=" a", tokens=None, choices=None):
    usage = None if tokens is None else {"prompt_tokens": 5, "completion_tokens": tokens, "total_tokens": 5 + tokens}
    return b"data: " + json.dumps({"choices": [{"index": 0, "text": text}] if choices is None else choices, "usage": usage}).encode() + b"\n\n"


def whole(body):
    n = body["max_tokens"]
    return b"".join(event(tokens=i + 1) for i in range(n)) + event(tokens=n, choices=[]) + b"data: [DONE]\n\n"


def plain(c, body):
    c.sendall(HEAD + whole(body))


def bytewise(c, body):
    text = whole({"max_tokens": 2})
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(b"1\r\n%c\r\n" % x for x in text) + b"0\r\n\r\n":
        c.sendall(bytes([byte]))


def no_usage(c, body):  # tokens are counted by events with text
    c.sendall(HEAD + b": hello\n\n" + event() * 3 + event("") + b"data: [DONE]\n\n")


def paced(c, body):  # 0.2 s to the first token, then 50 ms each
    c.sendall(HEAD)
    for i in range(body["max_tokens"]):
        time.sleep(0.05 if i else 0.2)
        c.sendall(event(tokens=i + 1))
    c.sendall(b"data: [DONE]\n\n")


def stalls(c, body):  # nobody gets an answer within a second of the first request
    if not stalled_until:
        stalled_until.append(time.monotonic() + 1)
    time.sleep(max(0, stalled_until[0] - time.monotonic()))
    plain(c, body)


def status(code, text, header=b""):
    def answer(c, body):
        c.sendall(b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n%b" % (code, header, len(text), text))
    return answer


def sends(data):
    return lambda c, body: c.sendall(data)


def reset(c, body):
    c.sendall(HEAD + event(tokens=1))
    time.sleep(0.05)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()


def silent(c, body):
    c.sendall(HEAD + event(tokens=1))
    time.sleep(5)


modes = {"plain": plain, "bytewise": bytewise, "no_usage": no_usage, "paced": paced, "stalls": stalls, "reset": reset, "silent": silent,
         "busy": status(429, b'{"error": {"message": "the queue is full", "code": "queue_full"}}', b"Retry-After: 1\r\n"),
         "bad_status": status(500, b"Traceback (most recent call last):\n"), "not_a_stream": status(200, b'{"choices": []}', b"Content-Type: application/json\r\n"),
         "not_http": sends(b"220 mail.example.org ESMTP\r\n"), "nothing": sends(b""), "half_head": sends(b"HTTP/1.1 200 OK\r\nContent-"),
         "short": sends(HEAD.replace(b"\r\n\r\n", b"\r\nContent-Length: 9999\r\n\r\n") + event(tokens=1)), "no_done": sends(HEAD + event(tokens=1)),
         "html": sends(HEAD + b"<html>\n\n"), "not_json": sends(HEAD + b"data: {'choices'\n\n"), "other_json": sends(HEAD + b'data: {"candidates": []}\n\n'),
         "error_event": sends(HEAD + event(tokens=1) + b'data: {"error": {"message": "numbers out of range"}}\n\n'),
         "falling": sends(HEAD + event(tokens=5) + event(tokens=4)), "after_done": sends(HEAD + b"data: [DONE]\n\n" + event(tokens=1)),
         "endless": lambda c, body: [c.sendall(b"HTTP/1.1 200 OK\r\n")] + [c.sendall(b"X: %d\r\n" % i) for i in range(100000)]}


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.n_open += 1
        self.server.most_open = max(self.server.most_open, self.server.n_open)
        try:
            data = b""
            while b"\r\n\r\n" not in data:
                data += self.request.recv(65536) or b"\r\n\r\n"
            head, body = data.split(b"\r\n\r\n", 1)
            if head.startswith(b"GET"):
                return self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            n = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")).split(b":")[1])
            while len(body) < n:
                body += self.request.recv(65536)
            self.server.bodies.append(json.loads(body))
            modes[head.split(b"/")[1].decode()](self.request, self.server.bodies[-1])
        except OSError:
            pass
        finally:
            self.server.n_open -= 1


class OddServer(socketserver.ThreadingTCPServer):
    daemon_threads, request_queue_size, allow_reuse_address = True, 1024, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.n_open = self.most_open = 0
        self.bodies = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, mode):
        return f"http://127.0.0.1:{self.server_address[1]}/{mode}"
