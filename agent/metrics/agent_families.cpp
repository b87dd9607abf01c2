// The families of the agent itself, as any Prometheus client library names those of a process.
#include "agent/metrics/metrics_families.h"

namespace agent::metrics {
namespace {

constexpr auto kCounter = prometheus::MetricType::Counter;
constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kHistogram = prometheus::MetricType::Histogram;

using A = AgentSource;
using Out = SeriesWriter;
using Process = process::ProcessStats;
using Store = snapshot::StoreCounters;
using Web = snapshot::WebCounters;

template <auto Field>
void of_process(const A& a, Out& out) {
  out.add_known(a.process.*Field);
}

template <auto Field>
void of_store(const A& a, Out& out) {
  out.add(static_cast<double>(a.store.*Field));
}

template <auto Count>
void of_web(const A& a, Out& out) {
  out.add(static_cast<double>((a.web.*Count)()));
}

template <auto CountOf, const auto& kCodes>
void by_code(const A& a, Out& out) {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    out.add(static_cast<double>((a.web.*CountOf)(i)), {std::to_string(kCodes[i])});
  }
}

void last_scrape(const A& a, Out& out) {
  if (a.web.last_scrape_seconds() >= 0) out.add(a.web.last_scrape_seconds());
}

void last_reload(const A& a, Out& out) {
  if (a.snapshot.last_reload_success_unix_seconds > 0) out.add(a.snapshot.last_reload_success_unix_seconds);
}

// clang-format off
constexpr FamilyRow<AgentSource> kAgentFamilies[] = {
    {"marlin_agent_build_info", kGauge, {"version", "revision", "compiler"}, "Version of the agent; the value is always 1.",
     [](const A& a, Out& out) { out.add(1, {a.build.version, a.build.revision, a.build.compiler}); }},
    {"process_cpu_seconds_total", kCounter, {}, "Total user and system CPU time spent in seconds.", of_process<&Process::cpu_seconds>},
    {"process_resident_memory_bytes", kGauge, {}, "Resident memory size in bytes.", of_process<&Process::resident_bytes>},
    {"process_virtual_memory_bytes", kGauge, {}, "Virtual memory size in bytes.", of_process<&Process::virtual_bytes>},
    {"process_open_fds", kGauge, {}, "Number of open file descriptors.", of_process<&Process::open_fds>},
    {"process_max_fds", kGauge, {}, "Maximum number of open file descriptors.", of_process<&Process::max_fds>},
    {"process_threads", kGauge, {}, "Number of OS threads in the process.", of_process<&Process::threads>},
    {"process_start_time_seconds", kGauge, {}, "Start time of the process since unix epoch in seconds.", of_process<&Process::start_unix_seconds>},
    {"marlin_agent_scrape_duration_seconds", kGauge, {}, "Time taken to collect and render the previous scrape.", last_scrape},
    {"marlin_agent_scrapes_total", kCounter, {"code"}, "HTTP requests to the metrics endpoint by status code.", by_code<&Web::scrapes, snapshot::kScrapeCodes>},
    {"marlin_agent_http_refusals_total", kCounter, {"code"}, "HTTP requests refused as malformed, unknown, too large or too slow, by status code.", by_code<&Web::refusals, snapshot::kRefusalCodes>},
    {"marlin_agent_http_dropped_connections_total", kCounter, {}, "HTTP connections closed in favour of newer ones.", of_web<&Web::dropped_connections>},
    {"marlin_agent_http_failed_logins_total", kCounter, {}, "HTTP requests with a wrong name or password.", of_web<&Web::failed_logins>},
    {"marlin_agent_event_loop_lag_seconds", kHistogram, {}, "Delay between the due time and the run time of a periodic timer on the I/O thread.",
     [](const A& a, Out& out) { out.add_histogram(a.snapshot.event_loop_lag, snapshot::kLagBounds); }},
    {"marlin_agent_log_messages_total", kCounter, {"level"}, "Messages logged, by level.",
     [](const A& a, Out& out) {
       out.add(static_cast<double>(a.log.warnings.load(std::memory_order_relaxed)), {"warning"});
       out.add(static_cast<double>(a.log.errors.load(std::memory_order_relaxed)), {"error"});
     }},
    {"marlin_agent_config_last_reload_successful", kGauge, {}, "Whether the last read of the configuration succeeded (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.last_reload_successful ? 1 : 0); }},
    {"marlin_agent_config_last_reload_success_timestamp_seconds", kGauge, {}, "Unix time of the last successful read of the configuration.", last_reload},
    {"marlin_agent_config_pending", kGauge, {}, "Whether a configuration change is deferred until the end of a print (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.pending_changes.empty() ? 0 : 1); }},
    {"marlin_agent_store_working", kGauge, {}, "Whether the last write of the print history succeeded (1) or not (0).", of_store<&Store::works>},
    {"marlin_agent_store_writes_total", kCounter, {}, "Writes of the print history to the disk.", of_store<&Store::writes>},
    {"marlin_agent_store_errors_total", kCounter, {}, "Failed attempts to open or write the print history.", of_store<&Store::errors>},
};
// clang-format on

}  // namespace

std::span<const FamilyRow<AgentSource>> agent_families() { return kAgentFamilies; }

}  // namespace agent::metrics
