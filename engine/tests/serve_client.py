"""serve_client.py - starts bitnet-serve and speaks to it with Python's standard library alone: what the tests of the server share."""
import http.client, json, os, signal, socket, subprocess, threading

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
bin_dir = os.environ.get("BN_BIN", os.path.join(root, "build", "bin"))
model = os.path.join(root, "datasets/reference/b158-i2_s.gguf")


class Server:
    """A server on a port of its own; `log` collects its stderr, one string a line."""

    def __init__(self, *args, path=model, env=None):
        self.process = subprocess.Popen([os.path.join(bin_dir, "bitnet-serve"), "--model", path, "--port", "0", *args], stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.log, self.port = [], None
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))
            if "listening on" in line:
                self.port = int(line.rsplit(":", 1)[1])
                break
        if self.port is None:
            raise RuntimeError("bitnet-serve did not start: " + "\n".join(self.log))
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, raised, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.thread.join(5)
        if self.process.returncode and not raised:  # also where a sanitizer has something to say
            raise RuntimeError(f"bitnet-serve ended with exit code {self.process.returncode}: " + "\n".join(self.log[-60:]))

    def version(self):
        return subprocess.run([self.process.args[0], "--version"], capture_output=True, text=True, check=True).stdout

    def connect(self, timeout=300):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, connection=None, timeout=300):
        """Status, headers, and the body: an object where it is JSON."""
        c = connection or self.connect(timeout)
        raw = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        c.request(method, path, raw, {"Content-Type": "application/json", **(headers or {})})
        r = c.getresponse()
        text = r.read()
        if connection is None:
            c.close()
        if "json" in (r.getheader("Content-Type") or ""):
            text = json.loads(text)
        return r.status, r, text

    def post(self, path, body, **more):
        status, _, answer = self.request("POST", path, body, **more)
        return status, answer

    def ok(self, path, body, **more):
        status, answer = self.post(path, body, **more)
        if status != 200:
            raise RuntimeError(f"{path}: status {status}: {answer}")
        return answer

    def events(self, path, body, timeout=300):
        """The data of each event of a stream, as text, as they come."""
        c = self.connect(timeout)
        c.request("POST", path, json.dumps({**body, "stream": True}), {"Content-Type": "application/json"})
        r = c.getresponse()
        if r.status != 200:
            raise RuntimeError(f"{path}: status {r.status}: {r.read()}")
        for line in r:
            if line.startswith(b"data:"):
                yield line[5:].strip().decode()
        c.close()

    def stream(self, path, body):
        """All events but the last, parsed, and whether that was [DONE]."""
        events = list(self.events(path, body))
        done = events and events[-1] == "[DONE]"
        return [json.loads(e) for e in events[: -1 if done else None]], done

    def raw(self, data, timeout=30):
        """Sends bytes, returns all that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            try:
                s.sendall(data)
            except OSError:
                pass
            answer = b""
            try:
                while block := s.recv(65536):
                    answer += block
            except OSError:
                pass
            return answer

    def metrics(self):
        text = self.request("GET", "/metrics")[2].decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and line[0] != "#"}

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Checks:
    def __init__(self):
        self.failed = False

    def __call__(self, ok, name, detail=""):
        self.failed |= not ok
        print(("ok " if ok else "not ok ") + name + ("" if ok else f": {detail}"), flush=True)
