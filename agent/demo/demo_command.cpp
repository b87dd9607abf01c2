#include "agent/demo/demo_options.h"

#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

#include <stdlib.h>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include "agent/daemon/service.h"
#include "agent/demo/demo_view.h"
#include "agent/demo/demo_world.h"
#include "agent/log/log.h"
#include "agent/status/status_json.h"
#include "agent/status/status_view.h"
#include "agent/terminal/screen.h"

namespace agent::demo {
namespace {

constexpr const char* kPrinterName = "mk3s";
constexpr gcode::line::Time kDrawPeriod = std::chrono::milliseconds(200);
// A firmware that reports its name has done so by then.
constexpr gcode::line::Time kLongestBoot = std::chrono::seconds(8);
// A print ends for the agent when its stream has been silent for 15 s at most.
constexpr gcode::line::Time kLongestEnd = std::chrono::seconds(20);
constexpr gcode::line::Time kLinePeriod = std::chrono::seconds(5);

/// A temporary directory, removed at the end.
class Workplace {
 public:
  Workplace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "marlin-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Workplace() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }  ///< empty: it could not be created

 private:
  std::string path_;
};

config::Configuration demo_configuration(const DemoOptions& options, const std::string& dir) {
  config::Configuration configuration;
  configuration.listen = options.listen.empty() ? std::vector<std::string>{"127.0.0.1:11520"} : options.listen;
  configuration.runtime_dir = dir + "/run";
  configuration.state_dir = dir + "/state";
  configuration.log.level = config::LogLevel::kWarning;
  config::PrinterConfiguration printer;
  printer.name = kPrinterName;
  printer.device = dir + "/device";
  configuration.printers.push_back(printer);
  return configuration;
}

std::vector<std::string> with_free_ports(std::vector<std::string> addresses) {
  for (std::string& address : addresses) address = address.substr(0, address.rfind(':')) + ":0";
  return addresses;
}

// The URL that a browser on this machine can open.
std::string url_of(const std::string& address, const std::string& path) {
  const std::size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon);
  const bool any = host == "0.0.0.0" || host == "[::]" || host.empty();
  return "http://" + (any ? "localhost" : host) + address.substr(colon) + path;
}

class Demo {
 public:
  Demo(const DemoOptions& options, sim::VirtualPrinter printer, std::unique_ptr<sim::VirtualHost> host)
      : options_(options),
        configuration_(demo_configuration(options, workplace_.path())),
        log_(configuration_.log, log_counters_, [this](std::string_view line) { set_message(line); }),
        service_(log_, log_counters_),
        printer_(io_, std::move(printer)),
        host_(io_, std::move(host), configuration_.runtime_dir + '/' + kPrinterName),
        signals_(io_),
        draw_timer_(io_, [this] { show(); }) {}

  int run() {
    if (workplace_.path().empty())
      return refuse("cannot make a directory in " + std::filesystem::temp_directory_path().string());
    if (const auto failure = printer_.plug_in(workplace_.path(), "device")) return refuse(failure->sentence);
    if (!begin_service()) return 1;
    describe();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) signals_.add(signal);
    wait_for_signal();
    std::thread agent([this] { service_.io().run(); });
    play();
    boost::asio::post(service_.io(), [this] { service_.shut_down(); });
    agent.join();
    return host_.failure().empty() ? 0 : 1;
  }

 private:
  static int refuse(const std::string& sentence) {
    std::cerr << "marlin-agent: " << sentence << '\n';
    return 1;
  }

  // On the log's thread.
  void set_message(std::string_view line) {
    boost::asio::post(io_, [this, text = std::string(line.substr(0, line.find('\n')))] { now_.message = text; });
  }

  bool begin_service() {
    auto fault = service_.prepare(configuration_);
    if (fault) {
      std::cout << *fault << "; trying a free port\n";
      configuration_.listen = with_free_ports(configuration_.listen);
      fault = service_.prepare(configuration_);
    }
    if (fault) return refuse(*fault), false;
    service_.commit(configuration_);
    return true;
  }

