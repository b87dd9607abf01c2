#include "agent/demo/demo_world.h"

#include <algorithm>

namespace agent::demo {
namespace {

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

}  // namespace

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
  printer_.receive(bytes, process::monotonic_now());
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
