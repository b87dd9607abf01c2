#include "transport/usb_finder.h"

#include <algorithm>

#include "transport/usb_events.h"
#include "transport/usb_sysfs.h"

// after the headers above, which make Asio complete
#include <boost/asio/post.hpp>

namespace transport {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPoll{50};  // after a change; doubled each time
constexpr milliseconds kLongestRest{5000};
constexpr milliseconds kLongestRestWithoutNotification{1000};

}  // namespace

UsbFinder::UsbFinder(boost::asio::io_context& io, Found found, std::filesystem::path sysfs)
    : io_(io),
      found_(std::make_shared<Found>(std::move(found))),
      sysfs_(std::move(sysfs)),
      thread_([this] { work(); }) {}

UsbFinder::~UsbFinder() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    if (events_) events_->interrupt();
  }
  changed_.notify_one();
  thread_.join();  // its posted handlers find found_ empty
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
  boost::asio::post(io_, [weak = std::weak_ptr<Found>(found_), devices = std::move(devices)] {
    if (const auto found = weak.lock()) (*found)(devices);
  });
}

}  // namespace transport
