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
#include "agent/demo/demo_history.h"
#include "agent/demo/demo_summary.h"
#include "agent/demo/demo_view.h"
#include "agent/demo/demo_world.h"
#include "agent/log/log.h"
#include "agent/status/status_json.h"
#include "agent/status/status_view.h"
#include "agent/terminal/screen.h"

namespace agent::demo {
namespace {

constexpr gcode::line::Time kDrawPeriod = std::chrono::milliseconds(200);
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

config::Configuration demo_configuration(const DemoOptions& options, const std::vector<Machine>& machines,
                                         const std::string& dir) {
  config::Configuration configuration;
  configuration.listen = options.listen.empty() ? std::vector<std::string>{"127.0.0.1:11520"} : options.listen;
  configuration.runtime_dir = dir + "/run";
  configuration.state_dir = dir + "/state";
  configuration.log.level = config::LogLevel::kWarning;
  for (const Machine& machine : machines) {
    config::PrinterConfiguration printer;
    printer.name = machine.name;
    printer.device = dir + "/device-" + machine.name;
    configuration.printers.push_back(printer);
  }
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
  explicit Demo(const DemoOptions& options)
      : options_(options),
        machines_(demo_machines(options.printers, options.firmware)),
        configuration_(demo_configuration(options, machines_, workplace_.path())),
        log_(configuration_.log, log_counters_, [this](std::string_view line) { set_message(line); }),
        service_(log_, log_counters_),
        signals_(io_),
        draw_timer_(io_, [this] { show(); }) {}

  int run() {
    if (workplace_.path().empty())
      return refuse("cannot make a directory in " + std::filesystem::temp_directory_path().string());
    if (const std::string fault = write_demo_history(configuration_.state_dir, machines_.front().name, began_unix_);
        !fault.empty())
      return refuse(fault);
    for (const Machine& machine : machines_) {
      pairs_.push_back(std::make_unique<DemoPair>(
          io_, machine, WorldOptions{options_.speed, options_.host, pairs_.size() + 1}, configuration_.runtime_dir));
      if (const auto failure = pairs_.back()->plug_in(workplace_.path())) return refuse(failure->sentence);
    }
    if (!begin_service()) return 1;
    describe();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) signals_.add(signal);
    wait_for_signal();
    std::thread agent([this] { service_.io().run(); });
    play();
    boost::asio::post(service_.io(), [this] { service_.shut_down(); });
    agent.join();
    return failures().empty() ? 0 : 1;
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
    now_.printer = machines_.size() > 1 ? std::to_string(machines_.size()) + " virtual printers"
                                        : "virtual " + machines_.front().firmware + " printer";
    now_.host = options_.host;
    now_.speed = options_.speed;
    for (const std::string& address : service_.web_addresses()) now_.page_urls.push_back(url_of(address, "/"));
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
    std::cout << (now_.ending.empty() ? "ended before the print was done" : now_.ending) << '\n';
    for (const std::string& line : summary(seen())) std::cout << line << '\n';
  }

  void print_addresses() const {
    for (const std::string& url : now_.page_urls) std::cout << "page:      " << url << '\n';
    for (const std::string& url : now_.page_urls)
      std::cout << "metrics:   " << url << configuration_.telemetry_path.substr(1) << '\n';
    std::cout << now_.printer << ", " << now_.speed << " x speed, host like " << now_.host << '\n';
    for (const Machine& machine : machines_)
      std::cout << "host port: " << configuration_.runtime_dir << '/' << machine.name << '\n';
    std::cout << std::flush;
  }

  // What the agent publishes for that machine; null before its first snapshot.
  std::shared_ptr<const snapshot::LinkSnapshot> link_of(const Machine& machine) {
    for (const auto& link : service_.snapshots().links())
      if (link->name == machine.name) return link;
    return nullptr;
  }

