// The receive path: characters to lines, lines checked and queued, as each firmware does it (P 1.2 to P 1.4,
// M 2 and M 3). Parses as the firmware does, character by character.
// Wire example: "M105 ; x\nM27\n" to Prusa: no answer at all, the comment flag stays set after its line.
#include <cstdlib>
#include <cstring>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr int kMaxLine = 95;  ///< MAX_CMD_SIZE 96 including the terminator

std::string_view without_leading_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// strtol on a view that ends in a NUL; `rest` is what follows the digits.
long number_of(const char* text, const char** rest = nullptr) {
  char* end = nullptr;
  const long number = std::strtol(text, &end, 10);
  if (rest != nullptr) *rest = end;
  return number;
}

unsigned checksum_of(std::string_view text) {
  unsigned sum = 0;
  for (const char c : text) sum ^= static_cast<unsigned char>(c);
  return sum;
}

}  // namespace

bool FirmwareCore::may_read() {
  if (!on_ || halted_ || booting_ || input_blocked_ || saving_) return false;
  return queue_.has_room(is_waiting());
}

void FirmwareCore::read_serial() {
  if (is_prusa() && ring.is_full()) {
    ring.flush();
    line("Full RX Buffer");
    ring.absorb(cpu_);  // what came while that was printed is read immediately
  }
  while (!ring.is_empty() && may_read()) {
    const char c = ring.pop();
    last_char_ = cpu_;
    if (traits.has_meatpack) {
      if (meatpack.take(static_cast<std::uint8_t>(c)) == MeatPack::Event::kCommand) {
        print(std::string(" [MP] PV01 ") + (meatpack.is_on() ? "ON " : "OFF ") +
              (meatpack.omits_spaces() ? "NSP\n" : "ESP\n"));
      }
      for (int i = 0; i < meatpack.count; ++i) {
        if (!take_char_prusa(meatpack.characters[static_cast<std::size_t>(i)])) return;
      }
      continue;
    }
    const bool leaks = is_prusa() || traits.family == Family::kMarlin10;
    if (!(leaks ? take_char_prusa(c) : take_char_marlin(c))) return;
  }
}

void FirmwareCore::keep_char(char c) {
  if (partial_size_ == 0) partial_origin_ = ring.popped_origin();
  partial_[static_cast<std::size_t>(partial_size_++)] = c;
}

// Prusa and Marlin 1.0: a comment's flag is cleared by an empty line only; a line is cut at 95 and its 96th character
// lost. Returns false where the firmware leaves its reading loop.
bool FirmwareCore::take_char_prusa(char c) {
  if (is_prusa() && static_cast<signed char>(c) < 0) return true;
  const bool colon = c == ':' && traits.family == Family::kMarlin10 && !comment_;
  if (c != '\n' && c != '\r' && !colon && partial_size_ < kMaxLine) {
    if (c == ';') comment_ = true;
    if (!comment_) keep_char(c);
    return true;
  }
  if (partial_size_ == 0) {
    comment_ = false;
    return true;
  }
  partial_[static_cast<std::size_t>(partial_size_)] = 0;
  bool resume = true;
  if (!comment_) resume = is_prusa() ? accept_line_prusa() : accept_line_marlin10();
  partial_size_ = 0;
  return resume;
}

// Marlin 1.1 and 2.x: a comment ends with its line; what is too long is dropped silently.
bool FirmwareCore::take_char_marlin(char c) {
  if (c != '\n' && c != '\r') {
    if (c == ';') comment_ = true;
    if (!comment_ && partial_size_ < kMaxLine) keep_char(c);
    return true;
  }
  comment_ = false;
  if (partial_size_ == 0) return true;
  partial_[static_cast<std::size_t>(partial_size_)] = 0;
  const bool resume = accept_line_marlin();
  partial_size_ = 0;
  return resume;
}