  void describe() {
    now_.printer = "virtual " + options_.firmware + " printer";
    now_.host = options_.host;
    now_.speed = options_.speed;
    for (const std::string& address : service_.web_addresses()) {
      now_.metrics_urls.push_back(url_of(address, configuration_.telemetry_path));
    }
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGWINCH) return io_.stop();
      show();
      wait_for_signal();
    });
  }

  void play() {
    terminal::Screen screen;
    screen_ = &screen;
    if (!screen.is_live()) print_addresses();
    draw_timer_.after(gcode::line::Time::zero());
    io_.run();
    screen_ = nullptr;
    screen.leave();
    std::cout << (now_.ending.empty() ? "ended before the print was done" : now_.ending) << '\n' << last_line_ << '\n';
  }

  void print_addresses() const {
    std::cout << "a " << now_.printer << " prints at " << now_.speed << " x speed for a host like " << now_.host
              << '\n';
    for (const std::string& url : now_.metrics_urls) std::cout << "metrics:   " << url << '\n';
    std::cout << "host port: " << configuration_.runtime_dir << '/' << kPrinterName << '\n' << std::flush;
  }

  void show() {
    if (screen_ == nullptr) return;
    const auto links = service_.snapshots().links();
    if (!links.empty()) {
      begin_host(*links.front());
      note_ending(*links.front());
      show(*links.front());
    }
    draw_timer_.after(kDrawPeriod);
  }

  // As in real use, where printer and agent are running before a print starts.
  void begin_host(const snapshot::LinkSnapshot& link) {
    const bool late = process::monotonic_now() - began_ > kLongestBoot;
    if (host_began_ || (!link.printer.firmware.known && !late)) return;
    host_began_ = true;
    host_.start();
  }

  void show(const snapshot::LinkSnapshot& link) {
    const gcode::line::Time now = process::monotonic_now();
    const nlohmann::json printer = status::printer_status(link, now);
    last_line_ = status::status_brief(printer);
    if (screen_->is_live()) return screen_->draw(draw_demo(printer, now_, screen_->style()));
    if (now - last_print_ < kLinePeriod) return;
    last_print_ = now;
    std::cout << last_line_ << '\n' << std::flush;
  }

  // The agent sees the end of the print a little later than its host: until then its state is "printing".
  void note_ending(const snapshot::LinkSnapshot& link) {
    const gcode::line::Time now = process::monotonic_now();
    if (!now_.ending.empty()) return;
    if (!host_.is_done()) done_at_ = now;
    if (!host_.failure().empty()) now_.ending = "the print failed: " + host_.failure();
    else if (host_.is_done() && (!link.prints.is_open() || now - done_at_ > kLongestEnd))
      now_.ending = "the print is done";
    else return;
    if (options_.exit_when_done) return io_.stop();
    if (!screen_->is_live()) std::cout << now_.ending << "; serving until Ctrl-C\n" << std::flush;
  }

  const DemoOptions& options_;
  Workplace workplace_;
  config::Configuration configuration_;
  boost::asio::io_context io_{1};
  log::LogCounters log_counters_;
  log::Log log_;
  daemon::Service service_;
  DemoPrinter printer_;
  DemoHost host_;
  boost::asio::signal_set signals_;
  process::Timer draw_timer_;
  DemoStatus now_;
  std::string last_line_;
  gcode::line::Time last_print_{};
  gcode::line::Time began_ = process::monotonic_now();
  gcode::line::Time done_at_{};
  bool host_began_ = false;
  terminal::Screen* screen_ = nullptr;
};

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

int no_such(const std::string& option, const std::string& value, const std::vector<std::string>& names) {
  std::cerr << "marlin-agent: " << option << ": there is no \"" << value << "\"; there are " << listed(names) << '\n';
  return 2;
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

int demo(const DemoOptions& options) {
  auto firmwares = sim::VirtualPrinter::firmware_names();
  for (std::string& persona : sim::VirtualPrinter::persona_names()) firmwares.push_back(std::move(persona));
  if (!is_one_of(options.firmware, firmwares)) return no_such("--firmware", options.firmware, firmwares);
  if (!is_one_of(options.host, sim::host_names())) return no_such("--host", options.host, sim::host_names());
  std::signal(SIGPIPE, SIG_IGN);
  sim::PrinterOptions printer;
  printer.speed = options.speed;
  printer.paced_input = true;
  sim::HostOptions host;
  host.print = demo_print();
  Demo demo(options, sim::VirtualPrinter(options.firmware, printer), sim::make_host(options.host, host));
  return demo.run();
}

}  // namespace agent::demo
