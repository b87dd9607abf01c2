#include "transport/usb_finder.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include <libusb.h>
#include <boost/asio/post.hpp>

namespace transport {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPoll{50};  // after a change; doubled each time
constexpr milliseconds kLongestRest{5000};
constexpr milliseconds kLongestRestWithoutNotification{1000};

namespace fs = std::filesystem;

constexpr unsigned kHubClass = 0x09;
// A string descriptor holds at most 126 characters, three bytes each as UTF-8; a longer file is broken.
constexpr std::size_t kLongestText = 400;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::getline(in, text);
  if (text.size() > kLongestText) text.resize(kLongestText);
  // Devices pad their strings with blanks; udev drops those too.
  const auto last = text.find_last_not_of(" \t\r");
  return last == std::string::npos ? std::string() : text.substr(0, last + 1);
}

std::optional<std::uint16_t> read_hex(const fs::path& file) {
  const std::string text = read_text(file);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Names of a directory's entries in order; none if it does not exist.
std::vector<std::string> entries_of(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void append_ttys(const fs::path& interface, std::vector<std::string>& ttys) {
  for (const std::string& name : entries_of(interface / "tty")) ttys.push_back("/dev/" + name);
  for (const std::string& port : entries_of(interface)) {
    if (!port.starts_with("ttyUSB")) continue;
    // The port's directory exists before its tty does: the name of the port alone is not enough.
    for (const std::string& name : entries_of(interface / port / "tty")) ttys.push_back("/dev/" + name);
  }
}

std::optional<UsbDevice> read_device(const fs::path& dir, const std::string& port) {
  const auto vendor = read_hex(dir / "idVendor");
  const auto product = read_hex(dir / "idProduct");
  if (!vendor || !product || read_hex(dir / "bDeviceClass") == kHubClass) return std::nullopt;
  UsbDevice device;
  device.port = port;
  device.vendor = *vendor;
  device.product = *product;
  device.serial_number = read_text(dir / "serial");
  device.manufacturer = read_text(dir / "manufacturer");
  device.model = read_text(dir / "product");
  for (const std::string& name : entries_of(dir)) {
    if (name.starts_with(port + ':')) append_ttys(dir / name, device.ttys);
  }
  return device;
}

}  // namespace

UsbFinder::UsbFinder(boost::asio::io_context& io, Found found, std::filesystem::path sysfs)
    : io_(io),
      sysfs_(std::move(sysfs)),
      found_(std::make_shared<Found>(std::move(found))),
      thread_([this] { work(); }) {}

UsbFinder::~UsbFinder() {
  end();
  thread_.join();
}

void UsbFinder::end() {
  {
    const std::lock_guard lock(mutex_);
    found_.reset();  // its posted handlers find it empty
    ends_ = true;
    if (events_) events_->interrupt();
  }
  changed_.notify_one();
}

bool UsbFinder::has_ended() {
  const std::lock_guard lock(mutex_);
  return has_ended_;
}

void UsbFinder::refresh() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
    if (events_) events_->interrupt();
  }
  changed_.notify_one();
}

void UsbFinder::work() {
  auto events = UsbEvents::open();
  const milliseconds longest = events ? kLongestRest : kLongestRestWithoutNotification;
  {
    const std::lock_guard lock(mutex_);
    events_ = std::move(events);
  }
  std::vector<UsbDevice> known;
  milliseconds delay = kFirstPoll;
  bool ends = false;
  for (bool asked = take_question(ends); !ends; asked = take_question(ends)) {
    auto devices = read_usb_devices(sysfs_);
    if (devices != known || asked) {
      delay = kFirstPoll;
      tell(devices);
    }
    known = std::move(devices);
    delay = rest(delay) ? kFirstPoll : std::min(delay * 2, longest);
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
}

bool UsbFinder::take_question(bool& ends) {
  const std::lock_guard lock(mutex_);
  ends = ends_;
  return std::exchange(asked_, false);
}

bool UsbFinder::rest(milliseconds longest) {
  if (events_) return events_->wait(longest);  // set by this thread alone
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return asked_ || ends_; });
  return false;
}

void UsbFinder::tell(std::vector<UsbDevice> devices) {
  const std::lock_guard lock(mutex_);
  boost::asio::post(io_, [weak = std::weak_ptr<Found>(found_), devices = std::move(devices)] {
    if (const auto found = weak.lock()) (*found)(devices);
  });
}

std::unique_ptr<UsbEvents> UsbEvents::open() {
  libusb_context* context = nullptr;
  if (libusb_init(&context) != LIBUSB_SUCCESS) return nullptr;
  std::unique_ptr<UsbEvents> events(new UsbEvents(context));
  return events->listen() ? std::move(events) : nullptr;
}

UsbEvents::~UsbEvents() {
  if (callback_ != 0) libusb_hotplug_deregister_callback(context_, callback_);
  libusb_exit(context_);
}

bool UsbEvents::listen() {
  if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) == 0) return false;
  const auto ring = [](libusb_context*, libusb_device*, libusb_hotplug_event, void* self) {
    static_cast<UsbEvents*>(self)->rang_ = true;
    return 0;  // continue to listen
  };
  constexpr int kBoth = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
  return libusb_hotplug_register_callback(context_, kBoth, 0, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
                                          LIBUSB_HOTPLUG_MATCH_ANY, ring, this, &callback_) == LIBUSB_SUCCESS;
}

bool UsbEvents::wait(std::chrono::milliseconds longest) {
  timeval limit{static_cast<time_t>(longest.count() / 1000), static_cast<suseconds_t>((longest.count() % 1000) * 1000)};
  // A permanent fault would make the reader spin.
  if (libusb_handle_events_timeout_completed(context_, &limit, nullptr) != LIBUSB_SUCCESS) {
    std::this_thread::sleep_for(std::min(longest, std::chrono::milliseconds(100)));
  }
  return std::exchange(rang_, false);
}

void UsbEvents::interrupt() { libusb_interrupt_event_handler(context_); }

std::vector<UsbDevice> read_usb_devices(const fs::path& sysfs) {
  const fs::path all = sysfs / "bus" / "usb" / "devices";
  std::vector<UsbDevice> devices;
  for (const std::string& name : entries_of(all)) {
    if (!is_usb_port(name)) continue;
    if (auto device = read_device(all / name, name)) devices.push_back(std::move(*device));
  }
  std::sort(devices.begin(), devices.end(), [](const auto& a, const auto& b) { return is_lower_port(a.port, b.port); });
  return devices;
}

std::string usb_id_of(const std::string& tty, const fs::path& sysfs) {
  std::error_code error;
  const fs::path name = fs::canonical(tty, error).filename();
  if (error) return {};
  fs::path node = fs::canonical(sysfs / "class" / "tty" / name / "device", error);
  // The tty is below an interface of the device (cdc_acm) or below a port of that interface (usb-serial).
  for (int up = 0; !error && up < 4 && node.has_relative_path(); ++up, node = node.parent_path()) {
    const auto vendor = read_hex(node / "idVendor"), product = read_hex(node / "idProduct");
    if (vendor && product) return usb_id_text(*vendor, *product);
  }
  return {};
}

}  // namespace transport
