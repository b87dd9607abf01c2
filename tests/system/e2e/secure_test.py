"""TLS and passwords against curl and against a real Prometheus: only clients with permission can read."""
import os
import shutil
import socket
import ssl
import subprocess

from rig import Agent, Process, claim, expect, free_port, run_claims, wait_until

# htpasswd -nbBC 4: of "right horse"; the cost is low so that the test is quick
HASH = "$2y$04$Nb8Qm2Xw1Zt5Yc7Vd9Rk3u1pglydETE44xlCrUbXh2JQMG3lFXRl2"
PASSWORD = "right horse"


class Authority:
    """A certificate authority for this test, made by openssl."""

    def __init__(self, rig):
        self.folder = os.path.join(rig.directory, "tls")
        os.makedirs(self.folder, exist_ok=True)
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign",  # Python 3.13 wants it
                     "-keyout", "ca.key", "-out", "ca.crt")

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=False)
        expect(done.returncode == 0, "openssl: " + done.stderr.decode()[-500:])

    def issue(self, name, subject, alternative):
        """NAME.key and NAME.crt, each replaced atomically."""
        with open(os.path.join(self.folder, "san"), "w", encoding="ascii") as file:
            file.write(f"subjectAltName={alternative}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={subject}",
                     "-keyout", "new.key", "-out", "new.csr")
        self.openssl("x509", "-req", "-in", "new.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-extfile", "san", "-out", "new.crt")
        self.put_in_place(name)

    def forge(self, name, alternative):
        """The same without an authority: a self-signed certificate."""
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                     f"/CN={name}", "-addext", f"subjectAltName={alternative}", "-keyout", "new.key", "-out", "new.crt")
        self.put_in_place(name)

    def put_in_place(self, name):
        for kind in ("key", "crt"):
            os.replace(os.path.join(self.folder, f"new.{kind}"), os.path.join(self.folder, f"{name}.{kind}"))

    def path(self, name):
        return os.path.join(self.folder, name)


def write_web_config(authority, text):
    path = authority.path("web.yml")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return path


TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key%s}\n"
USERS = f"basic_auth_users: {{prometheus: {HASH}}}\n"


def start(rig, web_config):
    """An agent whose printer is not plugged in: only access matters here."""
    return rig.keep(Agent(rig, os.path.join(rig.directory, "absent.tty"), "--web.config.file", web_config))


def curl(agent, *arguments, path="/metrics", scheme="https"):
    """Status and the whole output; the status is 0 if there was no answer."""
    done = subprocess.run(["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", *arguments,
                           f"{scheme}://127.0.0.1:{agent.port}{path}"], capture_output=True, check=False)
    output = done.stdout.decode(errors="replace")
    return int(output.rsplit("\n", 1)[-1] or 0), output + done.stderr.decode(errors="replace")


def wait_for_server(agent, *arguments):
    wait_until("the web server answers", lambda: curl(agent, *arguments)[0] != 0, 30, 0.1)


def our_own_tools(rig, agent, authority):
    """marlin-agent metrics and export get access by the same rules."""
    password = authority.path("password")
    with open(password, "w", encoding="ascii") as file:
        file.write(PASSWORD + "\n")
    url = f"https://127.0.0.1:{agent.port}"
    ca, user = ("--ca", authority.path("ca.crt")), ("--user", "prometheus", "--password-file", password)

    def tool(*words):
        done = subprocess.run([rig.agent, *words], capture_output=True, timeout=60, check=False)
        return done.returncode, (done.stdout + done.stderr).decode()
    for access in (ca, ("--insecure",)):
        status, said = tool("metrics", url, *access, *user)
        expect(status == 0 and "marlin_up" in said, f"metrics {access}: {said[:300]}")
    status, said = tool("metrics", url, *ca)
    expect(status == 3 and "HTTP 401" in said, f"metrics without a password: {said[:300]}")
    status, said = tool("metrics", url, *user)
    expect(status == 3 and "certificate" in said, f"metrics without the authority: {said[:300]}")
    status, said = tool("export", "--from-agent", "--agent", url, *ca, *user)
    expect(status == 1 and "no data" in said, f"export of a printer that is not there: {said[:300]}")


