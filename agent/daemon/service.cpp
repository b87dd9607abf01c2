#include "agent/daemon/service.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "agent/process/build_info.h"
#include "agent/process/clock.h"
#include "agent/process/directories.h"
#include "agent/web/server/web_access.h"

namespace agent::daemon {
namespace {

constexpr gcode::line::Time kRefreshPeriod = std::chrono::milliseconds(100);
// While no line has anything to do and nothing comes.
constexpr gcode::line::Time kRefreshPeriodAtRest = std::chrono::seconds(2);
// Three tenths of the second that the shutdown may take: 3.4 kB at 115200 baud, as much as a host has in flight.
constexpr gcode::line::Time kLongestDrain = std::chrono::milliseconds(300);
// A busy service manager reads its messages within this.
constexpr gcode::line::Time kLongestUnread = std::chrono::seconds(10);
// ... and at the end it gets this long.
constexpr gcode::line::Time kLongestStore = std::chrono::seconds(1);
constexpr gcode::line::Time kDrainPollInterval = std::chrono::milliseconds(10);

// A printer on USB is found only after a while; until then the port inherited for it waits.
constexpr gcode::line::Time kLeftOverWait = std::chrono::seconds(10);

web::server::WebOptions web_options(const config::Configuration& configuration) {
  web::server::WebOptions options;
  options.listen_addresses = configuration.listen;
  options.telemetry_path = configuration.telemetry_path;
  options.config_file = configuration.web_config_file;
  return options;
}

double unix_seconds(gcode::line::Time monotonic) { return gcode::line::in_seconds(monotonic + process::wall_offset()); }

}  // namespace

Service::Service(log::Log& log, const log::LogCounters& counters, restart::DescriptorStore store,
                 restart::LastConfiguration last)
    : log_(log),
      counters_(counters),
      recorder_(log),
      store_(std::move(store)),
      last_(std::move(last)),
      usb_(io_, log, [this] { assign_usb(); }),
      refresh_timer_(io_, [this] { refresh(); }),
      drain_timer_(io_, [this] { stop_when_drained(); }) {}

Service::~Service() {
  control_.reset();
  web_.reset();  // it reads the published snapshots
  links_.clear();
}

// --- what may take time

Service::Error Service::prepare(const config::Configuration& next) {
  if (auto fault = make_directories(next)) return fault;
  start_history(next.state_dir);
  if (auto fault = move_web(next)) return fault;
  start_control(next.runtime_dir);
  return std::nullopt;
}

Service::Error Service::prepare_lines(const config::Configuration& next) {
  auto fault = make_directories(next);
  start_history(next.state_dir);
  start_control(next.runtime_dir);
  return fault;
}

void Service::start_history(const std::string& state_dir) {
  if (history_store_) return;
  incidents_.emplace(incident::IncidentFiles(state_dir + '/' + incident::kIncidentFolder), log_, snapshots_.history());
  history_store_.emplace(state_dir, snapshots_.history(), snapshots_.store(), log_);
  jobs_.emplace(snapshots_.history(), &*history_store_);
}

Service::Error Service::make_directories(const config::Configuration& next) {
  if (auto fault = process::make_own_directory(next.runtime_dir, 0755, "runtime directory", "--runtime-dir"))
    return fault;
  // A full or read-only card must not keep the printers waiting: the recorder tries again, as the history does.
  if (next.record.dir.empty()) return std::nullopt;
  if (const auto fault = process::make_directory(next.record.dir, 0750, "recording directory", "--record"))
    log_.error("", *fault + "; nothing is recorded until it can be used");
  return std::nullopt;
}

std::unique_ptr<web::server::WebServer> Service::make_web(const config::Configuration& configuration) {
  web::server::WebOptions options = web_options(configuration);
  options.report = [this](const std::string& sentence) { log_.error("", sentence + "; access is unchanged"); };
  return std::make_unique<web::server::WebServer>(std::move(options), process::build_info(), snapshots_, counters_,
                                                  web_counters_, link_quality_);
}

// The running server also checks the file itself; here the owner who asked for the reload gets the answer.
Service::Error Service::reload_web_access(const config::Configuration& next) {
  if (next.web_config_file.empty()) return std::nullopt;
  const auto loaded = web::server::load_web_access(next.web_config_file);
  if (const auto* fault = std::get_if<text::Fault>(&loaded)) return fault->sentence;
  web_->reload_access();
  return std::nullopt;
}

Service::Error Service::move_web(const config::Configuration& next) {
  const bool same = next.listen == web_now_.listen && next.telemetry_path == web_now_.telemetry_path &&
                    next.web_config_file == web_now_.web_config_file;
  if (web_ && same) return reload_web_access(next);
  // The old server runs until the new one listens; if they share a port, it stops for that moment.
  bool is_stopped = false;
  try {
    auto web = make_web(next);  // a wrong file is found while the old server runs
    is_stopped = web_ && web::http::share_port(next.listen, web_->addresses());
    if (is_stopped) web_->stop();
    web->start();
    web_ = std::move(web);
  } catch (const std::exception& error) {
    if (is_stopped) restart_web();
    return error.what();
  }
  web_now_ = next;
  return std::nullopt;
}

// A port that the stopped server had and does not get again: the caller tries again without one.
void Service::restart_web() {
  try {
    web_->start();
  } catch (const std::exception& error) {
    log_.error("", error.what());
    web_.reset();
  }
}

// --- the printers

void Service::commit(const config::Configuration& next) {
  if (!links_.empty() && next.runtime_dir != now_.runtime_dir)
    log_.warning("", "a changed runtime_dir takes effect at the next start");
  const bool records_elsewhere = next.record != now_.record;
  const std::string runtime_dir = links_.empty() ? next.runtime_dir : now_.runtime_dir;
  now_ = next;
  now_.runtime_dir = runtime_dir;
  log_.apply(next.log);
  if (watches_usb_) usb_.follow(now_);
  if (refresh_due_ == gcode::line::Time{}) start_inherited();
  settle(records_elsewhere);
  self_.last_reload_successful = true;
  self_.last_reload_success_unix_seconds = unix_seconds(process::monotonic_now());
  const gcode::line::Time now = process::monotonic_now();
  if (refresh_due_ == gcode::line::Time{}) {
    refresh_due_ = now;
    left_over_until_ = now + kLeftOverWait;
    stored_at_ = now;
  }
  rests_ = false;
  refresh_due_ = std::min(refresh_due_, now + kRefreshPeriod);
  refresh_timer_.at(refresh_due_);
}

Service::Error Service::refuse(const config::Configuration& next) const {
  return refuse_reload(current_printers(), now_, next);
}

std::vector<CurrentPrinter> Service::current_printers() const {
  std::vector<CurrentPrinter> out;
  for (const auto& link : links_) out.push_back({link->configuration(), link->print()});
  return out;
}

void Service::settle(bool records_elsewhere) {
  ReloadPlan plan = plan_reload(current_printers(), usb_.assign(now_));
  printers_ = std::move(plan.printers);
  note_pending(std::move(plan.pending));
  keep_configuration();
  stop_what_changed();
  for (const config::PrinterConfiguration& printer : printers_) apply_or_start(printer, records_elsewhere);
}

// If the next instance finds the file wrong, it continues with the configuration that the ports were opened with.
void Service::keep_configuration() {
  if (is_started_ && self_.pending_changes.empty()) last_.keep(now_.text, store_);
}

void Service::note_pending(std::vector<snapshot::PendingChange> pending) {
  for (const snapshot::PendingChange& change : pending) {
    const auto& reported = self_.pending_changes;
    const bool is_reported = std::find(reported.begin(), reported.end(), change) != reported.end();
    if (!is_reported) log_.warning(change.printer, "deferred: " + change.sentence);
  }
  if (pending.empty() && !self_.pending_changes.empty())
    log_.info("", "no configuration change is deferred any more: all changes take effect now");
  self_.pending_changes = std::move(pending);
  waits_for_.clear();
  for (const snapshot::PendingChange& change : self_.pending_changes) {
    const link::PrinterLink* link = link_of(change.printer);
    if (link != nullptr && !link->print().empty()) waits_for_.push_back(change.printer);
  }
}

// Resumes each inherited line unchanged. Differences to the file are changes like those of a reload: they wait for the
// end of a print.
void Service::start_inherited() {
  if (!store_.has_left("tty")) return;
  const auto parsed = config::parse_configuration(last_.text());
  const auto* before = std::get_if<config::Configuration>(&parsed);
  for (const std::string& name : store_.left_over()) {
    const config::PrinterConfiguration* next = config::find_printer(now_.printers, name);
    const config::PrinterConfiguration* old =
        before != nullptr ? config::find_printer(before->printers, name) : nullptr;
    if (name.empty()) continue;
    if (next == nullptr && old == nullptr && usb::takes_automatically(now_)) continue;  // USB will find its printer
    config::PrinterConfiguration line = next != nullptr ? *next : old != nullptr ? *old : now_.defaults;
    line.name = name;
    line.device.clear();  // as inherited, like the speed
    line.baud = 0;
    auto link = make_link(line);
    if (!link->is_inherited()) {
      link->stop();
      continue;
    }
    start_link(std::move(link));
  }
}

void Service::apply_pending() {
  if (self_.pending_changes.empty() || quiesce_end_ != gcode::line::Time{}) return;
  const bool one_ended = std::any_of(waits_for_.begin(), waits_for_.end(), [&](const std::string& name) {
    const link::PrinterLink* link = link_of(name);
    return link == nullptr || link->print().empty();
  });
  if (one_ended || std::exchange(usb_changed_, false)) settle(false);
}

// All of them stop before any starts: two printers may have exchanged their devices.
void Service::stop_what_changed() {
  std::erase_if(links_, [&](const auto& link) {
    const config::PrinterConfiguration& old = link->configuration();
    const config::PrinterConfiguration* next = config::find_printer(printers_, old.name);
    const bool is_gone = next == nullptr;
    if (!is_gone && is_same_line(*next, old)) return false;
    link->stop();
    jobs_->refresh(old.name, link->prints(), process::monotonic_now(),
                   process::wall_offset());  // a print ended with its line
    jobs_->forget(old.name);
    log_.info(old.name, is_gone ? "is no longer configured" : "has another device or speed now");
    if (is_gone) snapshots_.remove(old.name);
    return true;
  });
}

void Service::apply_or_start(const config::PrinterConfiguration& next, bool records_elsewhere) {
  link::PrinterLink* link = link_of(next.name);
  if (link == nullptr) return start_link(make_link(next));
  link->apply(next.relay);
  link->keep_black_box(next.black_box_bytes, *incidents_);
  if (!next.usb.is_empty()) link->use_device(next.device);
  if (records_elsewhere) link->record_to(recording_of(next.name));
}

link::PrinterLink* Service::link_of(const std::string& name) const {
  const auto it =
      std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->configuration().name == name; });
  return it == links_.end() ? nullptr : it->get();
}

