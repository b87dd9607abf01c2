// The demo's environment of the agent: a virtual printer behind a device path and a virtual host at the agent's host
// port, both on real pseudo-terminals and in real time. Knows only these two paths of the agent.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "agent/process/timer.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"
#include "transport/pseudo_terminal.h"
#include "transport/serial_port.h"

namespace agent::demo {

/// packaging/demo/hex_nut.gcode, built into the program so that the demo needs no file. CMake writes demo_gcode.cpp.
[[nodiscard]] std::string_view demo_gcode();

/// A virtual printer that a program can open as DIR/NAME.
class DemoPrinter {
 public:
  /// `io` is not owned and outlives the printer.
  DemoPrinter(boost::asio::io_context& io, sim::VirtualPrinter printer);

  /// Creates the device and switches the printer on.
  [[nodiscard]] transport::MaybeFailure plug_in(const std::string& dir, const std::string& name);

 private:
  void receive();
  void step();

  sim::VirtualPrinter printer_;
  transport::PseudoTerminal line_;
  process::Timer timer_;
  std::string output_;  ///< bytes that the line has not taken yet: a real printer blocks, this one buffers a few lines
};

/// A virtual host that opens a port as soon as it exists, and prints.
class DemoHost {
 public:
  DemoHost(boost::asio::io_context& io, std::unique_ptr<sim::VirtualHost> host, std::string port);

  void start() { step(); }
  [[nodiscard]] bool is_done() const { return host_->is_done(); }
  /// Empty, or why the print failed.
  [[nodiscard]] std::string failure() const { return failure_.empty() ? host_->failure() : failure_; }

 private:
  void receive();
  void step();
  void try_to_open(gcode::line::Time now);

  std::unique_ptr<sim::VirtualHost> host_;
  std::string path_;
  transport::SerialPort port_;
  process::Timer timer_;
  std::string output_;
  std::string failure_;
};

/// The sliced file of the project, line by line as a host reads it.
[[nodiscard]] std::vector<std::string> demo_print();

}  // namespace agent::demo
