#include "agent/web/http/web_encoding.h"

#include <new>

#include "agent/text/text_scan.h"

namespace agent::web::http {
namespace {

/// "q=0", "Q=0.000": the client refuses the coding. Any other weight is treated as 1.
bool is_zero_weight(std::string_view parameter) {
  if (text::lower(parameter.substr(0, 2)) != "q=") return false;
  const auto value = text::trim_blanks(parameter.substr(2));
  return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool by_star = false;
  while (!accept_encoding.empty()) {
    std::string_view item = text::next_part(accept_encoding, ',');
    const std::string coding = text::lower(text::next_part(item, ';'));
    bool wanted = true;
    while (!item.empty()) wanted = !is_zero_weight(text::next_part(item, ';')) && wanted;
    if (coding == "gzip" || coding == "x-gzip") return wanted;
    if (coding == "*") by_star = wanted;
  }
  return by_star;
}

GzipSink::GzipSink(std::string& out) : out_(out), plain_{} {
  // Window of 8 kB and memory level 6: 64 kB of state instead of 256 kB. A page repeats itself within a few hundred
  // bytes, so the compression is as good. + 16: with a gzip header.
  constexpr int kWindowBits = 13 + 16, kMemoryLevel = 6;
  if (deflateInit2(&deflate_, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  setp(plain_.data(), plain_.data() + plain_.size());
}

GzipSink::~GzipSink() { deflateEnd(&deflate_); }

void GzipSink::run(int flush) {
  std::array<char, 4096> packed;
  deflate_.next_in = reinterpret_cast<Bytef*>(pbase());
  deflate_.avail_in = static_cast<uInt>(pptr() - pbase());
  do {
    deflate_.next_out = reinterpret_cast<Bytef*>(packed.data());
    deflate_.avail_out = packed.size();
    deflate(&deflate_, flush);
    out_.append(packed.data(), packed.size() - deflate_.avail_out);
  } while (deflate_.avail_out == 0);
  setp(plain_.data(), plain_.data() + plain_.size());
}

void GzipSink::finish() { run(Z_FINISH); }

GzipSink::int_type GzipSink::overflow(int_type c) {
  run(Z_NO_FLUSH);
  if (c != traits_type::eof()) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

std::string pack(std::string_view plain) {
  std::string packed;
  GzipSink sink(packed);
  sink.sputn(plain.data(), static_cast<std::streamsize>(plain.size()));
  sink.finish();
  return packed;
}

}  // namespace agent::web::http
