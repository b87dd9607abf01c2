#include "agent/web/api/shared_page.h"

#include <catch2/catch.hpp>
#include <stdexcept>

using agent::web::api::SharedPage;
using agent::web::http::WebRequest;
using namespace std::chrono_literals;

namespace {

agent::web::http::WebResponse with_body(const std::string& text) {
  agent::web::http::WebResponse response;
  response.body = text;
  return response;
}

struct Bench {
  SharedPage::Clock::time_point now{1h};
  std::chrono::milliseconds takes{10};
  int rendered = 0;
  SharedPage page{[this] { return now; }};

  std::string ask(const WebRequest& request = {}) {
    return page
        .answer(request,
                [this] {
                  now += takes;
                  return with_body(std::to_string(++rendered));
                })
        .content();
  }
};

}  // namespace

TEST_CASE("a page is used for twice as long as its rendering took") {
  Bench bench;
  CHECK(bench.ask() == "1");
  bench.now += 19ms;
  CHECK(bench.ask() == "1");
  bench.now += 1ms;
  CHECK(bench.ask() == "2");
}

TEST_CASE("no page is older than a second, however long it takes") {
  Bench bench;
  bench.takes = 3s;
  CHECK(bench.ask() == "1");
  bench.now += 999ms;
  CHECK(bench.ask() == "1");
  bench.now += 1ms;
  CHECK(bench.ask() == "2");
}

TEST_CASE("a page in another coding or format is another page, and all requests get the same bytes") {
  Bench bench;
  CHECK(bench.ask() == "1");
  CHECK(bench.ask({.accepts_gzip = true}) == "2");
  CHECK(bench.ask({.accepts_gzip = true}) == "2");
  CHECK(bench.ask({.accepts_openmetrics = true}) == "3");
  CHECK(bench.ask({.accepts_gzip = true, .accepts_openmetrics = true}) == "4");
  bench.now += 1s;
  const auto render = [&bench] {
    bench.now += 10ms;
    return agent::web::http::WebResponse{};
  };
  CHECK(bench.page.answer({}, render).shared_body == bench.page.answer({}, render).shared_body);
}

TEST_CASE("an old page is freed, and a rendering that fails is tried again") {
  Bench bench;
  const auto first = bench.page.answer({}, [] { return with_body("page"); }).shared_body;
  bench.page.drop_old();
  CHECK(first.use_count() == 1);
  CHECK_THROWS_AS((void)bench.page.answer({}, []() -> agent::web::http::WebResponse { throw std::runtime_error("x"); }),
                  std::runtime_error);
  CHECK(bench.ask() == "1");
}
