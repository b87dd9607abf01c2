#include "agent/web/http/web_encoding.h"

#include <zlib.h>

#include <algorithm>
#include <array>
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
    while (!item.empty()) wanted = wanted && !is_zero_weight(text::next_part(item, ';'));
    if (coding == "gzip" || coding == "x-gzip") return wanted;
    if (coding == "*") by_star = wanted;
  }
  return by_star;
}

StringSink::int_type StringSink::overflow(int_type c) {
  if (c != traits_type::eof()) out_.push_back(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

std::streamsize StringSink::xsputn(const char* data, std::streamsize size) {
  out_.append(data, static_cast<std::size_t>(size));
  return size;
}

struct GzipSink::Deflate {
  z_stream stream{};
  std::array<char, 4096> plain;  ///< a stream is written in pieces of a few bytes; deflate needs larger blocks
  std::array<char, 4096> packed;
};

GzipSink::GzipSink(std::string& out) : out_(out), deflate_(std::make_unique<Deflate>()) {
  // Window of 8 kB and memory level 6: 64 kB of state instead of 256 kB. A page repeats itself within a few hundred
  // bytes, so the compression is as good. + 16: with a gzip header.
  constexpr int kWindowBits = 13 + 16, kMemoryLevel = 6;
  if (deflateInit2(&deflate_->stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  setp(deflate_->plain.data(), deflate_->plain.data() + deflate_->plain.size());
}

GzipSink::~GzipSink() { deflateEnd(&deflate_->stream); }

namespace {

void run_deflate(z_stream& stream, std::array<char, 4096>& packed, int flush, std::string& out) {
  do {
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = packed.size();
    deflate(&stream, flush);
    out.append(packed.data(), packed.size() - stream.avail_out);
  } while (stream.avail_out == 0);
}

}  // namespace

void GzipSink::flush_plain() {
  deflate_->stream.next_in = reinterpret_cast<Bytef*>(pbase());
  deflate_->stream.avail_in = static_cast<uInt>(pptr() - pbase());
  run_deflate(deflate_->stream, deflate_->packed, Z_NO_FLUSH, out_);
  setp(deflate_->plain.data(), deflate_->plain.data() + deflate_->plain.size());
}

void GzipSink::finish() {
  flush_plain();
  run_deflate(deflate_->stream, deflate_->packed, Z_FINISH, out_);
}

GzipSink::int_type GzipSink::overflow(int_type c) {
  flush_plain();
  if (c != traits_type::eof()) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

std::streamsize GzipSink::xsputn(const char* data, std::streamsize size) {
  std::streamsize left = size;
  while (left > 0) {
    if (pptr() == epptr()) flush_plain();
    const auto piece = std::min<std::streamsize>(left, epptr() - pptr());
    std::copy_n(data, piece, pptr());
    pbump(static_cast<int>(piece));
    data += piece;
    left -= piece;
  }
  return size;
}

std::string pack(std::string_view plain) {
  std::string packed;
  GzipSink sink(packed);
  sink.sputn(plain.data(), static_cast<std::streamsize>(plain.size()));
  sink.finish();
  return packed;
}

}  // namespace agent::web::http