bool FirmwareCore::accept_line_prusa() {
  const char* const begin = partial_.data();
  const char* command = begin;
  while (*command == ' ') ++command;
  const bool exempt = traits.version < 313 && std::strstr(begin, "PRUSA") != nullptr;
  const bool numbered = *command == 'N' && !exempt;
  const char* star = std::strchr(command, '*');
  std::int64_t number = 0;
  if (numbered) {
    const char* rest = nullptr;
    number = number_of(command + 1, &rest);
    while (*rest == ' ') ++rest;
    const bool sets_number =
        traits.version < 313 ? std::strstr(begin, "M110") != nullptr : std::strncmp(rest, "M110", 4) == 0;
    if (number != last_n + 1 && !sets_number) return number_error("Line Number is not Last Line Number+1");
    if (star == nullptr) return number_error("No Checksum with line number");
    if (static_cast<unsigned>(number_of(star + 1)) != checksum_of({begin, static_cast<std::size_t>(star - begin)})) {
      return number_error("checksum mismatch");
    }
    command = rest;
  } else if (star != nullptr && !exempt) {
    return number_error("No Line Number with checksum");
  }
  std::string_view text(command,
                        star != nullptr && !exempt ? static_cast<std::size_t>(star - command) : std::strlen(command));
  if (text == "M112") {
    kill(true);
    return false;
  }
  if (!text.empty() && text.front() == 'G' && !card.printing) last_g_ = cpu_;
  if (stopped && traits.version >= 312 && text.substr(0, 4) != "M310") {
    return true;
  }
  // 3.13 strips blanks before it parses a command; 3.9 keeps them, as in `Unknown command: "   "(2)`.
  if (traits.version < 313 && !numbered) text = {begin, text.size() + static_cast<std::size_t>(command - begin)};
  enqueue(text, numbered && (traits.version >= 310 || number != 0), number);
  if (numbered && (number >= 0 || traits.version < 313)) last_n = number;
  return true;
}

bool FirmwareCore::accept_line_marlin() {
  const char* const begin = partial_.data();
  const char* command = begin;
  while (*command == ' ') ++command;
  const bool numbered = *command == 'N';
  std::string_view text = command;
  std::int64_t number = 0;
  if (numbered) {
    const char* number_at = command;
    const bool sets_number = std::strstr(command, "M110") != nullptr;
    if (sets_number) {
      if (const char* second = std::strchr(command + 4, 'N'); second != nullptr) number_at = second;
    }
    number = number_of(number_at + 1);
    if (number != last_n + 1 && !sets_number) {
      // 2.1 takes the last two numbers for a resend that crossed its request, and sends nothing.
      if (traits.version >= 210 && (number == last_n || number == last_n - 1)) return true;
      return number_error("Line Number is not Last Line Number+1");
    }
    const char* star = traits.version >= 200 ? std::strrchr(command, '*') : std::strchr(command, '*');
    if (star == nullptr) return number_error("No Checksum with line number");
    const bool garbled = options.habits.mishap == Mishap::kResendWithoutOk && !sets_number && mishap_happens();
    if (garbled || static_cast<unsigned>(number_of(star + 1)) !=
                       checksum_of({command, static_cast<std::size_t>(star - command)})) {
      return number_error("checksum mismatch");
    }
    last_n = number;
    const char* rest = nullptr;
    number = number_of(command + 1, &rest);
    while (*rest == ' ') ++rest;
    text = {rest, static_cast<std::size_t>(star - rest)};
  } else if (card.saving && text.substr(0, 3) != "M29") {
    return number_error("No Checksum with line number");
  } else if (options.habits.wants_checksums && numbered_came_) {
    return reject_without_checksum();
  }
  numbered_came_ = numbered_came_ || numbered;
  if (!numbered && !traits.emergency_parser) {
    if (text.substr(0, 4) == "M108") m108_break();
    if (text.substr(0, 4) == "M410") m410_quickstop();
    if (text.substr(0, 4) == "M112") {
      kill(true);
      return false;
    }
  }
  enqueue(text, numbered, number);
  return true;
}

bool FirmwareCore::accept_line_marlin10() {
  const char* const begin = partial_.data();
  const char* star = std::strchr(begin, '*');
  const char* n = std::strchr(begin, 'N');
  std::string_view text = begin;
  std::int64_t number = 0;
  if (n != nullptr) {
    const char* rest = nullptr;
    number = number_of(n + 1, &rest);
    if (number != last_n + 1 && std::strstr(begin, "M110") == nullptr) {
      return number_error("Line Number is not Last Line Number+1");
    }
    if (star == nullptr) return number_error("No Checksum with line number");
    if (static_cast<unsigned>(number_of(star + 1)) != checksum_of({begin, static_cast<std::size_t>(star - begin)})) {
      return number_error("checksum mismatch");
    }
    last_n = number;
    if (n == begin) text = {rest, static_cast<std::size_t>(star - rest)};
  } else if (star != nullptr) {
    const char whose = speaking_for_;
    speaking_for_ = partial_origin_;
    linef("Error:No Line Number with checksum, Last Line: %lld", static_cast<long long>(last_n));
    speaking_for_ = whose;
    return false;
  }
  if (text == "M112") {
    kill(true);
    return false;
  }
  const std::string_view stripped = without_leading_blanks(text);
  enqueue(stripped.empty() ? text : stripped, n != nullptr, number);
  return true;
}

