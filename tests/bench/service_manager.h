// The part of systemd that makes the agent expect a restart: a notify socket that accepts everything, descriptors too,
// and stores nothing.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "transport/file_descriptor.h"

namespace bench {

class ServiceManager {
 public:
  /// Listens at `path`, which must be free. Throws std::runtime_error.
  explicit ServiceManager(const std::string& path);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// Words before a program that becomes its service.
  [[nodiscard]] std::vector<std::string> wrapper() const;

 private:
  std::string path_;
  transport::FileDescriptor socket_;
  std::thread reader_;
};

}  // namespace bench
