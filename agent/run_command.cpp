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

std::string in_one_line(const std::vector<std::string>& sentences) {
  const std::size_t more = sentences.size() - 1;
  return sentences.front() + (more == 0 ? "" : " (and " + std::to_string(more) + " more)");
}

int wrong_configuration(const std::vector<std::string>& sentences, ServiceNotifier& notifier) {
  for (const std::string& sentence : sentences) complain(sentence);
  notifier.failed(in_one_line(sentences));
  return kWrongConfiguration;
}

// What a predecessor left for us.
struct Inheritance {
  DescriptorStore store;
  LastConfiguration last;
  bool has_ports;  // something may be printing: not to start is no choice
};

Inheritance inherit() {
  DescriptorStore store = DescriptorStore::from_environment();
  LastConfiguration last = LastConfiguration::take(store);
  const bool has_ports = store.has_left("tty");
  return {std::move(store), std::move(last), has_ports};
}

class RunningService {
 public:
  RunningService(const RunOptions& options, const Configuration& configuration, Inheritance inheritance,
                 ServiceNotifier& notifier)
      : options_(options),
        notifier_(notifier),
        has_ports_(inheritance.has_ports),
        log_(configuration.log, log_counters_),
        service_(log_, log_counters_, std::move(inheritance.store), std::move(inheritance.last)),
        signals_(service_.io()),
        beat_timer_(service_.io(), [this] { beat(); }),
        retry_timer_(service_.io(), [this] { retry(); }) {}
  ~RunningService() {
    if (reload_.joinable()) reload_.join();
  }