  std::vector<SeenPrinter> seen() {
    std::vector<SeenPrinter> all;
    for (const Machine& machine : machines_) {
      SeenPrinter& printer = all.emplace_back();
      printer.name = machine.name;
      snapshot::JobFilter since_begin;
      since_begin.printer = machine.name;
      since_begin.since_unix = began_unix_;
      printer.prints = service_.snapshots().history().jobs(since_begin);
      if (const auto link = link_of(machine)) {
        for (const auto resends : link->counters.resends) printer.resends += resends;
        for (const auto underruns : link->counters.underruns) printer.underruns += underruns;
      }
    }
    return all;
  }

  void show() {
    if (screen_ == nullptr) return;
    const gcode::line::Time now = process::monotonic_now();
    nlohmann::json printers = nlohmann::json::array();
    for (std::size_t i = 0; i < machines_.size(); ++i) {
      const auto link = link_of(machines_[i]);
      if (!link) continue;
      pairs_[i]->observe(*link, now);
      printers.push_back(status::printer_status(*link, now));
    }
    note_ending();
    if (!printers.empty()) show(printers, now);
    draw_timer_.after(kDrawPeriod);
  }

  void show(const nlohmann::json& printers, gcode::line::Time now) {
    if (screen_->is_live()) return screen_->draw(draw_demo(printers, now_, screen_->style()));
    if (now - last_print_ < kLinePeriod) return;
    last_print_ = now;
    for (const nlohmann::json& printer : printers) std::cout << status::status_brief(printer) << '\n';
    std::cout << std::flush;
  }

  std::string failures() const {
    std::string all;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (const std::string failure = pairs_[i]->failure(); !failure.empty())
        all += (all.empty() ? "" : "; ") + machines_[i].name + ": " + failure;
    }
    return all;
  }

  void note_ending() {
    if (!now_.ending.empty()) return;
    for (const auto& pair : pairs_)
      if (!pair->has_ended()) return;
    const std::string failed = failures();
    if (!failed.empty()) now_.ending = "a print failed: " + failed;
    else now_.ending = machines_.size() > 1 ? "the prints are done" : "the print is done";
    if (options_.exit_when_done) return io_.stop();
    if (screen_->is_live() || now_.page_urls.empty()) return;
    std::cout << now_.ending << "; serving until Ctrl-C\n";
    const std::string& page = now_.page_urls.front();
    for (const std::string& line : try_now(page.substr(0, page.size() - 1))) std::cout << line << '\n';
    std::cout << std::flush;
  }

  const DemoOptions& options_;
  const std::vector<Machine> machines_;
  Workplace workplace_;
  config::Configuration configuration_;
  boost::asio::io_context io_{1};
  log::LogCounters log_counters_;
  log::Log log_;
  daemon::Service service_;
  std::vector<std::unique_ptr<DemoPair>> pairs_;
  boost::asio::signal_set signals_;
  process::Timer draw_timer_;
  DemoStatus now_;
  gcode::line::Time last_print_{};
  double began_unix_ = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  terminal::Screen* screen_ = nullptr;
};

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

int no_such(const std::string& option, const std::string& value, const std::vector<std::string>& names) {
  const std::string sentence = option + ": there is no \"" + value + "\"; there are " + listed(names);
  return text::usage(sentence, "marlin-agent demo").show(std::cout, std::cerr);
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

int demo(const DemoOptions& options) {
  auto firmwares = sim::VirtualPrinter::firmware_names();
  for (std::string& persona : sim::VirtualPrinter::persona_names()) firmwares.push_back(std::move(persona));
  if (!options.firmware.empty() && !is_one_of(options.firmware, firmwares))
    return no_such("--firmware", options.firmware, firmwares);
  if (!is_one_of(options.host, sim::host_names())) return no_such("--host", options.host, sim::host_names());
  std::signal(SIGPIPE, SIG_IGN);
  return Demo(options).run();
}

}  // namespace agent::demo