bool FirmwareCore::number_error(std::string_view what) {
  const char whose = speaking_for_;
  speaking_for_ = partial_origin_;
  partial_size_ = 0;
  linef("Error:%.*s, Last Line: %lld", static_cast<int>(what.size()), what.data(), static_cast<long long>(last_n));
  request_resend();
  speaking_for_ = whose;
  return false;
}

// Repetier with its option "forced checksum".
bool FirmwareCore::reject_without_checksum() {
  const char whose = speaking_for_;
  speaking_for_ = partial_origin_;
  linef("Error:Missing checksum\n\nResend:%lld\nok", static_cast<long long>(last_n + 1));
  speaking_for_ = whose;
  return false;
}

void FirmwareCore::request_resend() {
  ring.absorb(cpu_);
  ring.flush();
  partial_size_ = 0;
  if (is_prusa()) return lff("Resend: %lld\nok", static_cast<long long>(last_n + 1));
  linef("Resend: %lld", static_cast<long long>(last_n + 1));
  if (options.habits.mishap == Mishap::kResendWithoutOk) return;
  if (traits.family == Family::kMarlin11) return ok();
  bare_ok();
}

void FirmwareCore::enqueue(std::string_view text, bool numbered, std::int64_t number) {
  QueuedCommand& command = queue_.push(is_prusa() ? text : without_trailing_blanks(text), Source::kSerial);
  command.numbered = numbered;
  command.number = number;
  command.origin = partial_origin_;
}

void FirmwareCore::check_rx_timeout() {
  if (!traits.rx_timeout || partial_size_ == 0 || !may_read()) return;
  if (cpu_ - last_char_ < std::chrono::seconds(2)) return;
  partial_size_ = 0;
  comment_ = false;
  lf("RX timeout");
}

// Fills the queue from the file. A partial serial line stops that (P 1.2).
void FirmwareCore::read_sd() {
  while (card.printing && partial_size_ == 0 && queue_.has_room(is_waiting())) {
    if (card.at_end()) return finish_sd_print();
    std::array<char, 96> bytes{};
    std::size_t size = 0;
    bool comment = false;
    bool ended = false;
    while (!card.at_end() && !ended) {
      const char c = card.next();
      ended = c == '\n' || c == '\r';
      if (c == ';') comment = true;
      if (!ended && !comment && size < bytes.size() - 1) bytes[size++] = c;
    }
    const std::string_view text = without_trailing_blanks({bytes.data(), size});
    if (!text.empty()) queue_.push(text, Source::kSd).sd_end = static_cast<std::uint32_t>(card.position);
  }
}

// The emergency parser sees every byte as it arrives, long before its line is read (M 5).
void FirmwareCore::emergency_char(char c) {
  if (c == '\n' || c == '\r') {
    const std::string_view word(emergency_.data(), static_cast<std::size_t>(emergency_size_));
    if (word.substr(0, 4) == "M108") m108_break();
    if (word.substr(0, 4) == "M112") kill(true);
    if (word.substr(0, 4) == "M410") m410_quickstop();
    if (word.substr(0, 4) == "M524") abort_sd_print();
    if (word.substr(0, 6) == "M876 S" && word.size() > 6) answer(word[6] - '0');
    emergency_size_ = emergency_state_ = 0;
    return;
  }
  const bool leading = emergency_size_ == 0 && (c == ' ' || emergency_state_ == 1);
  if (emergency_size_ == 0 && c == 'N') emergency_state_ = 1;
  if (emergency_state_ == 1 && c == ' ') emergency_state_ = 0;
  if (leading || emergency_state_ == 1) return;
  if (emergency_size_ < static_cast<int>(emergency_.size()))
    emergency_[static_cast<std::size_t>(emergency_size_++)] = c;
}

}  // namespace sim
