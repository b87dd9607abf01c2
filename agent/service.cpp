#include "agent/service.h"

#include <algorithm>
#include <stdexcept>

#include "agent/build_info.h"
#include "agent/clock.h"
#include "agent/directories.h"
#include "agent/start_pages.h"
#include "agent/web_access.h"

namespace agent {
namespace {

constexpr gcode::Time kLookPeriod = std::chrono::milliseconds(100);
// Three tenths of the second that an end may take: 3.4 kB at 115200 baud, all that a host has under way.
constexpr gcode::Time kLongestDrain = std::chrono::milliseconds(300);
constexpr gcode::Time kDrainLook = std::chrono::milliseconds(10);

// A printer that USB names is not there at once; until then its predecessor's port waits for it.
constexpr gcode::Time kLeftOverWait = std::chrono::seconds(10);

// Then the printers are open and have been asked who they are.
constexpr gcode::Time kStartTime = std::chrono::seconds(5);

WebOptions web_options(const Configuration& configuration) {
  WebOptions options;
  options.listen_addresses = configuration.listen;
  options.telemetry_path = configuration.telemetry_path;
  options.config_file = configuration.web_config_file;
  return options;
}

double unix_seconds(gcode::Time monotonic) { return std::chrono::duration<double>(monotonic + wall_offset()).count(); }

}  // namespace

Service::Service(Log& log, const LogCounters& counters, DescriptorStore store, LastConfiguration last)
    : log_(log),
      counters_(counters),
      recorder_(log),
      store_(std::move(store)),
      last_(std::move(last)),
      usb_(io_, log, [this] { share_usb(); }),
      look_timer_(io_, [this] { look(); }),
      drain_timer_(io_, [this] { stop_when_drained(); }) {}

Service::~Service() {
  control_.reset();
  web_.reset();  // it reads the board
  links_.clear();
}

// --- what may take time

Service::Fault Service::prepare(const Configuration& next) {
  if (auto fault = make_directories(next)) return fault;
  start_history(next.state_dir);
  if (auto fault = move_web(next)) return fault;
  start_control(next.runtime_dir);
  return std::nullopt;
}

void Service::prepare_lines(const Configuration& next) {
  (void)make_directories(next);  // prepare() has said what is wrong
  start_history(next.state_dir);
  start_control(next.runtime_dir);
}

void Service::start_history(const std::string& state_dir) {
  if (history_store_) return;
  history_store_.emplace(state_dir, board_.history(), board_.store(), log_);
  jobs_.emplace(board_.history(), &*history_store_);
}

Service::Fault Service::make_directories(const Configuration& next) {
  if (auto fault = make_directory(next.runtime_dir, 0755, "runtime directory", "--runtime-dir")) return fault;
  if (auto fault = make_directory(next.state_dir, 0750, "state directory", "--state-dir")) return fault;
  if (next.record.dir.empty()) return std::nullopt;
  return make_directory(next.record.dir, 0750, "recording directory", "--record");
}

std::unique_ptr<WebServer> Service::serve(const Configuration& configuration) {
  WebOptions options = web_options(configuration);
  options.report = [this](const std::string& sentence) { log_.error("", sentence + "; access stays as it was"); };
  auto web =
      std::make_unique<WebServer>(std::move(options), build_info(), board_, counters_, web_counters_, link_quality_);
  web->start();
  return web;
}

// The running server looks by itself as well; here the owner, who asked, gets the answer.
Service::Fault Service::reload_web_access(const Configuration& next) {
  if (next.web_config_file.empty()) return std::nullopt;
  const auto loaded = load_web_access(next.web_config_file);
  if (const auto* fault = std::get_if<agent::Fault>(&loaded)) return fault->sentence;
  web_->reload_access();
  return std::nullopt;
}

Service::Fault Service::move_web(const Configuration& next) {
  const bool same = next.listen == web_now_.listen && next.telemetry_path == web_now_.telemetry_path &&
                    next.web_config_file == web_now_.web_config_file;
  if (web_ && same) return reload_web_access(next);
  // The old server is there until the new one stands; where they share an address, the old one has to go first.
  const bool shares =
      web_ && std::any_of(next.listen.begin(), next.listen.end(), [&](const std::string& address) {
        return std::find(web_now_.listen.begin(), web_now_.listen.end(), address) != web_now_.listen.end();
      });
  if (shares) web_.reset();
  try {
    web_ = serve(next);
  } catch (const std::runtime_error& error) {
    if (shares) web_ = serve(web_now_);
    return error.what();
  }
  web_now_ = next;
  return std::nullopt;
}

// --- the printers

void Service::commit(const Configuration& next) {
  note_fixed_settings(next);
  const bool records_elsewhere = next.record != now_.record;
  const std::string runtime_dir = links_.empty() ? next.runtime_dir : now_.runtime_dir;
  now_ = next;
  now_.runtime_dir = runtime_dir;
  log_.apply(next.log);
  if (watches_usb_) usb_.follow(now_);
  if (look_due_ == gcode::Time{}) start_inherited();
  settle(records_elsewhere);
  self_.last_reload_successful = true;
  self_.last_reload_success_unix_seconds = unix_seconds(monotonic_now());
  if (look_due_ == gcode::Time{}) {
    look_due_ = monotonic_now();
    left_over_until_ = look_due_ + kLeftOverWait;
    start_over_ = look_due_ + kStartTime;
  }
  look_timer_.at(look_due_);
}

Service::Fault Service::refuse(const Configuration& next) const {
  return refuse_reload(current_printers(), now_, next);
}

std::vector<CurrentPrinter> Service::current_printers() const {
  std::vector<CurrentPrinter> out;
  for (const auto& link : links_) out.push_back({link->configuration(), link->print()});
  return out;
}

void Service::settle(bool records_elsewhere) {
  ReloadPlan plan = plan_reload(current_printers(), usb_.share(now_));
  printers_ = std::move(plan.printers);
  note_pending(std::move(plan.pending));
  // A successor that finds the file wrong goes on by what the ports were opened with.
  if (self_.pending_changes.empty()) last_.keep(now_.text, store_);
  stop_what_changed();
  for (const PrinterConfiguration& printer : printers_) apply_or_start(printer, records_elsewhere);
}

void Service::note_pending(std::vector<PendingChange> pending) {
  for (const PendingChange& change : pending) {
    const auto& told = self_.pending_changes;
    const bool is_told = std::find(told.begin(), told.end(), change) != told.end();
    if (!is_told) log_.warning(change.printer, "put off: " + change.sentence);
  }
  if (pending.empty() && !self_.pending_changes.empty())
    log_.info("", "no change of the configuration waits any more: what was put off takes effect");
  self_.pending_changes = std::move(pending);
  waits_for_.clear();
  for (const PendingChange& change : self_.pending_changes) {
    const PrinterLink* link = link_of(change.printer);
    if (link != nullptr && !link->print().empty()) waits_for_.push_back(change.printer);
  }
}

// Each line that a predecessor left goes on as it was. What the file wants of it by now is a change like that of a reload,
// which waits for the end of a print.
void Service::start_inherited() {
  if (!store_.has_left("tty")) return;
  const auto parsed = parse_configuration(last_.text());
  const auto* before = std::get_if<Configuration>(&parsed);
  const auto named = [](const Configuration& in, const std::string& name) {
    const auto it = std::find_if(in.printers.begin(), in.printers.end(), [&](const auto& p) { return p.name == name; });
    return it == in.printers.end() ? nullptr : &*it;
  };
  for (const std::string& name : store_.left_over()) {
    const PrinterConfiguration* next = named(now_, name);
    const PrinterConfiguration* old = before != nullptr ? named(*before, name) : nullptr;
    if (name.empty()) continue;
    if (next == nullptr && old == nullptr && takes_automatically(now_)) continue;  // USB will say whose it is
    PrinterConfiguration line = next != nullptr ? *next : old != nullptr ? *old : now_.defaults;
    line.name = name;
    line.device.clear();  // as it was left, like the speed
    line.baud = 0;
    auto link = make_link(line);
    if (!link->is_inherited()) {
      link->stop();
      continue;
    }
    start_link(std::move(link));
  }
}

void Service::look_at_pending() {
  if (self_.pending_changes.empty() || drain_end_ != gcode::Time{}) return;
  const bool one_ended = std::any_of(waits_for_.begin(), waits_for_.end(), [&](const std::string& name) {
    const PrinterLink* link = link_of(name);
    return link == nullptr || link->print().empty();
  });
  if (one_ended || std::exchange(usb_changed_, false)) settle(false);
}

void Service::note_fixed_settings(const Configuration& next) {
  if (links_.empty()) return;
  if (next.runtime_dir != now_.runtime_dir) log_.warning("", "a changed runtime_dir takes effect at the next start");
}

// All of them before any is started: two printers may have changed their devices with each other.
void Service::stop_what_changed() {
  std::erase_if(links_, [&](const auto& link) {
    const PrinterConfiguration& old = link->configuration();
    const auto next =
        std::find_if(printers_.begin(), printers_.end(), [&](const auto& p) { return p.name == old.name; });
    const bool is_gone = next == printers_.end();
    if (!is_gone && is_same_line(*next, old)) return false;
    link->stop();
    jobs_->look(old.name, link->prints(), monotonic_now(), wall_offset());  // a print ended with its line
    jobs_->forget(old.name);
    log_.info(old.name, is_gone ? "is no longer configured" : "has another device or speed now");
    if (is_gone) board_.remove(old.name);
    return true;
  });
}

void Service::apply_or_start(const PrinterConfiguration& next, bool records_elsewhere) {
  PrinterLink* link = link_of(next.name);
  if (link == nullptr) return start_printer(next);
  link->apply(next.relay);
  if (!next.usb.is_empty()) link->use_device(next.device);
  if (records_elsewhere) link->record_to(recording_of(next.name));
}

PrinterLink* Service::link_of(const std::string& name) const {
  const auto it =
      std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->configuration().name == name; });
  return it == links_.end() ? nullptr : it->get();
}

