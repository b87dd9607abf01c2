#include "tests/bench/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <stdexcept>

namespace bench {

ServiceManager::ServiceManager(const std::string& path)
    : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no notify socket at " + path_);
  }
  reader_ = std::thread([this] {
    std::array<char, 4096> state;
    // The kernel closes descriptors that are not received; an empty message is the end.
    while (::recv(socket_.get(), state.data(), state.size(), 0) > 0) {}
  });
}

ServiceManager::~ServiceManager() {
  ::shutdown(socket_.get(), SHUT_RD);
  reader_.join();
}

std::vector<std::string> ServiceManager::wrapper() const { return {"env", "NOTIFY_SOCKET=" + path_, "FDSTORE=64"}; }

}  // namespace bench
