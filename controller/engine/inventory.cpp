#include "engine/inventory.hpp"

#include <algorithm>
#include <cstddef>

namespace deployctl::engine {

namespace {

/// Engine's own entry among the pins.
constexpr const char* kCarried = "carried";

}  // namespace

executors::Remembered united(executors::Remembered rendered, const Json& before) {
  if (!rendered.inventory.is_array() || !before.is_array()) return rendered;
  std::size_t carried = 0;
  for (const Json& line : before) {
    if (std::ranges::find(rendered.inventory, line) != rendered.inventory.end()) continue;
    rendered.inventory.push_back(line);
    ++carried;
  }
  if (carried > 0 && rendered.pins.is_object()) rendered.pins[kCarried] = carried;
  return rendered;
}

Json own_lines(const executors::Remembered& kept) {
  if (!kept.inventory.is_array() || !kept.pins.is_object()) return kept.inventory;
  const auto carried = kept.pins.find(kCarried);
  if (carried == kept.pins.end() || !carried->is_number_unsigned()) return kept.inventory;
  const std::size_t count = std::min(carried->get<std::size_t>(), kept.inventory.size());
  Json own = Json::array();
  for (std::size_t n = 0; n + count < kept.inventory.size(); ++n) own.push_back(kept.inventory.at(n));
  return own;
}

}  // namespace deployctl::engine