void Service::start_printer(const PrinterConfiguration& next) { start_link(make_link(next)); }

std::unique_ptr<PrinterLink> Service::make_link(const PrinterConfiguration& printer) {
  return std::make_unique<PrinterLink>(io_, printer, now_.runtime_dir, board_, log_, &store_,
                                       port_users_ ? &*port_users_ : nullptr);
}

void Service::start_link(std::unique_ptr<PrinterLink> link) {
  link->record_to(recording_of(link->configuration().name));
  link->on_device_wanted([this] { usb_.look(); });
  link->start();
  links_.push_back(std::move(link));
}

// A predecessor's printers that are no longer configured.
void Service::drop_left_over() {
  for (const std::string& name : store_.left_over()) {
    log_.info(name, "is no longer configured; the port that the process before held is closed");
    store_.drop_left_over(name);
  }
}

std::shared_ptr<Recording> Service::recording_of(const std::string& name) {
  return now_.record.dir.empty() ? nullptr : recorder_.open(name, now_.record);
}

// --- USB

void Service::share_usb() {
  if (drain_end_ != gcode::Time{}) return;  // the end has begun
  if (!self_.pending_changes.empty()) {     // with the next look: no link may end in its own callback
    usb_changed_ = true;
    return;
  }
  printers_ = usb_.share(now_);
  for (const PrinterConfiguration& printer : printers_) {
    PrinterLink* link = link_of(printer.name);
    if (link == nullptr) start_printer(printer);
    else if (!printer.usb.is_empty()) link->use_device(printer.device);
  }
}

