#include "agent/cli/commands.h"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <system_error>
#include <thread>

#include <unistd.h>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "agent/config/run_configuration.h"
#include "agent/daemon/service.h"
#include "agent/daemon/service_notifier.h"
#include "agent/log/journal.h"
#include "agent/log/log.h"
#include "agent/process/build_info.h"
#include "agent/process/timer.h"
#include "agent/status/status_view.h"
#include "agent/web/server/web_access.h"

namespace agent::cli {
namespace {

// The promise is one second. After this only a log or a disk that takes no data can hang; the printers are released.
constexpr std::chrono::milliseconds kLastMoment{900};
// A service manager restarts the agent immediately; an address that is still in use or a full disk needs a moment.
constexpr std::chrono::seconds kBeforeNextStart{5};
// An address is bound in milliseconds; a name server that does not answer must not delay those who wait for READY.
constexpr std::chrono::seconds kLongestWebStart{2};
constexpr std::chrono::milliseconds kForMemory{50};
constexpr const char* kWithoutWeb = "the printers are served, without a web server until this is fixed";
// Exit codes: a wrong configuration stays wrong until it is changed, so the service unit does not restart the agent.
constexpr int kWrongConfiguration = 1;
constexpr int kMayPass = 75;  // EX_TEMPFAIL of sysexits.h

void complain(const std::string& sentence) {
  if (log::stderr_is_journal()) log::write_to_journal(log::journal_fields(3, "", sentence));
  else std::cerr << "marlin-agent: " << sentence << '\n';
}

std::string in_one_line(const std::vector<std::string>& sentences) {
  const std::size_t more = sentences.size() - 1;
  return sentences.front() + (more == 0 ? "" : " (and " + std::to_string(more) + " more)");
}

// For an exception that the start or the I/O thread got from the system.
std::string lacks_resources(const std::exception& error) {
  return std::string("too few file descriptors, threads or memory: ") + error.what() +
         " (see ulimit -a, or LimitNOFILE=, TasksMax= and MemoryMax= of the service)";
}

int cannot_start(const std::string& fault, daemon::ServiceNotifier& notifier) {
  complain(fault);
  notifier.failed(fault);
  if (notifier.is_heard()) std::this_thread::sleep_for(kBeforeNextStart);
  return kMayPass;
}

int wrong_configuration(const std::vector<std::string>& sentences, daemon::ServiceNotifier& notifier) {
  for (const std::string& sentence : sentences) complain(sentence);
  notifier.failed(in_one_line(sentences));
  return kWrongConfiguration;
}

class RunningService {
 public:
  /// `store` and `last`: what the previous instance left.
  RunningService(const config::RunOptions& options, const config::Configuration& configuration,
                 restart::DescriptorStore store, restart::LastConfiguration last, daemon::ServiceNotifier& notifier)
      : options_(options),
        notifier_(notifier),
        has_ports_(store.has_left("tty")),
        log_(configuration.log, log_counters_),
        service_(log_, log_counters_, std::move(store), std::move(last)),
        signals_(service_.io()),
        tick_timer_(service_.io(), [this] { tick(); }),
        retry_timer_(service_.io(), [this] { retry(); }),
        ready_timer_(service_.io(), [this] { become_ready(); }) {}
  ~RunningService() {
    if (reload_.joinable()) reload_.join();
  }

  /// `faults`: the errors of the file, if `configuration` is the previous instance's.
  int run(const config::Configuration& configuration, const std::vector<std::string>& faults) {
    if (!faults.empty()) refuse(faults, "continuing with the configuration that was in use before");
    // A wrong file for the web server is an error immediately, unless a printer may be printing.
    auto fault = has_ports_ ? std::nullopt : wrong_web_file(configuration);
    if (!fault) fault = service_.prepare_lines(configuration);
    if (fault && !has_ports_) {
      service_.not_started();
      return cannot_start(*fault, notifier_);
    }
    service_.watch_usb();
    service_.ask_for_port_users(notifier_.is_heard() ? ::getppid() : 0);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    wait_for_signal();
    log_start(configuration);
    service_.commit(configuration);
    if (!trouble_.empty()) service_.start_failed();
    // The printers' snapshots are published by then.
    if (notifier_.is_heard()) tick_timer_.after(daemon::ServiceNotifier::kTickInterval);
    if (fault) end_web_start(std::vector{*fault});
    else start_web(configuration);
    service_.io().run();
    log_.info("", "ended");
    return 0;
  }

 private:
  static std::optional<std::string> wrong_web_file(const config::Configuration& configuration) {
    if (configuration.web_config_file.empty()) return std::nullopt;
    const auto loaded = web::server::load_web_access(configuration.web_config_file);
    const auto* fault = std::get_if<text::Fault>(&loaded);
    return fault == nullptr ? std::nullopt : std::optional(fault->sentence);
  }

