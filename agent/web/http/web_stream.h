// The bytes of one HTTP connection, whether TLS lies between or not: the session does not know which.
// Every operation completes once, by its handler; not more than one read and one write at a time.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace agent::web::http {

class WebStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Error = boost::system::error_code;
  using Done = std::function<void(Error)>;
  using Transferred = std::function<void(Error, std::size_t)>;
  using Pieces = std::array<boost::asio::const_buffer, 2>;

  virtual ~WebStream() = default;
  /// Before anything else.
  virtual void open(Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer into, Transferred done) = 0;
  /// All of both.
  virtual void write(const Pieces& pieces, Transferred done) = 0;
  /// Tells the other side that nothing follows; what it still sends can be read.
  virtual void finish(Done done) = 0;
  /// For its options, cancel() and close().
  virtual Socket& socket() = 0;
};

[[nodiscard]] std::unique_ptr<WebStream> plain_stream(WebStream::Socket socket);

}  // namespace agent::web::http
