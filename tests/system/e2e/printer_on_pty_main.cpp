// printer-on-pty: the virtual printer as a device that any program can open, for end-to-end tests and experiments.
//
//   printer-on-pty --firmware prusa-3.13 --speed 50 --link /tmp/printer
//   stdin:  reset | panic | stall MS | thermistor | runout | crash | knob | fan | sd NAME | noise RATE | lose-oks CHANCE |
//           temperatures HOTEND BED HOTEND_PER_SECOND BED_PER_SECOND | say TEXT | answer CODE TEXT | report TEXT |
//           unplug | replug | stats | quit
//           say: a line of its own; answer: instead of the firmware's, with "\n" for a line end; report: instead of the
//           firmware's line of temperatures ({tool}, {tool_target}, {bed}, {bed_target}: its own values)
//   stdout: "ready LINK SLAVE", then one line for each command: "done", a JSON object for stats, or "error: ..."
#include <utility>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <sstream>

#include "tests/system/e2e/pty_printer.h"

namespace {

using sim::Time;
using sim::VirtualPrinter;

/// Reads commands from standard input, a line each, and answers on standard output.
class Console {
 public:
  Console(boost::asio::io_context& io, e2e::PtyPrinter& printer)
      : io_(io), in_(io, ::dup(STDIN_FILENO)), printer_(printer) {
    read();
  }

 private:
  void read() {
    in_.async_read_some(boost::asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t n) {
      if (error) return;  // no more commands: the printer continues until it is killed
      pending_.append(buffer_.data(), n);
      for (std::size_t end; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1)) {
        std::cout << handle(pending_.substr(0, end)) << std::endl;
      }
      read();
    });
  }

  std::string handle(const std::string& line) {
    std::istringstream words(line);
    std::string verb, argument;
    words >> verb >> argument;
    if (verb == "stats") return printer_.stats();
    if (verb == "unplug") return printer_.unplug(), "done";
    if (verb == "replug") return printer_.replug(), "done";
    if (verb == "noise") return printer_.set_noise(std::strtod(argument.c_str(), nullptr)), "done";
    if (verb == "quit") return io_.stop(), "done";
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (change_the_world(verb, argument) || change_the_talk(verb, argument, rest)) return "done";
    return "error: unknown command \"" + line + "\"";
  }

  bool change_the_world(const std::string& verb, const std::string& argument) {
    bool known = true;
    printer_.change([&](VirtualPrinter& printer, Time now) {
      if (verb == "reset") printer.reset(now);
      else if (verb == "panic") printer.power_panic(now);
      else if (verb == "stall")
        printer.stall(now, std::chrono::milliseconds(std::strtol(argument.c_str(), nullptr, 10)));
      else if (verb == "thermistor") printer.open_thermistor(now);
      else if (verb == "runout") printer.run_out_of_filament(now);
      else if (verb == "crash") printer.crash(now);
      else if (verb == "knob") printer.press_knob(now);
      else if (verb == "fan") printer.stall_fan(now);
      else if (verb == "sd") printer.start_sd_print(argument, now);
      else known = false;
    });
    return known;
  }

  bool change_the_talk(const std::string& verb, const std::string& first, const std::string& rest) {
    bool known = true;
    printer_.change([&](VirtualPrinter& printer, Time now) {
      const std::string all = rest.empty() ? first : first + " " + rest;
      if (verb == "say") printer.say(all, now);
      else if (verb == "report") printer.habits().report = all;
      else if (verb == "answer")
        printer.habits().answers.insert(printer.habits().answers.begin(), {first, lines_of(rest)});
      else if (verb == "lose-oks") {
        printer.habits().mishap = sim::Mishap::kLost;
        printer.habits().mishap_chance = std::strtod(first.c_str(), nullptr);
        printer.habits().most_mishaps = std::numeric_limits<int>::max();
      } else if (verb == "temperatures") {
        std::istringstream numbers(all);
        double hotend = 0, bed = 0, hotend_drift = 0, bed_drift = 0;
        numbers >> hotend >> bed >> hotend_drift >> bed_drift;
        printer.set_temperatures(hotend, bed, now, hotend_drift, bed_drift);
      } else known = false;
    });
    return known;
  }

  static std::string lines_of(std::string text) {
    for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n")) text.replace(at, 2, "\n");
    return text;
  }

  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor in_;
  e2e::PtyPrinter& printer_;
  std::array<char, 256> buffer_{};
  std::string pending_;
};

/// "BUNNY.GCO=/path/to/file": the content of an SD card.
void insert_sd_file(sim::PrinterOptions& options, const std::string& text) {
  const auto equals = text.find('=');
  std::ifstream file(text.substr(equals + 1), std::ios::binary);
  if (equals == std::string::npos || !file) throw std::runtime_error("--sd: expected NAME=FILE, got " + text);
  options.sd_files[text.substr(0, equals)] = std::string(std::istreambuf_iterator<char>(file), {});
}

int run(e2e::PtyPrinterOptions options) {
  boost::asio::io_context io(1);
  e2e::PtyPrinter printer(io, options);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  std::cout << "ready " << options.link.string() << ' ' << std::filesystem::read_symlink(options.link).string()
            << std::endl;
  const Console console(io, printer);
  io.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A virtual printer on a pseudo-terminal");
  e2e::PtyPrinterOptions options;
  std::string link, pacing = "on";
  std::vector<std::string> sd_files;
  app.add_option("--firmware", options.firmware,
                 "prusa-3.9, prusa-3.13, prusa-3.14, marlin-1.0, marlin-1.1.9, marlin-2.1.2-plain, ...");
  app.add_option("--speed", options.printer.speed, "moves, dwells and heating are N times faster");
  app.add_option("--seed", options.printer.seed, "for the printer's own small variations");
  app.add_flag("--instant-moves", options.printer.instant_moves, "moves take no time");
  app.add_option("--link", link, "where to put the link to the device")->required();
  app.add_option("--noise", options.noise, "probability that a byte to the printer is corrupted, dropped or doubled");
  app.add_option("--noise-seed", options.noise_seed, "repeats a run");
  app.add_flag("--noise-within-lines", options.noise_within_lines, "never hit line ends, hit a line at most once");
  app.add_option("--baud-pacing", pacing, "on: 115200 baud both ways; off: as fast as possible")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_flag("--reset-on-open", options.reset_on_open, "opening the device resets the printer, as DTR does");
  app.add_option("--sd", sd_files, "NAME=FILE on the SD card; may be repeated");
  app.add_option("--executed", options.executed_file, "write every executed line here");
  app.add_option("--transcript", options.transcript_file,
                 "write every byte here, in the format of tests/data/recordings");
  CLI11_PARSE(app, argc, argv);
  try {
    options.link = link;
    options.paced = options.printer.wire_paced = pacing == "on";
    for (const std::string& file : sd_files) insert_sd_file(options.printer, file);
    return run(std::move(options));
  } catch (const std::exception& error) {
    std::cerr << "printer-on-pty: " << error.what() << std::endl;
    return 1;
  }
}
