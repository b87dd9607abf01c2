// The files of agent/web/, which CMake makes part of the program: the page, the catalogue, their styles and scripts.
// Each has an ETag, so that a browser fetches it once for each version of the program.
// Wire example: "GET /page.js HTTP/1.1\r\nIf-None-Match: \"9f86d081-2cf3\"\r\n" is answered 304 Not Modified
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/web/http/web_message.h"

namespace agent::web::api {

struct EmbeddedFile {
  std::string_view name;  ///< "page.js"
  std::string_view text;
};
/// Written by CMake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

class WebAssets {
 public:
  WebAssets();
  /// Nothing: no file has that path.
  [[nodiscard]] std::optional<http::WebResponse> answer(const http::WebRequest& request) const;

 private:
  struct Asset {
    std::string path;
    std::string_view content_type,
        text;  ///< packed anew for each browser that has not seen it: a millisecond
    std::string etag;
  };
  std::vector<Asset> assets_;
};

}  // namespace agent::web::api
