#include "agent/web/api/web_routes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/agent/fixtures/gunzip.h"

using agent::web::api::file_answer;
using agent::web::http::WebRequest;

namespace {

WebRequest get(const std::string& path) {
  WebRequest request;
  request.path = path;
  return request;
}

}  // namespace

TEST_CASE("the embedded files are those of the source, byte for byte") {
  CHECK(agent::web::api::embedded_files().size() == 14);
  std::size_t bytes = 0;
  for (const auto& file : agent::web::api::embedded_files()) {
    std::ifstream source(std::string(MARLIN_TESTS_DIR) + "/../agent/web/page/" + std::string(file.name),
                         std::ios::binary);
    std::ostringstream text;
    text << source.rdbuf();
    INFO(file.name);
    CHECK(text.str() == file.text);
    CHECK(file.text.size() < 40'000);
    bytes += file.text.size();
  }
  CHECK(bytes < 150'000);  // what a browser loads before it shows anything, uncompressed, is less
}

TEST_CASE("no file of the page names another host") {
  for (const auto& file : agent::web::api::embedded_files()) {
    INFO(file.name);
    std::string text(file.text);
    const std::string name_space = "http://www.w3.org/2000/svg";  // never fetched
    for (auto at = text.find(name_space); at != std::string::npos; at = text.find(name_space))
      text.erase(at, name_space.size());
    CHECK(text.find("://") == std::string::npos);
    CHECK(text.find("innerHTML") == std::string::npos);  // a printer's strings are shown as text
    CHECK(text.find("style=") == std::string::npos);     // the content security policy would block it
  }
}

TEST_CASE("a page is found by its path, compressed if the client accepts it") {
  const auto page = file_answer(get("/"));
  REQUIRE(page);
  CHECK(page->content_type == "text/html; charset=utf-8");
  CHECK(page->body.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  CHECK(file_answer(get("/prints"))->content_type == "text/html; charset=utf-8");
  CHECK(file_answer(get("/catalogue"))->content_type == "text/html; charset=utf-8");
  CHECK(file_answer(get("/page.js"))->content_type == "text/javascript; charset=utf-8");
  CHECK_FALSE(file_answer(get("/index.html")));
  CHECK_FALSE(file_answer(get("/embed.cmake")));
  auto packed = get("/page.js");
  packed.accepts_gzip = true;
  const auto answer = file_answer(packed);
  CHECK(answer->gzip);
  CHECK(test::gunzip(answer->body) == file_answer(get("/page.js"))->body);
}

TEST_CASE("a cached file is not sent to the browser again") {
  auto again = get("/page.css");
  again.if_none_match = "W/\"other\", " + file_answer(again)->etag;
  const auto answer = file_answer(again);
  CHECK(answer->status == 304);
  CHECK(answer->body.empty());
  CHECK_FALSE(answer->etag.empty());
  again.if_none_match = "\"other\"";
  CHECK(file_answer(again)->status == 200);
}