std::unique_ptr<link::PrinterLink> Service::make_link(const config::PrinterConfiguration& printer) {
  return std::make_unique<link::PrinterLink>(io_, printer, now_.runtime_dir, snapshots_, log_, &store_,
                                             port_users_ ? &*port_users_ : nullptr);
}

void Service::start_link(std::unique_ptr<link::PrinterLink> link) {
  link->keep_black_box(link->configuration().black_box_bytes, *incidents_);
  link->record_to(recording_of(link->configuration().name));
  link->on_device_wanted([this] { usb_.refresh(); });
  link->on_rest_end([this] { end_rest(); });
  link->start();
  links_.push_back(std::move(link));
}

// Inherited printers that are no longer configured.
void Service::drop_left_over() {
  for (const std::string& name : store_.left_over()) {
    log_.info(name, "is no longer configured; the port inherited from the previous instance is closed");
    store_.drop_left_over(name);
  }
}

std::shared_ptr<recording::Recording> Service::recording_of(const std::string& name) {
  return now_.record.dir.empty() ? nullptr : recorder_.open(name, now_.record);
}

// --- USB

void Service::assign_usb() {
  if (quiesce_end_ != gcode::line::Time{}) return;  // the shutdown has begun
  if (!self_.pending_changes.empty()) {             // at the next refresh: no link may end in its own callback
    usb_changed_ = true;
    return;
  }
  printers_ = usb_.assign(now_);
  for (const config::PrinterConfiguration& printer : printers_) {
    link::PrinterLink* link = link_of(printer.name);
    if (link == nullptr) start_link(make_link(printer));
    else if (!printer.usb.is_empty()) link->use_device(printer.device);
  }
}