@claim("with TLS and passwords curl and a real Prometheus that have both are admitted, others get 401, plain HTTP an explanation")
def secured(rig, _):
    authority = Authority(rig)
    authority.issue("server", "marlin", "IP:127.0.0.1,DNS:localhost")
    agent = start(rig, write_web_config(authority, TLS % "" + USERS))
    ca = ("--cacert", authority.path("ca.crt"))
    user = ("-u", f"prometheus:{PASSWORD}")
    wait_for_server(agent, *ca)
    for path in ("/metrics", "/", "/healthz", "/api/v1/printers", "/api/v1/events", "/nothing"):
        status, said = curl(agent, *ca, "-i", path=path)
        expect(status == 401 and 'WWW-Authenticate: Basic realm="marlin-agent"' in said, f"{path} without a password: {said[:300]}")
        expect("marlin_up" not in said, "401 and the metrics")
    status, said = curl(agent, *ca, "-u", "prometheus:wrong")
    expect(status == 401 and "the name or the password is wrong" in said, f"a wrong password: {said[:300]}")
    status, said = curl(agent, *ca, *user)
    expect(status == 200, f"the right password: {said[:300]}")
    expect("marlin_agent_http_failed_logins_total 1\n" in said, "the failed login was not counted")
    expect(curl(agent, *user)[0] == 0, "a certificate of an unknown authority was accepted")
    status, said = curl(agent, scheme="http")
    expect("This is an HTTPS server" in said, f"plain HTTP got {said[:300]}")
    expect(curl(agent, *ca, *user, "--tlsv1.2", "--tls-max", "1.2")[0] == 200, "TLS 1.2 was refused")
    expect("https://127.0.0.1" in agent.output(), "the log does not say https")
    our_own_tools(rig, agent, authority)

    port = free_port()
    config = os.path.join(rig.directory, "prometheus.yml")
    with open(config, "w", encoding="ascii") as file:
        for job, password in (("good", PASSWORD), ("bad", "wrong")):
            if job == "good":
                file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n")
            file.write(f"- job_name: {job}\n  scheme: https\n  tls_config: {{ca_file: {authority.path('ca.crt')}}}\n"
                       f"  basic_auth: {{username: prometheus, password: {password}}}\n"
                       f"  static_configs: [{{targets: ['127.0.0.1:{agent.port}']}}]\n")
    rig.keep(Process(rig.directory, "prometheus", [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={os.path.join(rig.directory, 'tsdb')}",
        f"--web.listen-address=127.0.0.1:{port}"]))

    def up(job):
        done = subprocess.run(["curl", "-s", "--max-time", "10", "-G", f"http://127.0.0.1:{port}/api/v1/query", "--data-urlencode",
                               f'query=up{{job="{job}"}}'], capture_output=True, check=False).stdout.decode()
        return done.split('"value":[', 1)[-1].split('"')[1] if '"value":[' in done else None
    wait_until("Prometheus with the password has up 1", lambda: up("good") == "1", 60, 0.3)
    wait_until("Prometheus with a wrong one has up 0", lambda: up("bad") == "0", 60, 0.3)
    expect(up("good") == "1", "the wrong Prometheus blocks the right one")


@claim("a flood of wrong passwords gets 429, which is counted, and a client that has logged in before is not locked out")
def flooded(rig, _):
    authority = Authority(rig)
    agent = start(rig, write_web_config(authority, USERS))
    user = ("-u", f"prometheus:{PASSWORD}")
    wait_until("the web server answers", lambda: curl(agent, scheme="http")[0] != 0, 30, 0.1)
    expect(curl(agent, *user, scheme="http")[0] == 200, "the right password")
    answers = [curl(agent, "-u", f"prometheus:wrong{number}", scheme="http")[0] for number in range(12)]
    expect(answers[:5] == [401] * 5 and 429 in answers and set(answers) == {401, 429}, f"wrong passwords got {answers}")
    status, said = curl(agent, *user, scheme="http")
    expect(status == 200, f"the known client got {status}")
    counted = float(said.split('marlin_agent_http_refusals_total{code="429"} ', 1)[1].split("\n", 1)[0])
    expect(counted == answers.count(429), f"{counted} of {answers.count(429)} answers were counted")