  // While the printers are served: a name server may not answer for a minute, and an address may come later.
  void start_web(const config::Configuration& configuration) {
    reloading_ = true;
    ready_timer_.after(kLongestWebStart);
    const auto outcome = std::make_shared<config::MaybeConfiguration>(configuration);
    start_reload(
        outcome,
        [this, outcome] {
          if (const auto fault = service_.prepare_web(std::get<config::Configuration>(*outcome)))
            *outcome = std::vector{*fault};
        },
        [this, outcome] { end_web_start(*outcome); });
  }

  // The web server is tried again until it can start.
  void end_web_start(const config::MaybeConfiguration& outcome) {
    if (const auto* faults = std::get_if<std::vector<std::string>>(&outcome)) {
      refuse(*faults, kWithoutWeb);
      service_.start_failed();
      retry_timer_.after(kBeforeNextStart);
    } else {
      log_addresses(std::get<config::Configuration>(outcome));
    }
    become_ready();
    end_attempt();
  }

  void become_ready() {
    if (std::exchange(is_ready_, true)) return;
    notifier_.ready();
    service_.started();
  }

  void end_attempt() {
    reloading_ = false;
    if (std::exchange(reload_again_, false)) begin_reload(Reload::kAsked);
  }

  // Reports the faults and what is done instead, in the log and for `systemctl status`: the same faults only once.
  void refuse(const std::vector<std::string>& faults, const std::string& instead) {
    if (faults == refused_) return;
    refused_ = faults;
    for (const std::string& sentence : faults) log_.error("", sentence);
    log_.error("", instead);
    trouble_ = in_one_line(faults) + " (" + instead + ")";
  }

  // On the I/O thread: if it hangs, the watchdog gets no signal.
  void tick() {
    notifier_.tick(process::monotonic_now(), [this] {
      return (trouble_.empty() ? "" : trouble_ + "; ") +
             status::service_line(service_.snapshots().links(), process::monotonic_now());
    });
    tick_timer_.after(daemon::ServiceNotifier::kTickInterval);
  }

  void log_start(const config::Configuration& configuration) {
    const std::size_t count = configuration.printers.size();
    log_.info("", "marlin-agent " + process::build_info().version + " starts with " + std::to_string(count) +
                      (count == 1 ? " printer" : " printers"));
    log_warnings(configuration);
    const std::string why_not = service_.why_not_survivable();
    if (!why_not.empty()) log_.info("", "a print does not survive a restart of the agent: " + why_not);
    if (usb::takes_automatically(configuration))
      log_.info("", "takes every Prusa on USB (marlin-agent list shows what is there)");
    else if (count == 0) log_.warning("", "no printer is configured");
  }

  void log_warnings(const config::Configuration& configuration) {
    const std::string file = config::config_file_of(options_);
    for (const text::Fault& warning : configuration.warnings) log_.warning("", text::describe(warning, file));
  }

