"""The API server under one identity, without a kubectl: that costs 0.1 s of a processor each time, and a test that polls asks hundreds of times."""
import http.client
import json
import pathlib
import ssl
import urllib.parse


class Api:
    """`kubeconfig` is one of a bed: JSON, its user a token or a client certificate."""

    def __init__(self, kubeconfig):
        config = json.loads(pathlib.Path(kubeconfig).read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.address = urllib.parse.urlsplit(cluster["server"]).netloc
        self.tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.headers = {}
        if "token" in user:
            self.headers["Authorization"] = f"Bearer {user['token']}"
        else:
            self.tls.load_cert_chain(user["client-certificate"], user["client-key"])
        self.connection = None

    def find(self, path):
        """The object at `path`, or None when it does not exist."""
        code, body = self.ask("GET", path)
        if code == 404:
            return None
        assert code == 200, f"GET {path}: {code} {body[:500]}"
        return json.loads(body)

    def ask(self, method, path, body=None):
        """Status code and body of the answer. Asked once more on a new connection when the kept one was closed meanwhile."""
        try:
            return self._ask(method, path, body)
        except (http.client.HTTPException, OSError):
            self.connection = None
            return self._ask(method, path, body)

    def _ask(self, method, path, body):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.address, context=self.tls, timeout=30)
        self.connection.request(method, path, body, self.headers | ({"Content-Type": "application/json"} if body else {}))
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()