@claim("certificates in the file itself, any client certificate with an allowed name, and a rate limit work as in the exporters")
def as_in_exporters(rig, _):
    authority = Authority(rig)
    authority.issue("server", "marlin", "IP:127.0.0.1,DNS:localhost")
    authority.forge("friend", "DNS:prometheus.lan")
    authority.forge("stranger", "DNS:other.lan")

    def pem(name):
        with open(authority.path(name), encoding="ascii") as file:
            return "".join("    " + line for line in file)
    text = (f"tls_server_config:\n  cert: |\n{pem('server.crt')}  key: |\n{pem('server.key')}"
            "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [prometheus.lan]\n"
            "rate_limit: {interval: 1h, burst: 2}\n")
    agent = start(rig, write_web_config(authority, text))
    ca = ("--cacert", authority.path("ca.crt"))

    def client(name):
        return ("--cert", authority.path(name + ".crt"), "--key", authority.path(name + ".key"))
    wait_until("the port is open", lambda: socket.socket().connect_ex(("127.0.0.1", agent.port)) == 0, 30, 0.1)
    expect(curl(agent, *ca)[0] == 0, "a client without a certificate was admitted")
    expect(curl(agent, *ca, *client("stranger"))[0] == 0, "a certificate with another name was admitted")
    statuses = [curl(agent, *ca, *client("friend"))[0] for _ in range(3)]
    expect(statuses == [200, 200, 429], f"the right certificate got {statuses}")


def resumes(agent, authority):
    """Whether a client that presents its certificate resumes its session in a second connection."""
    context = ssl.create_default_context(cafile=authority.path("ca.crt"))
    context.load_cert_chain(authority.path("client.crt"), authority.path("client.key"))
    session, reused = None, False
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", agent.port), 20) as plain, \
                context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as stream:
            stream.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            expect(b" 200 OK" in stream.recv(4096), "no answer to a client with its certificate")
            session, reused = stream.session, stream.session_reused
    return reused


@claim("only clients with a certificate of the authority are admitted, and of those only the named ones")
def client_certificates(rig, _):
    authority = Authority(rig)
    authority.issue("server", "marlin", "IP:127.0.0.1")
    authority.issue("client", "prometheus", "DNS:prometheus.lan")
    rules = ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans: [%s], min_version: TLS13"
    agent = start(rig, write_web_config(authority, TLS % (rules % "prometheus.lan")))
    ca = ("--cacert", authority.path("ca.crt"))
    shown = ("--cert", authority.path("client.crt"), "--key", authority.path("client.key"))
    wait_for_server(agent, *ca, *shown)
    expect(curl(agent, *ca, *shown)[0] == 200, "the right certificate was refused")
    expect(curl(agent, *ca)[0] == 0, "a client without a certificate was admitted")
    expect(curl(agent, *ca, *shown, "--tls-max", "1.2")[0] == 0, "TLS 1.2 was accepted below min_version")
    authority.forge("self_signed", "DNS:prometheus.lan")
    self_signed = ("--cert", authority.path("self_signed.crt"), "--key", authority.path("self_signed.key"))
    expect(curl(agent, *ca, *self_signed)[0] == 0, "a self-signed certificate was admitted by its name")
    expect(resumes(agent, authority), "a session with a client's certificate is not resumed")
    write_web_config(authority, TLS % (rules % "somebody.else"))
    wait_until("the changed rule is in effect", lambda: curl(agent, *ca, *shown)[0] == 0, 20, 0.2)
    write_web_config(authority, TLS % ", max_version: TLS12")
    wait_until("the rule without certificates is in effect", lambda: curl(agent, *ca)[0] == 200, 20, 0.2)
    expect(curl(agent, *ca, "--tlsv1.3")[0] == 0, "TLS 1.3 was accepted above max_version")


@claim("a renewed certificate is served without a signal; a faulty one is reported, and the old one stays in use")
def renewal(rig, _):
    authority = Authority(rig)
    authority.issue("server", "first", "IP:127.0.0.1")
    web_config = write_web_config(authority, TLS % "")
    agent = start(rig, web_config)
    ca = ("--cacert", authority.path("ca.crt"))
    wait_for_server(agent, *ca)
    subject = lambda: curl(agent, *ca, "-v")[1]
    expect("CN=first" in subject(), "not the first certificate")
    authority.issue("server", "second", "IP:127.0.0.1")
    wait_until("the renewed certificate is served", lambda: "CN=second" in subject(), 20, 0.2)
    with open(authority.path("server.crt"), "w", encoding="ascii") as file:
        file.write("no certificate\n")
    wait_until("the faulty file is named in the log", lambda: "server.crt: no certificate in PEM format" in agent.output() or subject() and False, 20, 0.2)
    expect("CN=second" in subject(), "the old certificate is gone")
    agent.signal(1)
    wait_until("the log reports the failed reload", lambda: "nothing was changed" in agent.output(), 20, 0.2)
    # published with the next refresh, a tenth of a second later
    wait_until("the failed reload shows", lambda: "marlin_agent_config_last_reload_successful 0" in curl(agent, *ca)[1], 20, 0.05)