  void log_addresses(const config::Configuration& configuration) {
    if (!service_.serves_web()) return;
    for (const std::string& address : service_.web_addresses()) {
      const std::string site = std::string(service_.web_scheme()) + address;
      log_.info("", "page at " + site + "/, metrics at " + site + configuration.telemetry_path);
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
    try {
      std::thread([] {
        std::this_thread::sleep_for(kLastMoment);
        ::_exit(0);
      }).detach();
    } catch (const std::system_error&) {  // no thread: the end may take longer
    }
    service_.shut_down();
  }

  enum class Reload { kAsked, kRetry };

  void retry() {
    if (!reloading_ && !service_.serves_web()) begin_reload(Reload::kRetry);
  }

  // Files and sockets may be slow: they are read on a separate thread, and only the result goes to the I/O thread.
  void begin_reload(Reload why) {
    if (std::exchange(reloading_, true)) {
      reload_again_ = reload_again_ || why == Reload::kAsked;
      return;
    }
    if (why == Reload::kAsked) {
      notifier_.reloading();
      refused_.clear();  // a new request reports the same faults again
    }
    if (reload_.joinable()) reload_.join();
    auto next = std::make_shared<config::MaybeConfiguration>();
    start_reload(
        next, [this, next] { *next = config::run_configuration(options_, ::getenv); },
        [this, next] { plan_reload(next); });
  }

  // Does `work` on a thread of its own, then `after` on the I/O thread. Without a thread, or if `work` lacks memory or
  // descriptors, `next` is that fault. A thread without memory needs none to name it, and waits for some to hand it over.
  void start_reload(const std::shared_ptr<config::MaybeConfiguration>& next, std::function<void()> work,
                    std::function<void()> after) {
    config::MaybeConfiguration no_memory = std::vector{lacks_resources(std::bad_alloc())};
    try {
      reload_ = std::thread([this, next, work = std::move(work), after, no_memory = std::move(no_memory)]() mutable {
        try {
          work();
        } catch (const std::exception& error) {
          try {
            *next = std::vector{lacks_resources(error)};
          } catch (const std::bad_alloc&) {
            *next = std::move(no_memory);
          }
        }
        post(after);
      });
    } catch (const std::system_error& error) {
      *next = std::vector{lacks_resources(error)};
      boost::asio::post(service_.io(), after);
    }
  }

  void post(const std::function<void()>& what) {
    for (;;) {
      try {
        return boost::asio::post(service_.io(), what);
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(kForMemory);
      }
    }
  }

  // On the I/O thread, which knows the prints, and before any part of the file takes effect.
  void plan_reload(const std::shared_ptr<config::MaybeConfiguration>& next) {
    if (const auto* configuration = std::get_if<config::Configuration>(next.get())) {
      if (const auto refusal = service_.refuse(*configuration)) *next = std::vector{*refusal};
    }
    if (!std::holds_alternative<config::Configuration>(*next)) return end_reload(*next);
    reload_.join();
    start_reload(
        next,
        [this, next] {
          if (const auto fault = service_.prepare(std::get<config::Configuration>(*next))) *next = std::vector{*fault};
        },
        [this, next] { end_reload(*next); });
  }

  void end_reload(const config::MaybeConfiguration& next) {
    if (const auto* faults = std::get_if<std::vector<std::string>>(&next)) {
      refuse(*faults, service_.serves_web() ? "the configuration is wrong: nothing was changed" : kWithoutWeb);
      service_.reload_failed();
      if (!service_.serves_web()) retry_timer_.after(kBeforeNextStart);
    } else {
      service_.commit(std::get<config::Configuration>(next));
      refused_.clear();
      trouble_.clear();
      log_.info("", "read the configuration again");
      log_warnings(std::get<config::Configuration>(next));
      log_addresses(std::get<config::Configuration>(next));
    }
    notifier_.ready();
    end_attempt();
  }

  const config::RunOptions& options_;
  daemon::ServiceNotifier& notifier_;
  bool has_ports_;  // a printer may be printing: the agent must start
  log::LogCounters log_counters_;
  log::Log log_;
  daemon::Service service_;
  boost::asio::signal_set signals_;
  process::Timer tick_timer_;
  process::Timer retry_timer_;
  process::Timer ready_timer_;
  std::vector<std::string> refused_;  // the faults that were reported last
  std::string trouble_;               // for `systemctl status`; empty: none
  std::thread reload_;
  bool reloading_ = false;  // or the web server is being started
  bool is_ready_ = false;
  bool reload_again_ = false;
};

int run(const config::RunOptions& options, restart::DescriptorStore store, daemon::ServiceNotifier& notifier) {
  restart::LastConfiguration left = restart::LastConfiguration::take(store);
  const std::string file = config::config_file_of(options);
  const auto text = text::read_file(file);
  // Else it would be parsed again at each start, and none would succeed.
  const bool is_deadly =
      std::holds_alternative<std::string>(text) && !left.begin_start(std::get<std::string>(text), store);
  config::MaybeConfiguration read =
      is_deadly ? std::vector{file + ": three starts with this file ended before the agent was ready"}
                : config::run_configuration(options, ::getenv);
  std::vector<std::string> faults;
  if (auto* wrong = std::get_if<std::vector<std::string>>(&read)) {
    faults = std::move(*wrong);
    auto last = (is_deadly || store.has_left("tty")) && !left.text().empty()
                    ? config::run_configuration_of(left.text(), options, ::getenv)
                    : std::nullopt;
    if (!last) {
      left.end_start(store);
      return wrong_configuration(faults, notifier);
    }
    read = std::move(*last);
  }
  const auto& configuration = std::get<config::Configuration>(read);
  return RunningService(options, configuration, std::move(store), std::move(left), notifier).run(configuration, faults);
}

}  // namespace

int run(const config::RunOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a scrape or a log reader may disconnect
  daemon::ServiceNotifier notifier = daemon::ServiceNotifier::from_environment();
  restart::DescriptorStore store = restart::DescriptorStore::from_environment();
  const bool has_ports = store.has_left("tty");
  try {
    return run(options, std::move(store), notifier);
  } catch (const std::exception& error) {
    // With open ports the next instance takes them over immediately.
    if (!has_ports) return cannot_start(lacks_resources(error), notifier);
    complain(lacks_resources(error));
    return kMayPass;
  }
}

}  // namespace agent::cli