void Service::reload_failed() { self_.last_reload_successful = false; }

void Service::start_failed() {
  self_.last_reload_successful = false;
  self_.last_reload_success_unix_seconds = 0;  // not known
}

// --- time

void Service::look() {
  const gcode::Time now = monotonic_now();
  self_.event_loop_lag.observe(now - look_due_, kLagBounds);
  for (const auto& link : links_) {
    link->look(now);
    jobs_->look(link->configuration().name, link->prints(), now, wall_offset());
  }
  look_at_pending();
  if (now >= left_over_until_) drop_left_over();
  if (start_over_ != gcode::Time{} && now >= start_over_) {
    start_over_ = {};
    give_back_start_pages();
  }
  board_.publish(self_);
  look_due_ = std::max(look_due_ + kLookPeriod, now);  // after a long stall one look is enough
  look_timer_.at(look_due_);
}

std::string Service::why_not_survivable() const {
  if (!store_.is_there()) return "there is no descriptor store (not started by systemd)";
  if (!transport::StagingPipe::is_possible()) return "this kernel cannot splice a tty";
  return {};
}

void Service::shut_down() {
  if (drain_end_ != gcode::Time{}) return;
  if (store_.is_there()) {
    for (const auto& link : links_) link->leave();
    return io_.stop();
  }
  drain_end_ = monotonic_now() + kLongestDrain;
  stop_when_drained();
}

void Service::stop_when_drained() {
  const bool drained = std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->is_drained(); });
  if (!drained && monotonic_now() < drain_end_) return drain_timer_.after(kDrainLook);
  for (const auto& link : links_) link->stop();
  io_.stop();
}

}  // namespace agent
