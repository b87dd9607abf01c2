#include "agent/web/server/web_server.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <set>
#include <thread>

#include "tests/unit/agent/fixtures/gunzip.h"
#include "tests/unit/agent/fixtures/web_bench.h"

using namespace std::chrono_literals;
using agent::web::server::WebOptions;
using agent::web::server::WebServer;
using test::Bench;
using test::kBuild;
using test::kGet;
using test::on_loopback;
using test::RawClient;

namespace {

/// False on a machine without IPv6: then there is nothing to listen on.
bool has_ipv6_loopback() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

/// Compressed, it is another page than that of kGet.
const std::string kGetPacked = "GET /metrics HTTP/1.1\r\nHost: pi\r\nAccept-Encoding: gzip\r\n\r\n";

/// 50 printers: a page of a megabyte, more than socket buffers hold.
void publish_fleet(Bench& bench) {
  for (int i = 0; i < 50; ++i)
    bench.snapshots.publish(sample::printing_mk3s(std::to_string(i), agent::process::monotonic_now()));
}

/// Takes every descriptor that the process may still open, under a limit lowered to 64.
class AllDescriptorsTaken {
 public:
  AllDescriptorsTaken() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{std::min<rlim_t>(before_.rlim_cur, 64), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~AllDescriptorsTaken() {
    for (const int fd : taken_) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  AllDescriptorsTaken(const AllDescriptorsTaken&) = delete;
  AllDescriptorsTaken& operator=(const AllDescriptorsTaken&) = delete;

  void give_back_one() {
    ::close(taken_.back());
    taken_.pop_back();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

}  // namespace

TEST_CASE("a scrape over HTTP shows the printer") {
  Bench bench;
  auto client = bench.connect();
  client.send(kGet);
  const auto response = client.response();
  CHECK(response.status == 200);
  CHECK(response.fields.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(response.fields.at("connection") == "keep-alive");
  CHECK(exposition::parse(response.body).value(R"(marlin_up{printer="mk3"})") == 1);
}

TEST_CASE("scrapes run while snapshots are published") {
  Bench bench;
  std::atomic<bool> done{false};
  std::thread io([&] {
    while (!done) bench.snapshots.publish(sample::printing_mk3s("mk3", agent::process::monotonic_now()));
  });
  for (int i = 0; i < 50; ++i) bench.check_alive();
  done = true;
  io.join();
}

TEST_CASE("gzip is sent to a client that accepts it and is the same page") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /metrics HTTP/1.1\r\nHost: pi\r\nAccept-Encoding: deflate\r\nAccept-Encoding: gzip\r\n\r\n");
  const auto response = client.response();
  CHECK(response.fields.at("content-encoding") == "gzip");
  CHECK(exposition::parse(test::gunzip(response.body)).value(R"(marlin_up{printer="mk3"})") == 1);
}

TEST_CASE("HEAD gives the head of GET and no body") {
  Bench bench;
  auto client = bench.connect();
  client.send("HEAD /metrics HTTP/1.1\r\nHost: pi\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: pi\r\n\r\n");
  const auto found = client.response(false);
  CHECK(found.status == 200);
  CHECK(std::stoi(found.fields.at("content-length")) > 10'000);
  CHECK(client.response(false).status == 404);  // so nothing was sent between the two
}

TEST_CASE("requests in one chunk are answered one after the other") {
  Bench bench;
  auto client = bench.connect();
  std::string all;
  for (int i = 0; i < 30; ++i) all += kGet + "GET /healthz HTTP/1.1\r\nHost: pi\r\n\r\n";
  client.send(all);
  for (int i = 0; i < 30; ++i) {
    CHECK(client.response().body.size() > 10'000);
    CHECK(client.response().body == "ok\n");
  }
}

TEST_CASE("a request may arrive one byte at a time, after empty lines, and in absolute form") {
  Bench bench;
  auto client = bench.connect();
  REQUIRE(client.send("\r\n\r\n"));
  for (const char c : kGet) REQUIRE(client.send({&c, 1}));
  CHECK(client.response().status == 200);
  client.send("GET http://pi:11520/healthz?x=1 HTTP/1.1\r\nHost: pi\r\n\r\n");
  CHECK(client.response().body == "ok\n");
}

TEST_CASE("HTTP/1.0 gets its answer and the end of the connection") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  const auto response = client.response();
  CHECK(response.body == "ok\n");
  CHECK(response.fields.at("connection") == "close");
  CHECK(client.is_closed());
}

TEST_CASE("100 half-open and 100 idle clients delay no scrape") {
  Bench bench;
  std::vector<RawClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(bench.connect());
    clients.push_back(bench.connect());
    clients.back().send("GET /metrics HT");
  }
  for (int i = 0; i < 20; ++i) bench.check_alive();  // a scrape that waits for one of them fails by its deadline
}

TEST_CASE("clients that do not read delay no scrape, even of a megabyte") {
  Bench bench;
  publish_fleet(bench);
  std::vector<RawClient> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(bench.connect(4096));
    readers.back().send(kGet);
  }
  auto health = bench.connect();
  health.send("GET /healthz HTTP/1.1\r\nHost: pi\r\n\r\n");
  CHECK(health.response().status == 200);
  auto client = bench.connect();
  // Refused while all the others are new; a second later the slowest of them is closed.
  int status = 503;
  for (const auto begin = std::chrono::steady_clock::now();
       status == 503 && std::chrono::steady_clock::now() - begin < 20s;) {
    client.send(kGet);
    status = client.response().status;
  }
  CHECK(status == 200);
}

TEST_CASE("beyond the limit of connections the oldest idle one is closed") {
  auto options = on_loopback();
  options.max_connections = 5;
  Bench bench(options);
  auto active = bench.connect();
  active.send(kGet);
  CHECK(active.response().status == 200);
  std::vector<RawClient> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(bench.connect());
    bench.check_alive();
  }
  CHECK(active.is_closed());
  CHECK(idle.front().is_closed());
  CHECK(bench.counters.dropped_connections() > 0);
}

TEST_CASE("without free file descriptors open connections are served, and new ones when some are free again") {
  Bench bench;
  auto open = bench.connect();
  open.send("GET /healthz HTTP/1.1\r\nHost: pi\r\n\r\n");  // the metrics page would be shared with the requests below
  CHECK(open.response().status == 200);
  std::optional<AllDescriptorsTaken> taken(std::in_place);
  taken->give_back_one();
  auto newcomer = bench.connect();  // takes that one: there is none for the server's end
  newcomer.send(kGet);
  std::vector<decltype(open.response())> responses;
  for (int i = 0; i < 3; ++i) {
    open.send(kGet);
    responses.push_back(open.response());
  }
  taken.reset();  // before any CHECK: the sanitizer's check of a virtual table needs a descriptor too
  for (const auto& response : responses) {
    CHECK(response.status == 200);
    CHECK_FALSE(exposition::parse(response.body).has_family("process_open_fds"));
  }
  CHECK(newcomer.response().status == 200);
}

TEST_CASE("a client that does not finish a header in time gets an error and is closed, a silent one is closed") {
  auto options = on_loopback();
  options.header_timeout = options.idle_timeout = 50ms;
  Bench bench(options);
  auto half = bench.connect();
  half.send("GET /metrics HTTP/1.1\r\n");
  CHECK(half.response().status == 408);
  CHECK(half.is_closed());
  CHECK(bench.connect().is_closed());
  auto idle = bench.connect();
  idle.send(kGet);
  CHECK(idle.response().status == 200);
  CHECK(idle.is_closed());
  const auto timeouts = std::find(agent::snapshot::kRefusalCodes.begin(), agent::snapshot::kRefusalCodes.end(), 408) -
                        agent::snapshot::kRefusalCodes.begin();
  CHECK(bench.counters.refusals(static_cast<std::size_t>(timeouts)) == 1);
}

TEST_CASE("a client that does not read an answer in time is closed") {
  auto options = on_loopback();
  options.write_timeout = 50ms;
  Bench bench(options);
  publish_fleet(bench);
  auto slow = bench.connect(4096);
  slow.send(kGet);
  CHECK(slow.is_reset());
  bench.check_alive();
}

TEST_CASE("IPv6 and IPv4 are served on every address and on one") {
  if (!has_ipv6_loopback()) {
    WARN("skipped: this machine has no IPv6 loopback");
    return;
  }
  auto options = on_loopback();
  options.listen_addresses = {"[::1]:0", ":0", "[::]:0", "localhost:0"};
  Bench bench(options);
  REQUIRE(bench.server.addresses().size() == 4);
  for (const auto& address : bench.server.addresses()) {
    INFO(address);
    RawClient client(address);
    client.send(kGet);
    CHECK(client.response().status == 200);
  }
  const auto& all = bench.server.addresses()[1];
  CHECK_THAT(all, Catch::StartsWith("[::]:"));
  RawClient over_v4("127.0.0.1" + all.substr(all.rfind(':')));
  over_v4.send(kGet);
  CHECK(over_v4.response().status == 200);
}

TEST_CASE("the same port can be used once on IPv4 and once on IPv6") {
  if (!has_ipv6_loopback()) {
    WARN("skipped: this machine has no IPv6 loopback");
    return;
  }
  // A free port for both is found by trying: another process may take it in between.
  for (int attempt = 0; attempt < 50; ++attempt) {
    Bench probe;
    const auto& first = probe.server.addresses().at(0);
    const auto port = first.substr(first.rfind(':'));
    probe.server.stop();
    auto options = on_loopback();
    options.listen_addresses = {"0.0.0.0" + port, "[::]" + port};
    try {
      Bench bench(options);
      CHECK(bench.server.addresses() == options.listen_addresses);
      return;
    } catch (const std::runtime_error&) {}
  }
  FAIL("no port was free on both");
}

TEST_CASE("an address in use is named with the reason, and nothing listens afterwards") {
  Bench first;
  const auto& taken = first.server.addresses().at(0);
  auto options = on_loopback();
  options.listen_addresses = {"127.0.0.1:0", taken};
  agent::snapshot::WebCounters counters;
  WebServer second(options, kBuild, first.snapshots, first.log, counters, first.quality);
  CHECK_THROWS_WITH(second.start(), "cannot listen on " + taken + ": Address already in use");
  CHECK(second.addresses().empty());
  first.check_alive();
}

TEST_CASE("an invalid address is refused with its text") {
  auto options = on_loopback();
  options.listen_addresses = {"192.0.2.1:0"};
  CHECK_THROWS_WITH(Bench(options), "cannot listen on 192.0.2.1:0: Cannot assign requested address");
  options.listen_addresses = {"11520"};
  CHECK_THROWS_WITH(Bench(options), Catch::Contains("cannot listen on 11520: expected HOST:PORT"));
}

TEST_CASE("a telemetry path without a slash is refused") {
  auto options = on_loopback();
  options.telemetry_path = "metrics";
  CHECK_THROWS_WITH(Bench(options), Catch::Contains("must begin with /"));
}

TEST_CASE("stopping closes every connection and frees the port, and can be repeated") {
  Bench bench;
  const auto address = bench.server.addresses().at(0);
  auto idle = bench.connect();
  auto half = bench.connect();
  half.send("GET /");
  bench.check_alive();
  bench.server.stop();
  bench.server.stop();
  CHECK(idle.is_closed());
  CHECK(half.is_closed());
  auto options = on_loopback();
  options.listen_addresses = {address};
  WebServer next_instance(options, kBuild, bench.snapshots, bench.log, bench.counters, bench.quality);
  next_instance.start();
  CHECK(next_instance.addresses().at(0) == address);
}

TEST_CASE("a server that was never started can be stopped") {
  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters counters;
  agent::snapshot::PublishedLinkQuality quality;
  WebServer server(on_loopback(), kBuild, snapshots, log, counters, quality);
  server.stop();
}

TEST_CASE("scrapes and refusals are counted by their code") {
  Bench bench;
  bench.check_alive();
  auto client = bench.connect();
  client.send("POST /metrics HTTP/1.1\r\nHost: pi\r\n\r\nGET /x HTTP/1.1\r\nHost: pi\r\n\r\n" + kGetPacked);
  CHECK(client.response().status == 405);
  CHECK(client.response().status == 404);
  const auto page = exposition::parse(test::gunzip(client.response().body));
  CHECK(page.value(R"(marlin_agent_scrapes_total{code="200"})") == 1);  // the page cannot count itself
  CHECK(page.value(R"(marlin_agent_scrapes_total{code="405"})") == 1);
  CHECK(page.value(R"(marlin_agent_http_refusals_total{code="404"})") == 1);
  CHECK(page.value(R"(marlin_agent_http_refusals_total{code="405"})") == 1);
}

TEST_CASE("a request that is refused because of its transfer coding is counted") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /x HTTP/1.1\r\nHost: pi\r\nTransfer-Encoding: xchunked\r\n\r\n");
  CHECK(client.response().status == 501);
  auto other = bench.connect();
  other.send(kGet);
  CHECK(exposition::parse(other.response().body).value(R"(marlin_agent_http_refusals_total{code="501"})") == 1);
}

TEST_CASE("a client that sends many requests and reads nothing has one answer in flight beyond its own buffer") {
  Bench bench;
  auto greedy = bench.connect(4096);
  std::string all;
  for (int i = 0; i < 100; ++i) all += kGetPacked;
  greedy.send(all);
  constexpr int kOthers = 50;
  for (int i = 0; i < kOthers; ++i) bench.check_alive();
  CHECK(bench.counters.scrapes(0) >= kOthers + 1);
  CHECK(bench.counters.scrapes(0) <= kOthers + 4);
}

TEST_CASE("a flood of scrapes shares the rendered pages") {
  Bench bench;
  auto client = bench.connect();
  std::string all;
  for (int i = 0; i < 200; ++i) all += kGet;
  std::thread sender([&] { client.send(all); });
  std::set<std::string> pages;  // each has the number of the scrapes before it
  for (int i = 0; i < 200; ++i) pages.insert(client.response().body);
  sender.join();
  CHECK(pages.size() < 100);
}
