#include "agent/run_command.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <unistd.h>

#include "agent/build_info.h"
#include "agent/journal.h"
#include "agent/log.h"
#include "agent/run_configuration.h"
#include "agent/service.h"
#include "agent/service_line.h"
#include "agent/service_notifier.h"
#include "agent/timer.h"

// after the service's headers, which make Asio complete
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace agent {
namespace {

// The promise is one second. What hangs then is a log or a disk that takes nothing; the printers are let go by now.
constexpr std::chrono::milliseconds kLastMoment{900};
// A service manager starts us again at once; an address that is still taken or a disk that is full needs a moment.
constexpr std::chrono::seconds kBeforeNextStart{5};
// Exit codes: a wrong configuration stays wrong until somebody changes it, so the service unit does not start us again.
constexpr int kWrongConfiguration = 1;
constexpr int kMayPass = 75;  // EX_TEMPFAIL of sysexits.h

const char* environment(const char* name) { return std::getenv(name); }

void complain(const std::string& sentence) {
  if (stderr_is_journal()) write_to_journal(journal_fields(3, "", sentence));
  else std::cerr << "marlin-agent: " << sentence << '\n';
}

int wrong_configuration(const std::vector<std::string>& sentences, ServiceNotifier& notifier) {
  for (const std::string& sentence : sentences) complain(sentence);
  const std::size_t more = sentences.size() - 1;
  notifier.failed(sentences.front() + (more == 0 ? "" : " (and " + std::to_string(more) + " more)"));
  return kWrongConfiguration;
}

class RunningService {
 public:
  RunningService(const RunOptions& options, const Configuration& configuration, ServiceNotifier& notifier)
      : options_(options),
        notifier_(notifier),
        log_(configuration.log, log_counters_),
        service_(log_, log_counters_, DescriptorStore::from_environment()),
        signals_(service_.io()),
        beat_timer_(service_.io(), [this] { beat(); }) {}
  ~RunningService() {
    if (reload_.joinable()) reload_.join();
  }

  int run(const Configuration& configuration) {
    if (const auto fault = service_.prepare(configuration)) return cannot_start(*fault);
    service_.watch_usb();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    wait_for_signal();
    log_start(configuration);
    service_.commit(configuration);
    notifier_.ready();
    beat_timer_.after(ServiceNotifier::kBeat);  // the printers are on the board by then
    service_.io().run();
    log_.info("", "ended");
    return 0;
  }

 private:
  int cannot_start(const std::string& fault) {
    complain(fault);
    notifier_.failed(fault);
    if (notifier_.is_heard()) std::this_thread::sleep_for(kBeforeNextStart);
    return kMayPass;
  }

  // On the I/O thread: if that hangs, the watchdog hears nothing.
  void beat() {
    notifier_.beat(monotonic_now(), [this] { return service_line(service_.board().links(), monotonic_now()); });
    beat_timer_.after(ServiceNotifier::kBeat);
  }

  void log_start(const Configuration& configuration) {
    const std::size_t count = configuration.printers.size();
    log_.info("", "marlin-agent " + build_info().version + " begins with " + std::to_string(count) +
                      (count == 1 ? " printer" : " printers"));
    log_addresses(configuration);
    const std::string why_not = service_.why_not_survivable();
    if (!why_not.empty()) log_.info("", "a print does not outlive this process: " + why_not);
    if (takes_automatically(configuration)) log_.info("", "takes every Prusa on USB (marlin-agent list shows what is there)");
    else if (count == 0) log_.warning("", "no printer is configured");
  }

  void log_addresses(const Configuration& configuration) {
    for (const std::string& address : service_.web_addresses()) {
      log_.info("", "metrics at " + std::string(service_.web_scheme()) + address + configuration.telemetry_path);
    }
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP) begin_reload();
      else end();
      wait_for_signal();
    });
  }

  void end() {
    notifier_.stopping();
    std::thread([] {
      std::this_thread::sleep_for(kLastMoment);
      ::_exit(0);
    }).detach();
    service_.shut_down();
  }

  // Files and sockets may take their time: on a thread of its own, and only the result comes to the I/O thread.
  void begin_reload() {
    if (std::exchange(reloading_, true)) {
      reload_again_ = true;
      return;
    }
    notifier_.reloading();
    if (reload_.joinable()) reload_.join();
    reload_ = std::thread([this] {
      auto next = std::make_shared<std::variant<Configuration, ConfigurationFaults>>(run_configuration(options_, environment));
      if (const auto* configuration = std::get_if<Configuration>(next.get())) {
        if (const auto fault = service_.prepare(*configuration)) *next = ConfigurationFaults{{*fault}};
      }
      boost::asio::post(service_.io(), [this, next] { end_reload(*next); });
    });
  }

  void end_reload(const std::variant<Configuration, ConfigurationFaults>& next) {
    if (const auto* faults = std::get_if<ConfigurationFaults>(&next)) {
      for (const std::string& sentence : faults->sentences) log_.error("", sentence);
      log_.error("", "the configuration is wrong: all goes on as it was");
      service_.reload_failed();
    } else {
      service_.commit(std::get<Configuration>(next));
      log_.info("", "read the configuration again");
      log_addresses(std::get<Configuration>(next));
    }
    notifier_.ready();
    reloading_ = false;
    if (std::exchange(reload_again_, false)) begin_reload();
  }

  const RunOptions& options_;
  ServiceNotifier& notifier_;
  LogCounters log_counters_;
  Log log_;
  Service service_;
  boost::asio::signal_set signals_;
  Timer beat_timer_;
  std::thread reload_;
  bool reloading_ = false;
  bool reload_again_ = false;
};

}  // namespace

int run(const RunOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a scrape or a log reader that went away
  ServiceNotifier notifier = ServiceNotifier::from_environment();
  const auto read = run_configuration(options, environment);
  if (const auto* faults = std::get_if<ConfigurationFaults>(&read)) {
    return wrong_configuration(faults->sentences, notifier);
  }
  const auto& configuration = std::get<Configuration>(read);
  return RunningService(options, configuration, notifier).run(configuration);
}

}  // namespace agent
