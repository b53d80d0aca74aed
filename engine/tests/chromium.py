"""chromium.py - drives headless Chromium through chromedriver's HTTP interface (W3C WebDriver), with Python's standard library alone."""
import base64, json, os, shutil, subprocess, time, urllib.error, urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id, WebDriver 12.1
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Shift": "\ue008", "Tab": "\ue004", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
        "ArrowDown": "\ue015"}  # WebDriver 17.4.2


def missing():
    """Why there is no browser, or None."""
    for program, package in ("chromium", "chromium"), ("chromedriver", "chromium-driver"):
        if not shutil.which(program):
            return f"{program} is not installed (apt install {package})"


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = next(line for line in self.driver.stdout if "successfully on port" in line)
        self.base = "http://127.0.0.1:" + line.rsplit(" ", 1)[1].strip().rstrip(".")
        options = {"binary": shutil.which("chromium"), "args": ["--headless=new", "--disable-dev-shm-usage", "--disable-gpu"] + ["--no-sandbox"] * (os.geteuid() == 0)}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.base += "/session/" + self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as r:
                return json.load(r)["value"]
        except urllib.error.HTTPError as e:
            raise RuntimeError(json.load(e)["value"]["message"]) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(30)

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """What a script returns; it is the body of a function."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def run_async(self, script, *args):
        """The same for a script that calls its last argument with the result."""
        return self._call("POST", "/execute/async", {"script": script, "args": list(args)})

    def cdp(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def resize(self, width, height):
        """Scripts that follow the window's size have done so afterwards."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.wait(f"innerWidth === {width} && innerHeight === {height}", 10)
        self.run("window.dispatchEvent(new Event('resize'))")

    def prefer(self, scheme):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def type(self, *keys):
        """Into what has the focus; a tuple is held down together."""
        actions = []
        for key in keys:
            held = [KEYS.get(k, k) for k in key] if isinstance(key, tuple) else [KEYS.get(key)] if key in KEYS else None
            for k in held or key:
                actions.append({"type": "keyDown", "value": k})
                if not isinstance(key, tuple):
                    actions.append({"type": "keyUp", "value": k})
            if isinstance(key, tuple):
                actions += [{"type": "keyUp", "value": k} for k in reversed(held)]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def click(self, selector):
        element = self._call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self._call("POST", f"/element/{element}/click", {})

    def wait(self, condition, seconds=60):
        """Until the expression is true; returns whether it became so."""
        end = time.time() + seconds
        while time.time() < end:
            if self.run("return Boolean(" + condition + ")"):
                return True
            time.sleep(0.05)
        return False

    def access_problems(self):
        """Sentences about what keeps people from using the page as it is shown."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "ci", "accessibility.js"), encoding="utf-8") as f:
            return self.run(f.read())

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self._call("GET", "/screenshot")))

    def console(self):
        return self._call("POST", "/se/log", {"type": "browser"})
