#include "agent/demo/demo_world.h"

#include <algorithm>

namespace agent::demo {
namespace {

// A firmware that reports its name has done so by then.
constexpr gcode::line::Time kLongestBoot = std::chrono::seconds(8);
// A print ends for the agent when its stream has been silent for 15 s at most.
constexpr gcode::line::Time kLongestEnd = std::chrono::seconds(20);
constexpr gcode::line::Time kOpenPeriod = std::chrono::milliseconds(100);

// One read of the available bytes; false at the end of the stream.
bool read_some(transport::ByteStream& stream, std::string& bytes) {
  char buffer[4096];
  const transport::IoResult result = stream.read({std::span<char>(buffer), {}});
  bytes.assign(buffer, result.bytes);
  return result.status == transport::IoStatus::kMoved || result.status == transport::IoStatus::kWouldBlock;
}

void write_some(transport::ByteStream& stream, std::string& output) {
  if (output.empty()) return;
  const transport::IoResult result = stream.write({output, {}});
  output.erase(0, result.bytes);
  if (!output.empty()) stream.wait_writable();
}

// If the simulation is already due, other handlers of the io_context still get a turn.
void arm(process::Timer& timer, gcode::line::Time deadline, gcode::line::Time now) {
  if (deadline != gcode::line::kNever) timer.at(std::max(deadline, now));
}

sim::VirtualPrinter virtual_printer(const Machine& machine, const WorldOptions& from) {
  sim::PrinterOptions options;
  options.seed = from.seed;
  options.speed = from.speed;
  options.paced_input = true;
  if (machine.has_mmu) options.habits = with_mmu();
  return {machine.firmware, options};
}

std::unique_ptr<sim::VirtualHost> virtual_host(const std::string& name) {
  sim::HostOptions options;
  options.print = demo_print();
  return sim::make_host(name, options);
}

}  // namespace

std::vector<Machine> demo_machines(int count, const std::string& firmware) {
  static const Machine kAll[] = {{"mk3s", "prusa-3.14", true}, {"ender", "ender-3-v2"},
                                 {"mk3", "prusa-3.9"},         {"cr10", "cr-10s-pro"},
                                 {"anet", "marlin-1.1.9"},     {"marlin", "marlin-2.1.2-modern"}};
  std::vector<Machine> machines;
  for (int i = 0; i < count; ++i) {
    Machine machine = kAll[static_cast<std::size_t>(i) % std::size(kAll)];
    if (const auto round = static_cast<std::size_t>(i) / std::size(kAll); round > 0)
      machine.name += '-' + std::to_string(round + 1);
    if (!firmware.empty()) {
      machine.firmware = firmware;
      machine.has_mmu = false;
    }
    machines.push_back(std::move(machine));
  }
  return machines;
}

sim::PrinterHabits with_mmu() {
  sim::PrinterHabits habits;
  habits.remarks = {"echo:MMU2:<S0 A3*22.",   "echo:MMU2:<S1 A0*34.", "echo:MMU2:<S2 A1*40.",
                    "echo:MMU2:<S3 A375*de.", "echo:MMU2:MMU2tool=1", "echo:MMU2:<Q0 F0*f9."};
  habits.remark_period = std::chrono::seconds(5);
  return habits;
}

std::string BadCable::pass(std::string bytes) {
  constexpr std::size_t kHit = 6;  // behind "N", in number or command: the end of the line is never hit
  for (char& byte : bytes) {
    if (byte == '\n') {
      column_ = 0;
      continue;
    }
    if (column_ == 0) is_numbered_ = byte == 'N';
    if (++column_ == kHit && is_numbered_ && ++numbered_ % kPeriod == 0) byte = static_cast<char>(byte ^ 0x10);
  }
  return bytes;
}

DemoPrinter::DemoPrinter(boost::asio::io_context& io, sim::VirtualPrinter printer)
    : printer_(std::move(printer)), line_(io), timer_(io, [this] { step(); }) {
  line_.on_readable([this] { receive(); });
  line_.on_writable([this] { write_some(line_, output_); });
  line_.on_host_opened([this] { write_some(line_, output_); });
  line_.on_host_closed([] {});
}

transport::MaybeFailure DemoPrinter::plug_in(const std::string& dir, const std::string& name) {
  if (auto failure = line_.publish(dir, name)) return failure;
  printer_.power_on(process::monotonic_now());
  line_.wait_readable();
  step();
  return {};
}

void DemoPrinter::receive() {
  std::string bytes;
  if (!read_some(line_, bytes)) return;
  printer_.receive(cable_.pass(std::move(bytes)), process::monotonic_now());
  line_.wait_readable();
  step();
}

void DemoPrinter::step() {
  const gcode::line::Time now = process::monotonic_now();
  printer_.advance(now);
  output_ += printer_.take_output();
  write_some(line_, output_);
  arm(timer_, printer_.deadline(), now);
}

DemoHost::DemoHost(boost::asio::io_context& io, std::unique_ptr<sim::VirtualHost> host, std::string port)
    : host_(std::move(host)), path_(std::move(port)), port_(io), timer_(io, [this] { step(); }) {
  port_.on_readable([this] { receive(); });
  port_.on_writable([this] { write_some(port_, output_); });
}

void DemoHost::receive() {
  std::string bytes;
  if (!read_some(port_, bytes)) {
    failure_ = "the host port hung up";
    return port_.close();
  }
  host_->receive(bytes, process::monotonic_now());
  port_.wait_readable();
  step();
}

void DemoHost::step() {
  if (!failure_.empty()) return;
  const gcode::line::Time now = process::monotonic_now();
  if (!port_.is_open()) return try_to_open(now);
  host_->advance(now);
  output_ += host_->take_output();
  write_some(port_, output_);
  arm(timer_, host_->deadline(), now);
}

void DemoHost::try_to_open(gcode::line::Time now) {
  if (port_.open(path_, 115200)) return timer_.after(kOpenPeriod);
  host_->connect(now);
  port_.wait_readable();
  step();
}

DemoPair::DemoPair(boost::asio::io_context& io, const Machine& machine, const WorldOptions& options,
                   const std::string& run_dir)
    : name_(machine.name),
      printer_(io, virtual_printer(machine, options)),
      host_(io, virtual_host(options.host), run_dir + '/' + machine.name) {}

transport::MaybeFailure DemoPair::plug_in(const std::string& dir) { return printer_.plug_in(dir, "device-" + name_); }

// As in real use, where printer and agent are running before a print starts.
void DemoPair::observe(const snapshot::LinkSnapshot& link, gcode::line::Time now) {
  if (!host_began_ && (link.printer.firmware.known || now - began_ > kLongestBoot)) {
    host_began_ = true;
    host_.start();
  }
  if (!host_.is_done()) done_at_ = now;
  ended_ = ended_ || !host_.failure().empty() ||
           (host_.is_done() && (!link.prints.is_open() || now - done_at_ > kLongestEnd));
}

std::vector<std::string> demo_print() {
  std::vector<std::string> lines;
  std::string_view rest = demo_gcode();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace agent::demo
