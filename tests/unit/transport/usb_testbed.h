// USB devices for tests, by umockdev: sysfs, uevents and device nodes that this process (and its children) sees instead
// of the machine's own. The program has to run under umockdev-wrapper.
#pragma once

#include <umockdev.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace transport_test {

struct MockDevice {
  std::string port = "1-1";
  std::string id = "2c99:0002";
  std::string serial_number{};
  std::string model = "Original Prusa i3 MK3";
  int number = 2;  ///< on its bus: /dev/bus/usb/001/002
};

class UsbTestbed {
 public:
  UsbTestbed() : bed_(umockdev_testbed_new()) {
    if (umockdev_in_mock_environment() == 0) throw std::runtime_error("run this under umockdev-wrapper");
  }
  ~UsbTestbed() { g_object_unref(bed_); }
  UsbTestbed(const UsbTestbed&) = delete;
  UsbTestbed& operator=(const UsbTestbed&) = delete;

  /// The device with one interface, without a tty: as it is while its driver is being loaded.
  void plug(const MockDevice& device) {
    char node[32];
    std::snprintf(node, sizeof node, "/dev/bus/usb/001/%03d", device.number);
    std::string record =
        "P: " + sys_path(device.port) + "\nN: " + std::string(node + 5) + "\nE: DEVNAME=" + node +
        "\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=" + std::string(node + 17) +
        "\nA: busnum=1\nA: devnum=" + std::to_string(device.number) + "\nA: bConfigurationValue=1\nA: speed=12" +
        "\nA: bDeviceClass=02\nA: idVendor=" + device.id.substr(0, 4) + "\nA: idProduct=" + device.id.substr(5) +
        "\nA: product=" + device.model + "\nH: descriptors=" + descriptors(device.id) + "\n";
    if (!device.serial_number.empty()) record += "A: serial=" + device.serial_number + "\n";
    add(record);
    add("P: " + sys_path(device.port) + "/" + device.port +
        ":1.0\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nA: bInterfaceClass=02\n");
  }
  /// The driver is bound and has created its tty. umockdev could create the node only once, so the test does it:
  /// root()/dev/ttyACM0 is /dev/ttyACM0 for every process under the wrapper.
  void add_tty(const std::string& port, const std::string& tty) {
    add("P: " + tty_path(port, tty) + "\nE: SUBSYSTEM=tty\n");
  }
  void unplug(const std::string& port, const std::string& tty = "") {
    if (!tty.empty()) remove(tty_path(port, tty));
    remove(sys_path(port) + "/" + port + ":1.0");
    remove(sys_path(port));
  }
  [[nodiscard]] std::filesystem::path root() const { return umockdev_testbed_get_root_dir(bed_); }

 private:
  static std::string sys_path(const std::string& port) { return "/devices/usb1/" + port; }
  static std::string tty_path(const std::string& port, const std::string& tty) {
    return sys_path(port) + "/" + port + ":1.0/tty/" + tty;
  }
  // A device descriptor and one configuration with one interface, as libusb expects them.
  static std::string descriptors(const std::string& id) {
    const std::string swapped = id.substr(2, 2) + id.substr(0, 2) + id.substr(7, 2) + id.substr(5, 2);
    return "12010002"
           "02000040" +
           swapped +
           "0001010203"
           "01"
           "09021200010100C032"
           "090400000002020100";
  }
  void add(const std::string& record) {
    GError* error = nullptr;
    if (umockdev_testbed_add_from_string(bed_, record.c_str(), &error) != 0) return;
    const std::string reason = error == nullptr ? record : error->message;
    g_clear_error(&error);
    throw std::runtime_error("umockdev: " + reason);
  }
  void remove(const std::string& path) {
    const std::string sys = "/sys" + path;
    umockdev_testbed_uevent(bed_, sys.c_str(), "remove");
    umockdev_testbed_remove_device(bed_, sys.c_str());
  }

  UMockdevTestbed* bed_;
};

}  // namespace transport_test