  /// `faults`: what is wrong with the file, if `configuration` is a predecessor's.
  int run(const Configuration& configuration, const std::vector<std::string>& faults) {
    if (!faults.empty())
      refuse(faults, "the configuration is wrong and a port is open: all goes on by the one from before");
    const auto fault = service_.prepare(configuration);
    if (fault && !has_ports_) return cannot_start(*fault);
    if (fault) prepare_lines(configuration, *fault);
    service_.watch_usb();
    service_.look_for_port_users(notifier_.is_heard() ? ::getppid() : 0);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    wait_for_signal();
    log_start(configuration);
    service_.commit(configuration);
    if (!trouble_.empty()) service_.start_failed();
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

  // The web server waits until its fault has passed, as the whole process would without a port to hold.
  void prepare_lines(const Configuration& configuration, const std::string& fault) {
    service_.prepare_lines(configuration);
    refuse({fault}, "a port is open: the printers go on, without a web server until this is mended");
    retry_timer_.after(kBeforeNextStart);
  }

  // What is wrong and what holds instead, in the log and for `systemctl status`: each fault once, however
  // often it is met.
  void refuse(const std::vector<std::string>& faults, const std::string& instead) {
    if (faults == refused_) return;
    refused_ = faults;
    for (const std::string& sentence : faults) log_.error("", sentence);
    log_.error("", instead);
    trouble_ = in_one_line(faults) + " (" + instead + ")";
  }

  // On the I/O thread: if that hangs, the watchdog hears nothing.
  void beat() {
    notifier_.beat(monotonic_now(), [this] {
      return (trouble_.empty() ? "" : trouble_ + "; ") + service_line(service_.board().links(), monotonic_now());
    });
    beat_timer_.after(ServiceNotifier::kBeat);
  }

  void log_start(const Configuration& configuration) {
    const std::size_t count = configuration.printers.size();
    log_.info("", "marlin-agent " + build_info().version + " begins with " + std::to_string(count) +
                      (count == 1 ? " printer" : " printers"));
    log_warnings(configuration);
    log_addresses(configuration);
    const std::string why_not = service_.why_not_survivable();
    if (!why_not.empty()) log_.info("", "a print does not outlive this process: " + why_not);
    if (takes_automatically(configuration))
      log_.info("", "takes every Prusa on USB (marlin-agent list shows what is there)");
    else if (count == 0) log_.warning("", "no printer is configured");
  }

  void log_warnings(const Configuration& configuration) {
    const std::string file = config_file_of(options_);
    for (const ConfigError& warning : configuration.warnings) log_.warning("", describe(warning, file));
  }

  void log_addresses(const Configuration& configuration) {
    if (!service_.serves_web()) return;
    for (const std::string& address : service_.web_addresses()) {
      log_.info("", "metrics at " + std::string(service_.web_scheme()) + address + configuration.telemetry_path);
    }
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP) begin_reload(Reload::kAsked);
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

  enum class Reload { kAsked, kRetry };

  void retry() {
    if (!reloading_ && !service_.serves_web()) begin_reload(Reload::kRetry);
  }

  // Files and sockets may take their time: on a thread of its own, and only the result comes to the I/O thread.
  void begin_reload(Reload why) {
    if (std::exchange(reloading_, true)) {
      reload_again_ = reload_again_ || why == Reload::kAsked;
      return;
    }
    if (why == Reload::kAsked) {
      notifier_.reloading();
      refused_.clear();  // who asks again is told again
    }
    if (reload_.joinable()) reload_.join();
    reload_ = std::thread([this] {
      auto next =
          std::make_shared<std::variant<Configuration, ConfigurationFaults>>(run_configuration(options_, environment));
      boost::asio::post(service_.io(), [this, next] { judge_reload(next); });
    });
  }

  // On the I/O thread, which knows of the prints, and before anything of the file takes effect.
  void judge_reload(const std::shared_ptr<std::variant<Configuration, ConfigurationFaults>>& next) {
    if (const auto* configuration = std::get_if<Configuration>(next.get())) {
      if (const auto refusal = service_.refuse(*configuration)) *next = ConfigurationFaults{{*refusal}};
    }
    if (!std::holds_alternative<Configuration>(*next)) return end_reload(*next);
    reload_.join();
    reload_ = std::thread([this, next] {
      if (const auto fault = service_.prepare(std::get<Configuration>(*next))) *next = ConfigurationFaults{{*fault}};
      boost::asio::post(service_.io(), [this, next] { end_reload(*next); });
    });
  }

  void end_reload(const std::variant<Configuration, ConfigurationFaults>& next) {
    if (const auto* faults = std::get_if<ConfigurationFaults>(&next)) {
      refuse(faults->sentences, "the configuration is wrong: all goes on as it was");
      service_.reload_failed();
      if (!service_.serves_web()) retry_timer_.after(kBeforeNextStart);
    } else {
      service_.commit(std::get<Configuration>(next));
      refused_.clear();
      trouble_.clear();
      log_.info("", "read the configuration again");
      log_warnings(std::get<Configuration>(next));
      log_addresses(std::get<Configuration>(next));
    }
    notifier_.ready();
    reloading_ = false;
    if (std::exchange(reload_again_, false)) begin_reload(Reload::kAsked);
  }

  const RunOptions& options_;
  ServiceNotifier& notifier_;
  bool has_ports_;
  LogCounters log_counters_;
  Log log_;
  Service service_;
  boost::asio::signal_set signals_;
  Timer beat_timer_;
  Timer retry_timer_;
  std::vector<std::string> refused_;  // the faults that were told last
  std::string trouble_;               // for `systemctl status`; empty: none
  std::thread reload_;
  bool reloading_ = false;
  bool reload_again_ = false;
};

}  // namespace

int run(const RunOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a scrape or a log reader that went away
  ServiceNotifier notifier = ServiceNotifier::from_environment();
  Inheritance inheritance = inherit();
  auto read = run_configuration(options, environment);
  std::vector<std::string> faults;
  if (auto* wrong = std::get_if<ConfigurationFaults>(&read)) {
    faults = std::move(wrong->sentences);
    const std::string& text = inheritance.last.text();
    auto last =
        inheritance.has_ports && !text.empty() ? run_configuration_of(text, options, environment) : std::nullopt;
    if (!last) return wrong_configuration(faults, notifier);
    read = std::move(*last);
  }
  const auto& configuration = std::get<Configuration>(read);
  return RunningService(options, configuration, std::move(inheritance), notifier).run(configuration, faults);
}

}  // namespace agent
