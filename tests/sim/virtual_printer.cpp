// The public interface of the printer: a thin layer over the firmware's core.
#include "tests/sim/virtual_printer.h"

#include <stdexcept>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

const FirmwareTraits& row_of(std::string_view firmware) {
  if (const Persona* persona = find_persona(firmware)) return persona->traits;
  const FirmwareTraits* row = find_firmware(firmware);
  if (row == nullptr) throw std::invalid_argument("no virtual printer of firmware \"" + std::string(firmware) + "\"");
  return *row;
}

}  // namespace

struct VirtualPrinter::Impl {
  Impl(const FirmwareTraits& row, PrinterOptions options) : core(row, std::move(options)) {}
  FirmwareCore core;
};

VirtualPrinter::VirtualPrinter(std::string_view firmware, PrinterOptions options) {
  if (const Persona* persona = find_persona(firmware)) options.habits = persona->habits;
  impl_ = std::make_unique<Impl>(row_of(firmware), std::move(options));
}
VirtualPrinter::~VirtualPrinter() = default;
VirtualPrinter::VirtualPrinter(VirtualPrinter&&) noexcept = default;

std::vector<std::string> VirtualPrinter::firmware_names() {
  std::vector<std::string> names;
  for (const FirmwareTraits& row : firmware_table()) names.emplace_back(row.name);
  return names;
}

std::vector<std::string> VirtualPrinter::persona_names() {
  std::vector<std::string> names;
  for (const Persona& persona : personas()) names.emplace_back(persona.name);
  return names;
}

void VirtualPrinter::receive(std::string_view bytes, Time now, char origin) { impl_->core.receive(bytes, now, origin); }
void VirtualPrinter::advance(Time now) { impl_->core.advance(now); }
Time VirtualPrinter::deadline() const { return impl_->core.deadline(); }
std::string VirtualPrinter::take_output() { return impl_->core.transmitter.take(); }
const std::string& VirtualPrinter::taken_origins() const { return impl_->core.transmitter.taken_origins(); }

void VirtualPrinter::power_on(Time now) { impl_->core.boot(now, false); }
void VirtualPrinter::reset(Time now) { impl_->core.boot(now, true); }
void VirtualPrinter::power_panic(Time now) { impl_->core.power_panic(now); }
void VirtualPrinter::open_thermistor(Time now) { impl_->core.break_sensor(SensorFault::kHotendOpen, now); }
void VirtualPrinter::break_sensor(SensorFault fault, Time now) { impl_->core.break_sensor(fault, now); }
void VirtualPrinter::set_temperatures(double hotend, double bed, Time now, double hotend_drift, double bed_drift) {
  impl_->core.set_temperatures(hotend, bed, now, hotend_drift, bed_drift);
}
void VirtualPrinter::stall_fan(Time now) { impl_->core.stall_fan(now); }
void VirtualPrinter::say(std::string_view text, Time now) { impl_->core.say(text, now); }
void VirtualPrinter::fail_next_homing() { impl_->core.homing_fails = true; }
void VirtualPrinter::run_out_of_filament(Time now) { impl_->core.run_out_of_filament(now); }
void VirtualPrinter::crash(Time now) { impl_->core.crash(now); }
void VirtualPrinter::press_knob(Time now) { impl_->core.press_knob(now); }
void VirtualPrinter::stall(Time now, Time duration) { impl_->core.stall(now, duration); }
void VirtualPrinter::start_sd_print(std::string_view name, Time now) { impl_->core.start_sd_print(name, now); }

PrinterHabits& VirtualPrinter::habits() { return impl_->core.options.habits; }
void VirtualPrinter::on_executed(std::function<void(const Executed&)> observer) {
  impl_->core.observer = std::move(observer);
}
double VirtualPrinter::hotend_celsius() const { return impl_->core.hotend_now(); }
double VirtualPrinter::bed_celsius() const { return impl_->core.bed_now(); }
std::int64_t VirtualPrinter::last_line_number() const { return impl_->core.last_n; }
bool VirtualPrinter::is_stopped() const { return impl_->core.stopped && impl_->core.traits.family == Family::kPrusa; }
bool VirtualPrinter::is_uploading() const { return impl_->core.card.saving; }
bool VirtualPrinter::is_booting() const { return impl_->core.is_booting(); }
std::int64_t VirtualPrinter::interrupted_line() const { return impl_->core.interrupted_line(); }
std::vector<DrySpell> VirtualPrinter::take_dry_spells() { return impl_->core.take_dry_spells(); }
int VirtualPrinter::commands_of(char origin) const { return impl_->core.commands_of(origin); }
bool VirtualPrinter::is_meatpack_on() const { return impl_->core.meatpack.is_on(); }
bool VirtualPrinter::is_silent() const { return impl_->core.transmitter.deadline() == kNever; }
int VirtualPrinter::mishaps() const { return impl_->core.mishaps; }
int VirtualPrinter::receive_room(Time now) {
  impl_->core.advance(now);
  return impl_->core.ring.room();
}
std::uint64_t VirtualPrinter::bytes_lost() const { return impl_->core.ring.bytes_lost(); }
std::uint64_t VirtualPrinter::commands_flushed() const { return impl_->core.ring.lines_flushed(); }
const std::map<std::string, std::string>& VirtualPrinter::sd_files() const { return impl_->core.card.files(); }

}  // namespace sim
