// Whether udev has finished with a device node. Until then the node has neither its group nor its mode.
#pragma once

#include <filesystem>
#include <string>

namespace transport {

/// Where udev and the kernel tell it; other folders for tests.
struct UdevPlaces {
  std::filesystem::path run = "/run/udev";
  std::filesystem::path sys = "/sys";
};

/// True if udev has finished with `path`, and also if nobody will ever say so: no udevd runs, `path` is no device node, or
/// the kernel has no such device in its tree (a pseudo-terminal). A few system calls; opens nothing.
[[nodiscard]] bool udev_is_done(const std::string& path, const UdevPlaces& places = {});

}  // namespace transport
