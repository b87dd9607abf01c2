#include "agent/tools/layer_table.h"

#include <array>

#include <nlohmann/json.hpp>

#include "agent/text/text_table.h"
#include "agent/tools/command_line.h"

namespace agent::tools {
namespace {

using nlohmann::json;

constexpr std::array kColumns{"layer",   "height_meters",          "seconds", "extruded_meters", "underruns",
                              "resends", "lowest_buffered_seconds"};

void write_row(std::ostream& out, const json& layer, char separator) {
  for (const char* column : kColumns) {
    if (column != kColumns.front()) out << separator;
    const auto value = layer.find(column);
    if (value == layer.end()) continue;
    if (!value->is_number()) throw Failure(Exit::kServer, "the agent's layers are not valid: is it another version?");
    out << text::separated_field(value->dump(), separator);
  }
  out << "\r\n";
}

}  // namespace

std::size_t write_layers(std::ostream& out, const std::string& body, char separator, bool has_header) {
  const json answer = json::parse(body, nullptr, false);
  const auto layers = answer.is_object() ? answer.find("layers") : answer.end();
  if (!answer.is_object() || layers == answer.end() || !layers->is_array())
    throw Failure(Exit::kServer, "the agent's layers are not valid: is it another version?");
  for (const char* column : kColumns) {
    if (!has_header) break;
    if (column != kColumns.front()) out << separator;
    out << text::separated_field(column, separator);
  }
  if (has_header) out << "\r\n";
  for (const json& layer : *layers) write_row(out, layer, separator);
  return layers->size();
}

}  // namespace agent::tools
