#include "agent/recording/recording_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace agent::recording {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kEnding = ".jsonl";

std::string file_name(const std::string& name, std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return name + '-' + digits + std::string(kEnding);
}

// Numbers of the existing recordings of `name`, ascending.
std::vector<std::uint64_t> numbers_in(const fs::path& dir, const std::string& name) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (const auto number = recording_number(it->path().filename().string(), name); number > 0)
      numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

std::uint64_t recording_number(std::string_view file, std::string_view name) {
  if (!file.starts_with(name) || !file.ends_with(kEnding)) return 0;
  file.remove_prefix(name.size());
  if (file.size() <= 1 + kEnding.size() || file.front() != '-') return 0;
  const std::string_view digits = file.substr(1, file.size() - 1 - kEnding.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() && digits.size() >= 6 ? number : 0;
}

int RecordingFiles::begin() {
  file_.reset();
  size_ = 0;
  const auto numbers = numbers_in(dir_, name_);
  std::error_code ignored;
  for (std::size_t i = 0; i + (kFiles - 1) < numbers.size(); ++i)
    fs::remove(dir_ / file_name(name_, numbers[i]), ignored);
  const fs::path path = dir_ / file_name(name_, numbers.empty() ? 1 : numbers.back() + 1);
  // 0640: a print's G-code belongs to its owner and the agent's group.
  file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  return file_ ? 0 : errno;
}

int RecordingFiles::append(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(file_.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      // Half a line would make the file unreadable from here on.
      if (done > 0 &&
          (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0 || ::lseek(file_.get(), 0, SEEK_END) < 0)) {
        file_.reset();
      }
      return error;
    }
    done += static_cast<std::size_t>(written);
  }
  size_ += text.size();
  return 0;
}

}  // namespace agent::recording
