#include "tests/sim/recording.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace sim {
namespace {

/// The text after `"key":` up to the end of the line, or nothing.
std::string_view behind(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = line.substr(at + key.size());
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':')) rest.remove_prefix(1);
  return rest;
}

int hex_value(std::string_view digits) {
  return static_cast<int>(std::strtol(std::string(digits).c_str(), nullptr, 16));
}

char simple_escape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return c;
  }
}

/// A JSON string whose characters are latin-1, raw or as UTF-8. Returns whether it is terminated.
bool read_string(std::string_view text, std::string& bytes) {
  if (text.empty() || text.front() != '"') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') return true;
    if (c == '\\' && i + 1 < text.size()) {
      const char kind = text[++i];
      if (kind != 'u') {
        bytes += simple_escape(kind);
        continue;
      }
      if (i + 4 >= text.size()) return false;
      bytes += static_cast<char>(hex_value(text.substr(i + 1, 4)));
      i += 4;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC2 && byte <= 0xC3 && i + 1 < text.size()) {
      bytes += static_cast<char>(((byte & 0x03) << 6) | (static_cast<unsigned char>(text[++i]) & 0x3F));
      continue;
    }
    bytes += c;
  }
  return false;
}

}  // namespace

std::vector<RecordedEvent> load_recording(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read the recording " + path);
  std::vector<RecordedEvent> events;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    RecordedEvent event;
    event.at = Time(std::atoll(std::string(behind(line, "\"t_us\"")).c_str()));
    std::string direction;
    const bool good =
        read_string(behind(line, "\"dir\""), direction) && read_string(behind(line, "\"data\""), event.bytes);
    if (!good) throw std::runtime_error(path + ":" + std::to_string(number) + ": not a line of a recording");
    event.direction = direction == "tx"   ? Direction::kToPrinter
                      : direction == "rx" ? Direction::kFromPrinter
                                          : Direction::kNote;
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace sim