@claim("a key that comes after the file that names it is served without a signal, and a reload that says it read the file did")
def late_key(rig, _):
    authority = Authority(rig)
    for name in ("server", "other"):
        authority.issue(name, name, "IP:127.0.0.1")
    agent = start(rig, write_web_config(authority, TLS % ""))
    ca = ("--cacert", authority.path("ca.crt"))
    wait_for_server(agent, *ca)
    subject = lambda: curl(agent, *ca, "-v")[1]
    os.rename(authority.path("other.key"), authority.path("later.key"))
    write_web_config(authority, "tls_server_config: {cert_file: other.crt, key_file: other.key}\n")
    wait_until("the missing key is reported", lambda: subject() and "other.key: cannot be read" in agent.output(), 20, 0.2)
    expect("CN=server" in subject() and agent.output().count("other.key: cannot be read") == 1, "it is not reported once")
    os.rename(authority.path("later.key"), authority.path("other.key"))
    wait_until("the new certificate is served", lambda: "CN=other" in subject(), 20, 0.2)


@claim("an agent with a wrong file does not start and reports file, key and reason")
def refused(rig, _):
    authority = Authority(rig)
    authority.issue("server", "marlin", "IP:127.0.0.1")
    authority.issue("other", "other", "IP:127.0.0.1")
    for text, reason in ((TLS % "" + "basic_auth_users: {max: secret}\n", "basic_auth_users.max: expected a bcrypt hash"),
                         ("tls_server_config: {cert_file: absent.crt, key_file: server.key}\n", "tls/absent.crt: cannot be read: No such file"),
                         ("tls_server_config: {cert_file: server.crt, key_file: other.key}\n", "tls_server_config.key_file: "),
                         ("tls_server_config: {cert_file: server.key, key_file: server.key}\n", "tls/server.key: no certificate in PEM format")):
        agent = start(rig, write_web_config(authority, text))
        wait_until("the agent ended", lambda: not agent.is_running(), 20, 0.05)
        said = agent.output()
        expect(agent.child.returncode != 0 and authority.path("web.yml") in said and reason in said, f"it said {said[-400:]}")
        os.unlink(agent.log_path)


@claim("without the module of TLS the agent reports this at the start, and a reload that needs it changes nothing")
def without_module(rig, _):
    authority = Authority(rig)
    authority.issue("server", "marlin", "IP:127.0.0.1")
    alone = os.path.join(rig.directory, "alone")
    os.makedirs(alone, exist_ok=True)
    rig.agent = shutil.copy(rig.agent, alone)
    web_config = write_web_config(authority, TLS % "")
    agent = start(rig, web_config)
    wait_until("the agent ended", lambda: not agent.is_running(), 20, 0.05)
    said = agent.output()
    expect(agent.child.returncode != 0 and f"{web_config}: needs " in said and "marlin-agent-access.so" in said, f"it said {said[-400:]}")
    os.unlink(agent.log_path)

    config = os.path.join(rig.directory, "agent.toml")
    printer = f"[printer.mk3]\ndevice = \"{rig.directory}/absent.tty\"\n"
    with open(config, "w", encoding="ascii") as file:
        file.write(printer)
    agent = rig.keep(Agent(rig, None, config=config))
    wait_for_plain = lambda: curl(agent, scheme="http")[0] == 200
    wait_until("the web server answers", wait_for_plain, 30, 0.1)
    with open(config, "w", encoding="ascii") as file:
        file.write(printer + f"[web]\nconfig_file = \"{web_config}\"\n")
    agent.signal(1)
    wait_until("the log reports the failed reload", lambda: "nothing was changed" in agent.output(), 20, 0.1)
    expect("marlin-agent-access.so" in agent.output() and wait_for_plain(), "it does not continue as before: " + agent.output()[-400:])


run_claims()
