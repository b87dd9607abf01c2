#include "agent/log/log.h"

#include <mutex>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "agent/log/journal.h"
#include "agent/text/log_escape.h"
#include "gcode/line/enum_array.h"

namespace agent::log {
namespace {

// Lines waiting for the log's thread. Each slot uses 400 bytes as long as the process runs (spdlog allocates them in
// advance); a start with 50 printers writes about 100 lines in a burst.
constexpr std::size_t kQueuedLines = 128;
constexpr std::size_t kLongestMessage = 1024;

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

constexpr gcode::line::EnumArray<config::LogLevel, spdlog::level::level_enum> kLevels{
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

int journal_priority(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug: return 7;
    case spdlog::level::info: return 6;
    case spdlog::level::warn: return 4;
    default: return 3;
  }
}

void write_to_stderr(std::string_view line) {
  // A line that cannot be written is lost: there is no other place to report it.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

class LineSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(Log::Writer writer) : writer_(std::move(writer)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    writer_(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}

  Log::Writer writer_;
};

// The printer's name is put before the message in spdlog's queue, terminated by a byte that no escaped text contains.
constexpr char kEndOfPrinter = '\x1f';

class JournalSink : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view all(message.payload.data(), message.payload.size());
    const std::size_t end = all.find(kEndOfPrinter);
    write_to_journal(journal_fields(journal_priority(message.level), all.substr(0, end), all.substr(end + 1)));
  }
  void flush_() override {}
};

std::shared_ptr<spdlog::sinks::sink> make_sink(Log::Writer writer, bool journal) {
  if (journal) return std::make_shared<JournalSink>();
  return std::make_shared<LineSink>(writer ? std::move(writer) : write_to_stderr);
}

std::string payload(config::LogFormat format, std::string_view printer, std::string_view message) {
  std::string out;
  if (format == config::LogFormat::kJson) {
    if (!printer.empty()) out += "\"printer\":\"" + text::escape_json(printer, kLongestMessage) + "\",";
    return out + "\"message\":\"" + text::escape_json(message, kLongestMessage) + '"';
  }
  if (!printer.empty()) out += std::string(printer) + ": ";
  return out + text::escape_text(message, kLongestMessage);
}

}  // namespace

struct Log::Impl {
  Impl(LogCounters& log_counters, Writer writer)
      : counters(log_counters),
        journal(!writer && stderr_is_journal()),
        pool(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        sink(make_sink(std::move(writer), journal)),
        logger(std::make_shared<spdlog::async_logger>("", sink, pool, spdlog::async_overflow_policy::overrun_oldest)) {}

  LogCounters& counters;
  bool journal;
  std::atomic<config::LogFormat> format{config::LogFormat::kText};
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::sinks::sink> sink;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(const config::LogConfiguration& configuration, LogCounters& counters, Writer writer)
    : impl_(std::make_unique<Impl>(counters, std::move(writer))) {
  apply(configuration);
}

// The writing thread ends before what it uses: who lets go of a logger last is spdlog's business, and unseen by the thread
// sanitizer.
Log::~Log() { impl_->pool.reset(); }

void Log::apply(const config::LogConfiguration& configuration) {
  const bool json = configuration.format == config::LogFormat::kJson;
  const char* pattern = json ? kJsonPattern : kTextPattern;
  impl_->sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  impl_->logger->set_level(kLevels[configuration.level]);
  impl_->format = configuration.format;
}

void Log::write(config::LogLevel level, std::string_view printer, std::string_view message) {
  if (level == config::LogLevel::kWarning) impl_->counters.warnings.fetch_add(1, std::memory_order_relaxed);
  if (level == config::LogLevel::kError) impl_->counters.errors.fetch_add(1, std::memory_order_relaxed);
  if (!impl_->logger->should_log(kLevels[level])) return;
  std::string text = payload(impl_->journal ? config::LogFormat::kText : impl_->format.load(), printer, message);
  if (impl_->journal) text.insert(0, std::string(printer) + kEndOfPrinter);
  impl_->logger->log(kLevels[level], spdlog::string_view_t(text));
}

}  // namespace agent::log
