// gzip as a content coding: whether a client accepts it, and a stream that compresses while it is written, so that the
// uncompressed page of 50 printers (1.2 MB) is never in memory.
// Wire example: "Accept-Encoding: gzip;q=1.0, identity; q=0.5"
#pragma once

#include <memory>
#include <streambuf>
#include <string>
#include <string_view>

namespace agent::web::http {

/// Whether a client with these Accept-Encoding values (joined by commas) accepts gzip. Skips malformed parts.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Appends the written bytes to a string.
class StringSink : public std::streambuf {
 public:
  explicit StringSink(std::string& out) : out_(out) {}

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* data, std::streamsize size) override;

 private:
  std::string& out_;
};

/// Compresses the written bytes and appends them to a string. The result is complete after finish().
class GzipSink : public std::streambuf {
 public:
  explicit GzipSink(std::string& out);  ///< throws std::bad_alloc
  ~GzipSink() override;
  void finish();

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* data, std::streamsize size) override;

 private:
  struct Deflate;
  void flush_plain();

  std::string& out_;
  std::unique_ptr<Deflate> deflate_;
};

/// `plain`, compressed.
[[nodiscard]] std::string pack(std::string_view plain);

}  // namespace agent::web::http
