// Any bytes as what a client of the web server sends, in pieces: each answer is whole, with a known status, and no more
// answers than requests come. The first byte is the size of the pieces.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "agent/web/server/web_session.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;
namespace server = agent::web::server;

/// The client's bytes, then its end; collects what the server writes.
class FuzzStream final : public agent::web::http::WebStream {
 public:
  FuzzStream(boost::asio::io_context& io, std::string_view input, std::size_t piece, std::string& output)
      : io_(io), socket_(io), input_(input), piece_(piece), output_(output) {}

  void open(Done done) override { done({}); }
  void read_some(boost::asio::mutable_buffer into, Transferred done) override {
    const std::size_t bytes = std::min({into.size(), piece_, input_.size()});
    if (bytes > 0) std::memcpy(into.data(), input_.data(), bytes);
    input_.remove_prefix(bytes);
    boost::asio::post(
        io_, [done = std::move(done), bytes] { done(bytes > 0 ? Error() : Error(boost::asio::error::eof), bytes); });
  }
  void write(const Pieces& pieces, Transferred done) override {
    std::size_t bytes = 0;
    for (const auto& piece : pieces) {
      output_.append(static_cast<const char*>(piece.data()), piece.size());
      bytes += piece.size();
    }
    boost::asio::post(io_, [done = std::move(done), bytes] { done({}, bytes); });
  }
  void finish(Done done) override {
    boost::asio::post(io_, [done = std::move(done)] { done({}); });
  }
  Socket& socket() override { return socket_; }

 private:
  boost::asio::io_context& io_;
  Socket socket_;
  std::string_view input_;
  std::size_t piece_;
  std::string& output_;
};

struct Server {
  boost::asio::io_context io;
  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters counters;
  agent::snapshot::PublishedLinkQuality quality;
  agent::process::BuildInfo build{"1", "2", "3"};
  agent::metrics::MetricsCollector metrics{build, snapshots, log, counters};
  agent::web::api::WebContext web{build, snapshots, metrics, counters, "/metrics", quality};
  agent::web::api::WebRoutes routes{web};
  server::WebOptions options;
  agent::net::WebConnections connections{options.max_connections, options.max_waiting_bytes};
  server::WebEvents events{16, 12, [this] { return agent::web::api::printers_json(web); }};
  server::WebAccess access{"", [](const std::string&) {}};
  server::WebLogin login{io, counters};
  server::WebSessionContext context{options, routes, connections, counters, events, access, login};
};

/// Takes one answer from the front of `output` and returns its status.
unsigned take_answer(std::string_view& output) {
  const auto end = output.find("\r\n\r\n");
  claim(output.starts_with("HTTP/1.1 ") && end != std::string_view::npos, "an answer has a whole head");
  const std::string_view head = output.substr(0, end);
  output.remove_prefix(end + 4);
  unsigned status = 0;
  std::from_chars(head.data() + 9, head.data() + 12, status);
  claim(agent::web::http::status_text(status).starts_with(head.substr(9, 3)), "the status is known");
  if (head.find("text/event-stream") != std::string_view::npos) output = {};
  const auto length = head.find("Content-Length: ");
  if (length == std::string_view::npos) return status;
  std::size_t bytes = 0;
  std::from_chars(head.data() + length + 16, head.data() + head.size(), bytes);
  const bool has_no_body = output.empty() || output.starts_with("HTTP/1.1 ");  // the answer to HEAD
  claim(has_no_body || bytes <= output.size(), "a body is whole");
  if (!has_no_body) output.remove_prefix(bytes);
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& server = *new Server;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string output;
  auto stream = std::make_unique<FuzzStream>(server.io, input, data[0] % 64 + 1U, output);
  std::make_shared<server::WebSession>(std::move(stream), server.context)->start();
  server.io.restart();
  server.io.run();
  claim(server.connections.size() == 0, "a session ends with its connection");
  const auto lines = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n'));
  std::string_view rest = output;
  std::size_t answers = 0;
  for (; !rest.empty(); ++answers) claim(take_answer(rest) >= 200, "an answer is final");
  claim(answers <= lines + 1, "no more answers than requests");
  return 0;
}
