#include "agent/web/http/web_stream.h"

#include <boost/asio/write.hpp>

namespace agent::web::http {
namespace {

class PlainStream final : public WebStream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  void open(Done done) override { done({}); }
  void read_some(boost::asio::mutable_buffer into, Transferred done) override {
    socket_.async_read_some(into, std::move(done));
  }
  void write(const Pieces& pieces, Transferred done) override {
    boost::asio::async_write(socket_, pieces, std::move(done));
  }
  void finish(Done done) override {
    Error fault;
    socket_.shutdown(Socket::shutdown_send, fault);
    done(fault);
  }
  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<WebStream> plain_stream(WebStream::Socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace agent::web::http
