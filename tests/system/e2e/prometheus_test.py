"""A real Prometheus scrapes a real agent: the exposition is checked by promtool and by queries."""
import json
import os
import urllib.parse
import urllib.request

from print_client import PrintClient, commands_of, load
from rig import FULL, BUNNY, Process, claim, expect, free_port, promtool_finds_nothing, run_claims, wait_until


class Prometheus(Process):
    def __init__(self, rig, target):
        self.port = free_port()
        config = os.path.join(rig.directory, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
                       "scrape_configs:\n- job_name: marlin\n  static_configs: [{targets: ['%s']}]\n" % target)
        super().__init__(rig.directory, "prometheus", [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={os.path.join(rig.directory, 'tsdb')}",
            f"--web.listen-address=127.0.0.1:{self.port}"])

    def query(self, expression):
        """The instant vector as a list of (labels, value)."""
        url = f"http://127.0.0.1:{self.port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                result = json.load(answer)["data"]["result"]
        except OSError:
            return []
        return [(sample["metric"], float(sample["value"][1])) for sample in result]

    def value(self, expression):
        result = self.query(expression)
        return result[0][1] if result else None

    def wait_for(self, expression, wanted, seconds=30):
        wait_until(f"{expression} is {wanted}", lambda: self.value(expression) == wanted, seconds, 0.2)


@claim("a real Prometheus sees the printer appear, print and disappear, without a stale value, and promtool finds no fault")
def scraped(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", "--instant-moves")
    agent = rig.start_agent(printer.device)
    prometheus = rig.keep(Prometheus(rig, f"127.0.0.1:{agent.port}"))
    agent.wait_for_up()
    promtool_finds_nothing(agent)
    prometheus.wait_for("up", 1)
    prometheus.wait_for("marlin_up", 1)
    prometheus.wait_for('count(marlin_temperature_celsius{sensor=~"tool0|bed"})', 2)  # in the first report after that

    agent.wait_for_port()
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    lines = load(BUNNY, 3000)
    count = len(commands_of(lines))
    client.print_and_wait(lines, 120)
    promtool_finds_nothing(agent)
    prometheus.wait_for("marlin_host_connected", 1)
    wait_until("the host's lines were counted",
               lambda: (prometheus.value('marlin_commands_total{origin="host"}') or 0) >= count, 15, 0.2)
    wait_until("the ok latency has samples",
               lambda: (prometheus.value("sum(marlin_ok_latency_seconds_count)") or 0) >= count, 15, 0.2)
    client.disconnect()
    prometheus.wait_for("marlin_host_connected", 0)

    printer.command("unplug")
    prometheus.wait_for("marlin_up", 0)
    wait_until("the temperatures went stale immediately", lambda: not prometheus.query("marlin_temperature_celsius"), 10, 0.2)
    expect(prometheus.value("up") == 1, "the target itself is down")
    promtool_finds_nothing(agent)
    printer.command("replug")
    prometheus.wait_for("marlin_up", 1, 40)
    wait_until("the temperatures are back", lambda: prometheus.query("marlin_temperature_celsius"), 20, 0.2)
    failed = prometheus.value("sum(count_over_time(up[5m]) - sum_over_time(up[5m]))")
    # A scrape may take a second on a busy machine; only a campaign has an idle one.
    most = 0 if FULL else prometheus.value("sum(count_over_time(up[5m]))") / 5
    expect((failed or 0) <= most, f"{failed} scrapes failed")


run_claims()
