#include "agent/web/http/web_encoding.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>

#include "tests/unit/agent/fixtures/gunzip.h"

using agent::web::http::accepts_gzip;

TEST_CASE("gzip is used when it is named and not refused") {
  CHECK(accepts_gzip("gzip"));
  CHECK(accepts_gzip("deflate, GZIP;q=0.5"));
  CHECK(accepts_gzip("identity;q=1, *;q=0.5"));
  CHECK(accepts_gzip(" gzip ; q=1 "));
  CHECK(accepts_gzip("x-gzip"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("identity"));
  CHECK_FALSE(accepts_gzip("gzip;q=0"));
  CHECK_FALSE(accepts_gzip("gzip; q=0.000"));
  CHECK_FALSE(accepts_gzip("*, gzip;q=0"));
  CHECK_FALSE(accepts_gzip("*;q=0"));
  CHECK_FALSE(accepts_gzip("gzipped, br"));
  CHECK_FALSE(accepts_gzip(",;,;;q=,,"));
  CHECK_FALSE(accepts_gzip("gzip;q=0;q=0.5"));  // did not end once
  CHECK(accepts_gzip("br;q=0;x, gzip;x;q=1"));
}

TEST_CASE("compressed data unpacks to the original, for any chunks") {
  std::mt19937 random(7);
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 200'000U}) {
    std::string plain(size, '\0');
    for (auto& c : plain) c = static_cast<char>('a' + random() % 3);
    std::string packed;
    agent::web::http::GzipSink sink(packed);
    std::ostream out(&sink);
    for (std::size_t at = 0; at < size;) {
      const std::size_t piece = std::min<std::size_t>(1 + random() % 9000, size - at);
      if (piece == 1) {
        out.put(plain[at]);
      } else {
        out.write(plain.data() + at, static_cast<std::streamsize>(piece));
      }
      at += piece;
    }
    sink.finish();
    CHECK(test::gunzip(packed) == plain);
  }
}
