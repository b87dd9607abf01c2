// The virtual printer in real time behind a pseudo-terminal's slave, so that a program can open it like /dev/ttyACM0:
// line speed both ways, noise on the input, nothing kept for a program that opens it later, unplugging and replugging.
// It does not know command lines.
#pragma once

#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "tests/sim/virtual_printer.h"
#include "tests/system/e2e/line_noise.h"
#include "transport/pseudo_terminal.h"

namespace e2e {

struct PtyPrinterOptions {
  std::string firmware = "prusa-3.13";
  sim::PrinterOptions printer;
  std::filesystem::path link;  ///< where programs find the slave
  double noise = 0;            ///< per byte to the printer
  std::uint64_t noise_seed = 1;
  bool noise_within_lines = false;  ///< never hits line ends, hits a line at most once
  bool paced = true;                ///< bytes to the printer take 86.8 us each too
  bool reset_on_open = false;       ///< as the DTR edge does
  std::string executed_file;        ///< one line for each executed line: number, blank, text
  std::string transcript_file;      ///< in the format of tests/data/recordings
};

class PtyPrinter {
 public:
  /// Throws std::runtime_error with a clear message if the pseudo-terminal or a file cannot be created.
  PtyPrinter(boost::asio::io_context& io, PtyPrinterOptions options);

  void unplug();  ///< the slave hangs up and the link is removed; the printer continues
  void replug();  ///< a new slave under the same link
  [[nodiscard]] bool is_plugged() const { return pty_.native_handle() >= 0; }

  void set_noise(double rate) { noise_.set_rate(rate); }

  /// An external event; `change` gets the printer and the current time.
  template <class Change>
  void change(Change change_it) {
    run_to(now());
    change_it(printer_, now());
    run_to(now());
    wake_at_next();
  }

  /// One JSON object on one line.
  [[nodiscard]] std::string stats() const;

 private:
  struct Arrival {
    char byte;
    sim::Time at;
  };
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        transport::IoExecutor>;

  [[nodiscard]] sim::Time now() const;
  void publish();
  void receive();
  void run_to(sim::Time now);
  void deliver_arrived(sim::Time now);
  void send();
  void wake_at_next();
  void write_down(const sim::Executed& line);
  void write_down_heard(std::string_view bytes, sim::Time at);
  void write_down(const char* direction, std::string_view bytes, sim::Time at);

  PtyPrinterOptions options_;
  transport::PseudoTerminal pty_;
  Timer timer_;
  std::chrono::steady_clock::time_point began_;
  sim::VirtualPrinter printer_;
  LineNoise noise_;
  std::deque<Arrival> on_the_wire_;
  sim::Time wire_free_{};
  std::string unsent_, heard_;
  std::ofstream executed_, transcript_;
  std::optional<sim::Time> wakes_at_;
  std::uint64_t opens_ = 0;
  std::uint64_t lines_executed_ = 0, bytes_in_ = 0, bytes_out_ = 0, bytes_unheard_ = 0;
};

}  // namespace e2e
