"""The pages behind nginx with OpenID Connect, by the files of `deploy/` as they are: only names, ports and certificates are others.

nginx and Apache's `mod_auth_openidc` are Debian's; the provider is a small one of our own that signs whoever it is told to in.
Skipped with a word where they are absent (`apt-get install nginx apache2 libapache2-mod-auth-openidc`).
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from pydantic import SecretStr

from orchestration.base.settings import PROJECT, Settings
from orchestration.counter import uploading
from orchestration.counter.app import create_app
from orchestration.counter.drops import drops
from orchestration.counter.jobs import Jobs
from orchestration.web.guard import Doors, Guard

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="no nginx on this machine: apt-get install nginx"),
    pytest.mark.skipif(
        APACHE is None or not (MODULES / "mod_auth_openidc.so").exists(),
        reason="no relying party on this machine: apt-get install apache2 libapache2-mod-auth-openidc",
    ),
]
COUNTER, DAGSTER = "counter.example.org", "odd.example.org"
SECRET = "0123456789abcdef0123456789abcdef"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_open(*ports: int) -> None:
    until = time.monotonic() + 30
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until, f"nobody listens on {port}"
                time.sleep(0.05)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider(ThreadingHTTPServer):
    """A provider of OpenID Connect that asks nobody for a password: whoever comes is the person it was told last."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        super().__init__(("127.0.0.1", 0), Answering)
        self.place = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = rsa.generate_private_key(65537, 2048)
        self.person: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}

    def token(self, claims: dict[str, Any]) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "k"}, claims))
        signed = ".".join(map(encoded, parts))
        return f"{signed}.{encoded(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


class Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        place = self.server.place
        if path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": place,
                    "authorization_endpoint": f"{place}/authorize",
                    "token_endpoint": f"{place}/token",
                    "jwks_uri": f"{place}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                }
            )
        elif path == "/keys":
            numbers = self.server.key.public_key().public_numbers()
            n, e = (encoded(v.to_bytes((v.bit_length() + 7) // 8)) for v in (numbers.n, numbers.e))
            self._json({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k", "n": n, "e": e}]})
        elif path == "/authorize":
            code = encoded(os.urandom(12))
            self.server.codes[code] = {"nonce": asked["nonce"][0], **self.server.person}
            self.send_response(302)
            back = asked["redirect_uri"][0]
            self.send_header("Location", f"{back}?{urlencode({'code': code, 'state': asked['state'][0]})}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        now = int(time.time())
        claims = {"iss": self.server.place, "aud": "observatory", "iat": now, "exp": now + 300}
        token = self.server.token({**claims, **self.server.codes.pop(given["code"][0])})
        self._json({"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _json(self, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


async def interface(scope: Any, receive: Any, send: Any) -> None:
    """What stands for Dagster's page, behind the same guard: it answers, and echoes on a WebSocket."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": event["text"]})
    elif scope["type"] == "http":
        said = json.dumps({name.decode(): value.decode() for name, value in scope["headers"]}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said})


def served(app: Any, port: int) -> tuple[uvicorn.Server, Thread]:
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="error", proxy_headers=False, server_header=False, lifespan="off")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    return server, thread


@dataclass
class Site:
    """What stands in front: nginx on `port`, the provider, the home behind the counter."""

    port: int
    provider: Provider
    home: Path


@dataclass
class Visitor:
    """One browser: cookies by name of the site, redirections followed as far as they lead to our own names."""

    site: Site
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(
        self, host: str, path: str, *, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, HTTPMessage, str]:
        port = self.site.port
        context = ssl._create_unverified_context()
        connection = HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        kept = "; ".join(f"{n}={v}" for n, v in self.cookies.get(host, {}).items())
        # a relying party sends nobody to sign in who does not read pages
        sent = {
            "Host": f"{host}:{port}",
            "Accept": "text/html",
            **({"Cookie": kept} if kept else {}),
            **(headers or {}),
        }
        if method == "POST":
            sent.setdefault("Origin", f"https://{host}:{port}")
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            assert "secure" in cookie.lower(), cookie
            self.cookies.setdefault(host, {})[name] = value
        return answer.status, answer.headers, text

    def go(self, host: str, path: str) -> tuple[int, HTTPMessage, str, str]:
        """Return what stands at the end of the redirections, and the path there."""
        for _ in range(12):
            status, headers, text = self.ask(host, path)
            where = headers.get("Location", "")
            if status not in (301, 302, 303) or not where:
                return status, headers, text, path
            if where.startswith(self.site.provider.place):
                connection = HTTPConnection("127.0.0.1", self.site.provider.server_address[1], timeout=30)
                connection.request("GET", where.removeprefix(self.site.provider.place))
                where = connection.getresponse().headers["Location"]
                connection.close()
            parts = urlsplit(where)
            assert not parts.netloc or parts.netloc == f"{host}:{self.site.port}", f"sent to {where}"
            path = parts.path + (f"?{parts.query}" if parts.query else "")
        raise AssertionError(f"sent around without end, at last to {path}")


def written(name: str, *changes: tuple[str, str]) -> str:
    text = (PROJECT / "deploy" / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, (name, before)
        text = text.replace(before, after)
    return text


def certificate(folder: Path) -> str:
    """Write a certificate for both names and return what nginx is told of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COUNTER)])
    names = x509.SubjectAlternativeName([x509.DNSName(n) for n in (COUNTER, DAGSTER)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"


def configure(folder: Path, provider: Provider, port: int, counter: int, dagster: int, party: int) -> list[list[str]]:
    """Write the files of `deploy/` for these ports and return the commands that serve by them."""
    known = certificate(folder)
    both = (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("# ssl_certificate …; ssl_certificate_key …;", known),
        ("127.0.0.1:4180", f"127.0.0.1:{party}"),
    )
    secret = ("/etc/nginx/observatory-secret.conf", f"{folder}/secret.conf")
    (folder / "secret.conf").write_text(f'proxy_set_header X-Observatory-Secret "{SECRET}";\n')
    (folder / "counter.conf").write_text(
        written("nginx-counter.conf", *both, secret, ("127.0.0.1:3002", f"127.0.0.1:{counter}"))
    )
    (folder / "dagster.conf").write_text(
        written("nginx-dagster.conf", *both, ("127.0.0.1:3000", f"127.0.0.1:{dagster}"))
    )
    places = "".join(f"{n}_temp_path {folder}/{n};" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    root = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {root} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        f"events {{}} http {{ access_log off; {places} include {folder}/counter.conf; include {folder}/dagster.conf; }}"
    )
    (folder / "oidc-secrets.conf").write_text(f"OIDCClientSecret s\nOIDCCryptoPassphrase {SECRET}\n")
    modules = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "rewrite", "auth_openidc")
    loaded = "\n".join(f"LoadModule {m}_module {MODULES}/mod_{m}.so" for m in modules)
    account = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    party_file = written(
        "apache-openidc.conf",
        ("https://identity.example.org", provider.place),
        ("/etc/apache2/observatory-openidc-secrets.conf", f"{folder}/oidc-secrets.conf"),
        ("127.0.0.1:4180", f"127.0.0.1:{party}"),
    )
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName {COUNTER}\nPidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\n"
        f"DefaultRuntimeDir {folder}\nMutex posixsem\n{account}{loaded}\n{party_file}"
    )
    return [
        [str(NGINX), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/nginx.log"],
        [str(APACHE), "-f", f"{folder}/apache.conf", "-DFOREGROUND"],
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pytest.importorskip("cryptography", reason="cryptography is not installed (test extras)")
    folder = tmp_path_factory.mktemp("nginx")
    provider = Provider()
    Thread(target=provider.serve_forever, daemon=True).start()
    port, counter, dagster, party = (free_port() for _ in range(4))
    home = folder / "home"
    home.mkdir(mode=0o700)
    settings = Settings(home=home).model_copy(
        update={
            "counter_secret": SecretStr(SECRET),
            "counter_roles": "reader=agents,team=rse,engineer=donnees",
            "web_hosts": COUNTER,
        }
    )
    servers = [
        served(create_app(settings), counter),
        served(Guard(interface, Doors.for_names([DAGSTER], only_posted=("/graphql",))), dagster),
    ]
    commands = configure(folder, provider, port, counter, dagster, party)
    processes = [subprocess.Popen(c, stderr=subprocess.DEVNULL, cwd=folder) for c in commands]
    try:
        until_open(counter, dagster, party, port)
        yield Site(port, provider, home)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)
        for server, thread in servers:
            server.should_exit = True
            thread.join(20)
        provider.shutdown()


def signed_in(site: Site, name: str, *groups: str, at: str = COUNTER, path: str = "/") -> Visitor:
    site.provider.person = {"sub": name, "email": f"{name}@example.org", "groups": list(groups)}
    visitor = Visitor(site)
    assert visitor.go(at, path)[0] in (200, 403)
    return visitor


def test_who_signs_in_comes_back_to_the_page_under_his_name_and_role(site: Site) -> None:
    site.provider.person = {"sub": "c", "email": "claire@example.org", "groups": ["rse", "autres"]}
    visitor = Visitor(site)
    status, headers, page, path = visitor.go(COUNTER, "/journal?lang=fr")
    assert (status, path) == (200, "/journal?lang=fr") and "claire@example.org, équipe RSE" in page
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    policies = " ".join(headers.get_all("Content-Security-Policy") or [])
    assert "default-src 'none'" in policies and "frame-ancestors 'none'" in policies
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Server"] == "nginx"
    # signed in once, the next page is there at once
    assert visitor.ask(COUNTER, "/tables")[0] == 200


def test_what_a_browser_says_of_itself_is_worth_nothing(site: Site) -> None:
    forged = {
        "X-Observatory-User": "chef",
        "X-Observatory-Roles": "donnees",
        "X-Observatory-Secret": SECRET,
        "X-Auth-Request-Email": "chef@example.org",
        "X-Auth-Request-Groups": "donnees",
    }
    nobody = Visitor(site).ask(COUNTER, "/", headers=forged)
    assert nobody[0] == 302 and nobody[1]["Location"].startswith(f"{site.provider.place}/authorize?")
    # a script that cannot show where to sign in is told so, and the place that only nginx asks is not there
    assert Visitor(site).ask(COUNTER, "/", headers={**forged, "Accept": "application/json"})[0] == 401
    assert Visitor(site).ask(COUNTER, "/oauth2/auth", headers=forged)[0] == 404
    reader = signed_in(site, "yann", "agents")
    assert "yann@example.org, lecture" in reader.ask(COUNTER, "/", headers=forged)[2]
    assert reader.ask(COUNTER, "/journal", headers=forged)[0] == 403
    stranger = signed_in(site, "paul", "visiteurs")
    status, _, page = stranger.ask(COUNTER, "/", headers=forged)
    assert status == 403 and "votre groupe n&#39;a pas accès" in page


def test_another_name_is_turned_away(site: Site) -> None:
    for name in ("elsewhere.example", "127.0.0.1", "localhost"):
        assert Visitor(site).ask(name, "/")[0] == 421, name
    # and by the guard, where the server in front let it pass
    visitor = signed_in(site, "claire", "rse")
    assert (
        visitor.ask(COUNTER, "/refresh", method="POST", body="a=b", headers={"Origin": "https://x.example"})[0] != 303
    )


def test_a_file_of_the_largest_size_passes_and_a_larger_one_is_told_why_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 2_000_000
    monkeypatch.setattr(uploading, "MAX_BYTES", most)
    monkeypatch.setattr(
        Jobs, "question", lambda self, kind, order, *, who, then=None, **about: self._new(kind, who, about)
    )
    visitor = signed_in(site, "claire", "rse")
    token = re.search(r'name="token" value="([0-9a-f]{64})"', visitor.ask(COUNTER, "/deposit")[2])
    assert token is not None

    def sent(size: int) -> tuple[int, str]:
        body = (
            f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token[1]}\r\n'
            '--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        ).encode()
        body += b"1" * size + b"\r\n--x--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        status, _, text = visitor.ask(COUNTER, "/deposit", method="POST", body=body, headers=headers)
        return status, text

    assert sent(most)[0] == 303
    [kept] = drops(site.home)
    assert (kept.who, [f.bytes for f in kept.files]) == ("claire@example.org", [most])
    for size in (most + 1, 5 * most):
        status, text = sent(size)
        assert status == 413 and "dépasse" in text, size
    assert len(drops(site.home)) == 1
    # what nginx lets through is what the counter answers about
    said = re.search(r"client_max_body_size (\d+)g;", (PROJECT / "deploy" / "nginx-counter.conf").read_text())
    assert said is not None and int(said[1]) * 2**30 > uploading.MAX_BODY


def test_dagsters_page_is_for_engineers_and_its_websocket_passes(site: Site) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="websockets is not installed (test extras)")
    from websockets.exceptions import InvalidStatus

    assert Visitor(site).ask(DAGSTER, "/runs")[0] == 302
    team = signed_in(site, "claire", "rse", at=DAGSTER)
    assert team.ask(DAGSTER, "/runs")[0] == 403
    engineer = signed_in(site, "zoe", "donnees", at=DAGSTER)
    status, headers, said = engineer.ask(DAGSTER, "/runs", headers={"Authorization": "Bearer x"})
    assert status == 200 and headers["Strict-Transport-Security"] and headers["X-Frame-Options"] == "DENY"
    # neither who it is nor anything that signs in reaches the page
    assert {"cookie", "authorization"} & set(json.loads(said)) == set()
    assert engineer.ask(DAGSTER, "/graphql?query=x")[0] == 405
    kept = "; ".join(f"{n}={v}" for n, v in engineer.cookies[DAGSTER].items())
    address = f"wss://{DAGSTER}:{site.port}/graphql"

    def opened(origin: str, cookie: str) -> Any:
        return client.connect(
            address,
            sock=socket.create_connection(("127.0.0.1", site.port)),
            ssl=ssl._create_unverified_context(),
            origin=origin,
            additional_headers={"Cookie": cookie},
        )

    with opened(f"https://{DAGSTER}:{site.port}", kept) as connection:
        connection.send("bonjour")
        assert connection.recv(10) == "bonjour"
    for origin, cookie in (("https://x.example", kept), (f"https://{DAGSTER}:{site.port}", "")):
        with pytest.raises(InvalidStatus):
            opened(origin, cookie)
