// gzip as a content coding: who takes it, and a stream that packs while it is written, so that the plain page of 50
// printers (1.2 MB) never stands in memory.
// Wire example: "Accept-Encoding: gzip;q=1.0, identity; q=0.5"
#pragma once

#include <memory>
#include <streambuf>
#include <string>
#include <string_view>

namespace agent::web::http {

/// Whether a client that sent these Accept-Encoding values (joined by commas) takes gzip. Malformed parts are skipped.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Appends what is written to a string.
class StringSink : public std::streambuf {
 public:
  explicit StringSink(std::string& out) : out_(out) {}

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* data, std::streamsize size) override;

 private:
  std::string& out_;
};

/// Packs what is written and appends it to a string. The result is whole after finish().
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

/// The whole of `plain`, packed.
[[nodiscard]] std::string pack(std::string_view plain);

}  // namespace agent::web::http