void Service::started() {
  last_.end_start(store_);
  is_started_ = true;
  keep_configuration();
}

void Service::start_failed() {
  self_.last_reload_successful = false;
  self_.last_reload_success_unix_seconds = 0;  // not known
}

// --- time

void Service::refresh() {
  const gcode::line::Time now = process::monotonic_now();
  self_.event_loop_lag.observe(now - refresh_due_, snapshot::kLagBounds);
  bool is_active = false;
  for (const auto& link : links_) {
    is_active = link->refresh(now) || is_active;
    jobs_->refresh(link->configuration().name, link->prints(), now, process::wall_offset());
  }
  apply_pending();
  if (now >= left_over_until_) drop_left_over();
  const bool all_stored = store_descriptors(now);
  snapshots_.publish(self_);
  rests_ = !is_active && all_stored && self_.pending_changes.empty() && now >= left_over_until_;
  const gcode::line::Time period = rests_ ? kRefreshPeriodAtRest : kRefreshPeriod;
  refresh_due_ = std::max(refresh_due_ + period, now);  // after a long stall one refresh is enough
  refresh_timer_.at(refresh_due_);
}

// This thread was woken anyway: what has come is published now.
void Service::end_rest() {
  if (!std::exchange(rests_, false)) return;
  refresh_due_ = std::max(process::monotonic_now(), refresh_due_ - kRefreshPeriodAtRest + kRefreshPeriod);
  refresh_timer_.at(refresh_due_);
}

