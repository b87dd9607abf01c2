#include "agent/link/port_gate.h"

namespace agent::link {

PortGate::PortGate(boost::asio::io_context& io, PortUsers* users, transport::UdevPlaces udev)
    : users_(users), udev_(std::move(udev)), udev_timer_(io, [this] { poll_udev(); }) {}

void PortGate::ask(const std::string& device, Passed passed) {
  cancel();
  device_ = device;
  passed_ = std::move(passed);
  udev_end_ = process::monotonic_now() + std::chrono::seconds(10);
  poll_udev();
}

void PortGate::cancel() {
  udev_timer_.cancel();
  found_.reset();
  passed_ = nullptr;
}

void PortGate::poll_udev() {
  if (!passed_) return;  // cancelled after the timer had already fired
  if (process::monotonic_now() < udev_end_ && !transport::udev_is_done(device_, udev_))
    return udev_timer_.after(std::chrono::milliseconds(50));
  ask_for_users();
}

void PortGate::ask_for_users() {
  if (users_ == nullptr) return answer({});
  found_ = std::make_shared<PortUsers::Found>([this](const process::PortUsersAnswer& users) {
    if (!users.refusal.empty())
      return answer("cannot check which programs have " + device_ + " open: " + users.refusal +
                    "; waiting until the check succeeds");
    answer(users.programs.empty()
               ? std::string()
               : device_ + " is open in " + process::program_names(users.programs) + "; waiting until it is closed");
  });
  users_->ask(device_, found_);
}

void PortGate::answer(const std::string& fault) {
  const Passed passed = std::move(passed_);
  cancel();
  passed(fault);
}

}  // namespace agent::link
