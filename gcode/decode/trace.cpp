// Reads and writes one line of a recording without a JSON library: one flat object, keys in any order; an unknown key
// is skipped if its value is a string, a number, true, false or null.
// Example: {"t_us": 31, "dir": "rx", "data": "ok T:25.5\n\u00ff"}
#include "gcode/decode/trace.h"

#include <charconv>

#include "gcode/line/scan.h"

namespace gcode::decode {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

class ObjectReader {
 public:
  explicit ObjectReader(std::string_view text) : rest_(text) {}

  bool read(TraceEntry& entry) {
    if (!take_mark('{')) return false;
    do {
      if (!read_member(entry)) return false;
    } while (take_mark(','));
    skip_space();
    return take_mark('}') && at_end() && has_time_ && has_direction_ && has_data_;
  }

 private:
  bool read_member(TraceEntry& entry) {
    std::string key;
    if (!read_string(key) || !take_mark(':')) return false;
    if (key == "t_us") return has_time_ = read_time(entry.at);
    if (key == "dir") return has_direction_ = read_direction(entry.direction);
    if (key == "data") return has_data_ = read_string(entry.data);
    if (key == "owner") return read_owner(entry.of_agent);
    return skip_value();
  }

  bool read_time(line::Time& at) {
    skip_space();
    std::int64_t microseconds = 0;
    if (!line::take_integer(rest_, microseconds) || microseconds < 0) return false;
    at = line::Time(microseconds);
    return true;
  }

  bool read_direction(TraceDirection& direction) {
    std::string word;
    if (!read_string(word)) return false;
    if (word == "tx") {
      direction = TraceDirection::kToPrinter;
    } else if (word == "rx") {
      direction = TraceDirection::kFromPrinter;
    } else if (word == "note") {
      direction = TraceDirection::kNote;
    } else {
      return false;
    }
    return true;
  }

  bool read_owner(bool& of_agent) {
    std::string word;
    if (!read_string(word)) return false;
    of_agent = word == "agent";
    return true;
  }

  bool read_string(std::string& out) {
    if (!take_mark('"')) return false;
    out.clear();
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\') {
        if (!read_escape(out)) return false;
      } else if (static_cast<unsigned char>(c) < ' ') {
        return false;
      } else if (!read_byte(c, out)) {
        return false;
      }
    }
    return false;
  }

  // Latin-1 in a UTF-8 file: U+0080 to U+00FF take two bytes and represent one.
  bool read_byte(char c, std::string& out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out.push_back(c);
      return true;
    }
    if ((byte != 0xC2 && byte != 0xC3) || rest_.empty()) return false;
    const auto next = static_cast<unsigned char>(rest_.front());
    if ((next & 0xC0) != 0x80) return false;
    rest_.remove_prefix(1);
    out.push_back(static_cast<char>((byte & 0x03) << 6 | (next & 0x3F)));
    return true;
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    const char name = rest_.front();
    rest_.remove_prefix(1);
    if (name == 'u') return read_unicode(out);
    const std::size_t at = kNames.find(name);
    if (at == std::string_view::npos) return false;
    out.push_back(kBytes[at]);
    return true;
  }

  // Only \u0000 to \u00ff are bytes.
  bool read_unicode(std::string& out) {
    if (rest_.size() < 4) return false;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = line::hex_value(rest_[static_cast<std::size_t>(i)]);
      if (digit < 0) return false;
      value = value * 16 + digit;
    }
    if (value > 0xFF) return false;
    rest_.remove_prefix(4);
    out.push_back(static_cast<char>(value));
    return true;
  }

  bool skip_value() {
    skip_space();
    std::string ignored;
    if (!rest_.empty() && rest_.front() == '"') return read_string(ignored);
    double number = 0;
    return line::take(rest_, "true") || line::take(rest_, "false") || line::take(rest_, "null") ||
           line::take_decimal(rest_, number);
  }

  void skip_space() {
    while (!rest_.empty() && (line::is_blank(rest_.front()) || rest_.front() == '\r' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }

  bool take_mark(char mark) {
    skip_space();
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool at_end() {
    skip_space();
    return rest_.empty();
  }

  std::string_view rest_;
  bool has_time_ = false;
  bool has_direction_ = false;
  bool has_data_ = false;
};

std::string_view word_of(TraceDirection direction) {
  switch (direction) {
    case TraceDirection::kToPrinter: return "tx";
    case TraceDirection::kFromPrinter: return "rx";
    case TraceDirection::kNote: break;
  }
  return "note";
}

}  // namespace

void append_escaped(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += "\\u00";
      out.push_back(kHexDigits[byte >> 4]);
      out.push_back(kHexDigits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
}

std::optional<TraceEntry> parse_trace_line(std::string_view line) {
  TraceEntry entry;
  if (!ObjectReader(line).read(entry)) return std::nullopt;
  return entry;
}

void append_trace_line(line::Time at, TraceDirection direction, std::string_view data, std::string& out,
                       bool of_agent) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, at.count()).ptr;
  out += "{\"t_us\": ";
  out.append(digits, end);
  out += ", \"dir\": \"";
  out += word_of(direction);
  out += "\", \"data\": \"";
  append_escaped(data, out);
  out += of_agent ? "\", \"owner\": \"agent\"}\n" : "\"}\n";
}

}  // namespace gcode::decode