bool Service::store_descriptors(gcode::line::Time now) {
  const bool all_stored = store_.send_waiting();
  if (all_stored) {
    stored_at_ = now;
    if (std::exchange(is_unread_reported_, false))
      log_.info("", "the service manager reads again: all ports are stored");
  } else if (now - stored_at_ >= kLongestUnread && !std::exchange(is_unread_reported_, true)) {
    log_.warning("",
                 "the service manager reads no messages: a port is not stored, and a print does not survive a restart");
  }
  return all_stored;
}

std::string Service::why_not_survivable() const {
  if (!store_.is_there()) return "there is no descriptor store (not started by systemd)";
  if (!transport::StagingPipe::is_possible()) return "this kernel cannot splice a tty";
  return {};
}

// The next instance has only what is stored, so a busy service manager is waited for.
void Service::store_all() {
  const gcode::line::Time end = process::monotonic_now() + kLongestStore;
  while (!store_.send_waiting()) {
    if (process::monotonic_now() >= end)
      return log_.error("", "the service manager reads no messages: not all ports are stored for the next start");
    std::this_thread::sleep_for(kDrainPollInterval);
  }
}

void Service::shut_down() {
  if (quiesce_end_ != gcode::line::Time{}) return;
  if (store_.is_there()) {
    for (const auto& link : links_) link->leave();
    store_all();
    return io_.stop();
  }
  quiesce_end_ = process::monotonic_now() + kLongestDrain;
  stop_when_drained();
}

void Service::stop_when_drained() {
  const bool drained = std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->is_drained(); });
  if (!drained && process::monotonic_now() < quiesce_end_) return drain_timer_.after(kDrainPollInterval);
  for (const auto& link : links_) link->stop();
  io_.stop();
}

}  // namespace agent::daemon
