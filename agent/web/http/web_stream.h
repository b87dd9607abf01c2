// The bytes of one HTTP connection, with or without TLS; the session does not know which. Every operation calls its
// handler once. At most one read and one write at a time.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

namespace agent::web::http {

class WebStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Error = boost::system::error_code;
  using Done = std::function<void(Error)>;
  using Transferred = std::function<void(Error, std::size_t)>;
  using Pieces = std::array<boost::asio::const_buffer, 2>;

  virtual ~WebStream() = default;
  /// Call it first.
  virtual void open(Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer into, Transferred done) = 0;
  /// Writes both completely.
  virtual void write(const Pieces& pieces, Transferred done) = 0;
  /// Ends the sending direction; bytes from the other side can still be read.
  virtual void finish(Done done) = 0;
  /// For socket options, cancel() and close().
  virtual Socket& socket() = 0;
};

[[nodiscard]] std::unique_ptr<WebStream> plain_stream(WebStream::Socket socket);

}  // namespace agent::web::http
