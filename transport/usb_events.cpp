#include "transport/usb_events.h"

#include <libusb.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace transport {

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

}  // namespace transport
