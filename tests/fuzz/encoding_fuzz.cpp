// Any bytes as the fields with which a client says what it reads: blanks and upper case change nothing, and what is not
// named is not sent. The same bytes packed and unpacked are the same.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/metrics/openmetrics.h"
#include "agent/web/http/web_encoding.h"
#include "tests/fuzz/claim.h"
#include "tests/unit/agent/fixtures/gunzip.h"

namespace {

using fuzz::claim;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  return text;
}

std::string with_blanks(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    if (c == ',' || c == ';') out += "\t ";
    out += c;
    if (c == ',' || c == ';') out += " \t";
  }
  return out + ' ';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exact size: the sanitizer detects a read of one byte more.
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string small = lower(text);
  const bool gzip = agent::web::http::accepts_gzip(text);
  claim(gzip == agent::web::http::accepts_gzip(small), "the case of a coding is nothing");
  claim(gzip == agent::web::http::accepts_gzip(with_blanks(text)), "blanks around a coding are nothing");
  claim(!gzip || small.find("gzip") != std::string::npos || small.find('*') != std::string::npos,
        "a coding that is not named is not used");
  const bool openmetrics = agent::metrics::takes_openmetrics(text);
  claim(openmetrics == agent::metrics::takes_openmetrics(small), "the case of a type is nothing");
  claim(openmetrics == agent::metrics::takes_openmetrics(with_blanks(text)), "blanks around a type are nothing");
  claim(!openmetrics || small.find("application/openmetrics-text") != std::string::npos,
        "a type that is not named is not sent");
  claim(test::gunzip(agent::web::http::pack(text)) == text, "packed text is the same text");
  return 0;
}
