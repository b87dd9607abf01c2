// gzip as a content coding: whether a client accepts it, and a stream that compresses while it is written, so that the
// uncompressed page of 50 printers (1.2 MB) is never in memory.
// Wire example: "Accept-Encoding: gzip;q=1.0, identity; q=0.5"
#pragma once

#include <array>
#include <streambuf>
#include <string>
#include <string_view>

#include <zlib.h>

namespace agent::web::http {

/// Whether a client with these Accept-Encoding values (joined by commas) accepts gzip. Skips malformed parts.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Compresses the written bytes and appends them to a string. The result is complete after finish().
class GzipSink : public std::streambuf {
 public:
  explicit GzipSink(std::string& out);  ///< throws std::bad_alloc
  ~GzipSink() override;
  void finish();

 protected:
  int_type overflow(int_type c) override;

 private:
  void run(int flush);

  std::string& out_;
  z_stream deflate_{};
  std::array<char, 4096> plain_;  ///< a stream is written in pieces of a few bytes; deflate needs larger blocks
};

/// `plain`, compressed.
[[nodiscard]] std::string pack(std::string_view plain);

}  // namespace agent::web::http
