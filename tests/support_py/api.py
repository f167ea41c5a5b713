"""Reads of one identity straight from the API server: what a test polls. kubectl costs 0.1 s of a processor each time, and a test asks hundreds of times."""
import http.client
import json
import pathlib
import ssl
import urllib.parse


class Api:
    def __init__(self, kubeconfig):
        config = json.loads(pathlib.Path(kubeconfig).read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.address = urllib.parse.urlsplit(cluster["server"]).netloc
        self.tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.tls.load_cert_chain(user["client-certificate"], user["client-key"])
        self.connection = None

    def find(self, path):
        """The object at `path`, or None when it does not exist."""
        answer, body = self._get(path)
        if answer.status == 404:
            return None
        assert answer.status == 200, f"GET {path}: {answer.status} {body[:500]}"
        return json.loads(body)

    def _get(self, path):
        try:
            return self._ask(path)
        except (http.client.HTTPException, OSError):
            self.connection = None  # kept alive for too long, or the server was restarted
            return self._ask(path)

    def _ask(self, path):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.address, context=self.tls, timeout=30)
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()
