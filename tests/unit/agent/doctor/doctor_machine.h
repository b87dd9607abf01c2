// A machine on which everything is well, in a directory: a Prusa on USB, the rule, the service's user, OctoPrint with
// the agent's port. A test breaks one part of it.
#pragma once

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

#include "agent/doctor/doctor.h"
#include "tests/scratch_dir.h"

namespace doctor_test {

namespace fs = std::filesystem;

class TestMachine {
 public:
  TestMachine() {
    machine.root = dir_.path();
    machine.user = "pi";
    machine.now = 1'800'000'000;
    configuration.runtime_dir = "/run/marlin-agent";
    configuration.state_dir = "/var/lib/marlin-agent";
    write("/proc/devices", "Character devices:\n166 ttyACM\n188 ttyUSB\n");
    write("/proc/net/tcp",
          "  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A 00000000:00000000\n");
    write("/usr/lib/udev/rules.d/60-marlin-agent.rules", "#\n");
    write("/etc/passwd",
          "root:x:0:0::/root:/bin/sh\nmarlin-agent:x:990:990::/:/bin/false\npi:x:1000:1000::/home/pi:/bin/sh\n");
    write("/etc/group", "dialout:x:20:pi,marlin-agent\nmarlin-agent:x:" + own_group() + ":\n");
    write("/home/pi/.octoprint/config.yaml",
          "serial:\n  additionalPorts:\n  - /run/marlin-agent/*\n  port: /run/marlin-agent/mk3-CZPX1\n");
    write("/home/pi/.config/Printrun/pronsolerc", "set port /run/marlin-agent/mk3-CZPX1\n");
    write("/etc/prusalink/prusalink.ini", "[printer]\nport = /dev/ttyUSB_mk3-CZPX1\n");
    write("/var/lib/marlin-agent/history.db", "SQLite format 3\0...");
    link("/dev/pts/3", "/run/marlin-agent/mk3-CZPX1");
    link("/run/marlin-agent/mk3-CZPX1", "/dev/ttyUSB_mk3-CZPX1");
    plug("1-1", "2c99", "0002", "ttyACM0");
  }

  void write(const std::string& path, const std::string& text) {
    const fs::path file = machine.at(path);
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void remove(const std::string& path) { fs::remove_all(machine.at(path)); }

  void link(const std::string& target, const std::string& path) {
    fs::create_directories(machine.at(path).parent_path());
    fs::create_symlink(target, machine.at(path));
  }
  void plug(const std::string& port, const std::string& vendor, const std::string& product, const std::string& tty) {
    const std::string device = "/sys/bus/usb/devices/" + port;
    write(device + "/idVendor", vendor + "\n");
    write(device + "/idProduct", product + "\n");
    write(device + "/product", "Original Prusa i3 MK3\n");
    write(device + "/serial", "CZPX1\n");
    if (tty.empty()) return;
    fs::create_directories(machine.at(device + "/" + port + ":1.0/tty/" + tty));
    write("/dev/" + tty, "");
  }
  static std::string own_group() { return std::to_string(::getegid()); }

  /// Everything that `marlin-agent doctor` prints but its "ok" lines.
  std::string found() {
    std::ostringstream out;
    is_well = agent::doctor::examine(machine, configuration, out);
    std::istringstream lines(out.str());
    std::string rest;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("ok ")) rest += line + '\n';
    }
    return rest;
  }

  agent::doctor::Machine machine;
  agent::config::Configuration configuration;
  bool is_well = false;

 private:
  test::ScratchDir dir_;
};

}  // namespace doctor_test
