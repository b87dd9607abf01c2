#include "agent/tools/http_client.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <curl/curl.h>

#include "agent/process/build_info.h"
#include "agent/text/metrics_text.h"

namespace agent::tools {
namespace {

// Proxies accept URLs of 2,000 bytes and more, but none guarantees it.
constexpr std::size_t kLongestUrl = 1900;
constexpr int kTries = 3;
constexpr std::chrono::milliseconds kPause{500};

struct Body {
  std::string& text;
  std::size_t most;  ///< an endless answer must not fill the memory
  bool is_too_large = false;
};

std::size_t take(char* bytes, std::size_t, std::size_t count, void* target) {
  auto& body = *static_cast<Body*>(target);
  body.is_too_large = body.text.size() + count > body.most;
  if (body.is_too_large) return 0;
  body.text.append(bytes, count);
  return count;
}

/// The server may be starting or temporarily overloaded.
bool may_pass(long status) { return status == 429 || status == 502 || status == 503 || status == 504; }
bool may_pass(CURLcode code) {
  return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
}

struct Headers {
  ~Headers() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, Free>;
using Text = std::unique_ptr<char, Free>;

/// Nothing if libcurl would refuse it, too.
Url parsed(std::string_view text) {
  Url url(curl_url());
  const auto code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_PATH_AS_IS);
  return code == CURLUE_OK ? std::move(url) : nullptr;
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  return Text(text).get();
}

std::string escaped(const std::string& text) {
  return Text(curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()))).get();
}

}  // namespace

HttpClient::HttpClient(HttpAccess access) : access_(std::move(access)), curl_(nullptr, curl_easy_cleanup) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_.reset(curl_easy_init());
  if (!curl_) throw Failure(Exit::kServer, "libcurl could not be started");
}

HttpAnswer HttpClient::get(const std::string& url, const std::string& accept) { return fetch(url, nullptr, accept); }

HttpAnswer HttpClient::ask(const std::string& url, const Parameters& parameters) {
  const std::string form = encoded(parameters);
  if (form.empty()) return fetch(url, nullptr, "*/*");
  if (url.size() + 1 + form.size() > kLongestUrl) return fetch(url, &form, "*/*");
  return fetch(url + '?' + form, nullptr, "*/*");
}

HttpAnswer HttpClient::fetch(const std::string& url, const std::string* form, const std::string& accept) {
  CURL* curl = curl_.get();
  curl_easy_reset(curl);  // keeps the connection
  HttpAnswer answer;
  Body body{answer.body, access_.most_bytes};
  char reason[CURL_ERROR_SIZE] = "";
  Headers headers;
  headers.add("Accept: " + accept);
  headers.add("Expect:");  // with a server that does not support it curl waits a second
  const std::string name = "marlin-agent/" + process::build_info().version;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);  // credentials are sent to the first host only
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");  // every coding that this libcurl supports
  curl_easy_setopt(curl, CURLOPT_USERAGENT, name.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(access_.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  if (form != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form->c_str());
  }
  if (!access_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, access_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, access_.password.c_str());
  }
  if (!access_.bearer_token.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, access_.bearer_token.c_str());
  }
  if (!access_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, access_.ca_file.c_str());
  if (access_.insecure) {
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  for (int attempt = 1;; ++attempt) {
    answer = {};
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    const bool again = attempt < kTries && (code == CURLE_OK ? may_pass(answer.status) : may_pass(code));
    if (again) {
      std::this_thread::sleep_for(kPause * attempt);
      continue;
    }
    if (body.is_too_large)
      throw Failure(Exit::kServer, "the answer of " + shown(url) + " is larger than " +
                                       std::to_string(access_.most_bytes >> 20U) + " MB: " + access_.advice);
    if (code != CURLE_OK) {
      throw NoAnswer("no answer from " + shown(url.substr(0, url.find('?'))) + ": " +
                     (*reason != '\0' ? reason : curl_easy_strerror(code)));
    }
    const char* type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) answer.content_type = type;
    return answer;
  }
}

std::string refusal_text(const HttpAnswer& answer) {
  std::string status = "HTTP " + std::to_string(answer.status);
  const auto first = answer.body.substr(0, answer.body.find_first_of("\r\n"));
  if (first.empty() || first.front() == '<') return status;
  return status + ": " + text::clean_text(first, 300);
}

std::string below(std::string_view base, std::string_view path) {
  const Url url = parsed(base);
  if (!url) return std::string(base);
  std::string whole = part(url, CURLUPART_PATH);
  while (whole.ends_with('/')) whole.pop_back();
  curl_url_set(url.get(), CURLUPART_PATH, (whole + '/' + std::string(path)).c_str(), 0);
  for (const CURLUPart gone : {CURLUPART_QUERY, CURLUPART_FRAGMENT}) curl_url_set(url.get(), gone, nullptr, 0);
  return part(url, CURLUPART_URL);
}

std::string encoded(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + escaped(name) + '=' + escaped(value);
  return out;
}

bool is_http_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

std::string with_metrics_path(std::string_view text) {
  const Url url = parsed(text);
  if (!url || part(url, CURLUPART_PATH) != "/") return std::string(text);
  curl_url_set(url.get(), CURLUPART_PATH, "/metrics", 0);
  return part(url, CURLUPART_URL);
}

std::string shown(std::string_view text) {
  if (!is_http_url(text)) return std::string(text);
  const Url url = parsed(text);
  if (!url) return "an invalid URL";
  for (const CURLUPart gone : {CURLUPART_USER, CURLUPART_PASSWORD}) curl_url_set(url.get(), gone, nullptr, 0);
  return part(url, CURLUPART_URL);
}

}  // namespace agent::tools
