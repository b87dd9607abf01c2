// The demo's environment of the agent: a virtual printer behind a device path and a virtual host at the agent's host
// port, both on real pseudo-terminals and in real time. Knows only these two paths of the agent and its snapshots.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "agent/process/timer.h"
#include "agent/snapshot/snapshot.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"
#include "transport/pseudo_terminal.h"
#include "transport/serial_port.h"

namespace agent::demo {

/// packaging/demo/hex_nut.gcode, built into the program so that the demo needs no file. CMake writes demo_gcode.cpp.
[[nodiscard]] std::string_view demo_gcode();

/// A printer of the demo.
struct Machine {
  std::string name, firmware;
  bool has_mmu = false;
};

/// `count` machines with different names; `firmware`: of all of them, or empty.
[[nodiscard]] std::vector<Machine> demo_machines(int count, const std::string& firmware);

/// What an MMU3 says on the line by itself.
[[nodiscard]] sim::PrinterHabits with_mmu();

/// A cable that flips one bit in every kPeriod-th numbered line, so that the printer asks for it again.
class BadCable {
 public:
  static constexpr int kPeriod = 400;
  [[nodiscard]] std::string pass(std::string bytes);

 private:
  int numbered_ = 0;
  std::size_t column_ = 0;
  bool is_numbered_ = false;
};

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
  BadCable cable_;
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

struct WorldOptions {
  double speed = 1;
  std::string host;  ///< one of sim::host_names()
  std::uint64_t seed = 1;
};

/// A printer and its host, which prints when the agent knows the printer.
class DemoPair {
 public:
  DemoPair(boost::asio::io_context& io, const Machine& machine, const WorldOptions& options,
           const std::string& run_dir);

  [[nodiscard]] transport::MaybeFailure plug_in(const std::string& dir);
  /// Starts the host, and notes the end of its print. The agent sees it a little later than the host: until then its
  /// state is "printing".
  void observe(const snapshot::LinkSnapshot& link, gcode::line::Time now);
  [[nodiscard]] bool has_ended() const { return ended_; }
  [[nodiscard]] std::string failure() const { return host_.failure(); }

 private:
  std::string name_;
  DemoPrinter printer_;
  DemoHost host_;
  gcode::line::Time began_ = process::monotonic_now();
  gcode::line::Time done_at_{};
  bool host_began_ = false;
  bool ended_ = false;
};

/// The sliced file of the project, line by line as a host reads it.
[[nodiscard]] std::vector<std::string> demo_print();

}  // namespace agent::demo
