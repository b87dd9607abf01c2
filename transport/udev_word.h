// Whether udev has finished with a device node. Until then the node has neither its group nor its mode.
#pragma once

#include <filesystem>
#include <string>

namespace transport {

/// The places where udev and the kernel report it; other folders for tests.
struct UdevPlaces {
  std::filesystem::path run = "/run/udev";
  std::filesystem::path sys = "/sys";
};

/// True if udev has finished with `path`, and also if it will never report: no udevd runs, `path` is not a device node,
/// or the kernel has no such device in its tree (a pseudo-terminal). A few system calls; opens nothing.
[[nodiscard]] bool udev_is_done(const std::string& path, const UdevPlaces& places = {});

}  // namespace transport
