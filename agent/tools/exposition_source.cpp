#include "agent/tools/exposition.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <zlib.h>

#include "agent/tools/command_line.h"

namespace agent::tools {
namespace {

// As Prometheus sends it: prefers the format with more information.
constexpr const char* kAccept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
constexpr int kGzip = 16 + MAX_WBITS;

struct Inflater {
  Inflater() { inflateInit2(&stream, kGzip); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
};

[[noreturn]] void refuse_large(const std::string& what) {
  throw Failure(Exit::kServer, what + " is larger than " + std::to_string(kLargestPage >> 20U) +
                                   " MB: " + std::string(kLargestPageAdvice));
}

std::string all_of(std::istream& in, const std::string& what) {
  std::string text;
  std::array<char, 65536> piece;
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestPage) refuse_large(what);
  }
  return text;
}

std::string read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) throw Failure(Exit::kServer, "cannot read " + name + ": " + std::strerror(errno));
  return all_of(file, name);
}

std::string fetched(const std::string& url, HttpClient& client) {
  const HttpAnswer answer = client.get(with_metrics_path(url), kAccept);
  if (answer.status != 200)
    throw Failure(Exit::kServer, shown(with_metrics_path(url)) + " refuses: " + refusal_text(answer));
  if (answer.content_type.starts_with("text/html"))
    throw Failure(Exit::kServer, shown(with_metrics_path(url)) + " is a web page, not a page of metrics");
  return answer.body;
}

}  // namespace

std::string unpacked(std::string text) {
  if (!text.starts_with("\x1f\x8b")) return text;
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  std::string out;
  std::array<char, 65536> piece;
  int result = Z_OK;
  while (result == Z_OK) {
    if (out.size() > kLargestPage) refuse_large("the unpacked page");
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (result == Z_BUF_ERROR) break;
  }
  if (result != Z_STREAM_END) throw Failure(Exit::kServer, "the page is compressed with gzip and damaged or truncated");
  return out;
}

std::string read_page(const std::string& source, HttpClient& client, std::istream& in) {
  if (source == "-") return unpacked(all_of(in, "standard input"));
  if (is_http_url(source)) return unpacked(fetched(source, client));
  return unpacked(read_file(source));
}

}  // namespace agent::tools
