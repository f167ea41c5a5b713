#include "app/object_rows.hpp"

#include <algorithm>
#include <charconv>

#include "api/conditions.hpp"
#include "api/words.hpp"

namespace deployctl::app {
namespace {

/// Exposition formats, text 0.0.4: backslash, quote and line feed.
void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
}

/// One line; labels are appended in the order of their names, as the registry has them.
class Line {
 public:
  Line(std::string& text, std::string_view name) : text_(text) {
    text_ += name;
    text_ += '{';
  }
  Line& label(std::string_view name, std::string_view value) {
    if (text_.back() != '{') text_ += ',';
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, value);
    text_ += '"';
    return *this;
  }
  Line& of(const ObjectKey& key) { return label("name", key.name).label("namespace", key.ns); }
  void is(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_ += "} ";
    text_.append(digits.data(), end);
    text_ += '\n';
  }

 private:
  std::string& text_;
};

void begin_family(std::string& text, std::string_view name, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help);
  text.append("\n# TYPE ").append(name).append(" gauge\n");
}

std::string_view word(bool value) { return value ? "true" : "false"; }

}  // namespace

bool ObjectRows::Row::is_true(std::string_view condition) const {
  for (std::size_t i = 0; i < kShownConditions.size(); ++i)
    if (kShownConditions[i] == condition) return conditions[i] == Shown::True;
  return false;
}

void ObjectRows::set(const api::Deployment& object) {
  Row row;
  row.revision = object.status.revision;
  row.type = object.spec.type;
  row.suspended = object.spec.suspend;
  row.unreadable = object.undecodable.has_value();
  for (std::size_t i = 0; i < kShownConditions.size(); ++i) {
    const api::Condition* found = api::find_condition(object.status.conditions, kShownConditions[i]);
    if (found == nullptr) continue;
    switch (found->status) {
      case api::ConditionStatus::True: row.conditions[i] = Shown::True; break;
      case api::ConditionStatus::False: row.conditions[i] = Shown::False; break;
      case api::ConditionStatus::Unknown: row.conditions[i] = Shown::Unknown; break;
    }
  }
  if (const auto& operation = object.status.operation)
    row.open = std::make_unique<Open>(operation->step, operation->started_at);
  rows_.insert_or_assign(object.meta.key, std::move(row));
}

std::size_t ObjectRows::unreadable() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [](const auto& each) { return each.second.unreadable; }));
}

void ObjectRows::write(std::string& text, WallTime now) const {
  constexpr std::size_t kBytesOfAnObject = 1200;  // four conditions; more costs a copy
  text.reserve(text.size() + rows_.size() * kBytesOfAnObject + 1024);
  write_info(text);
  write_conditions(text);
  write_flag(text, "deployctl_state_locked", "Whether a tool's lock blocks the Deployment",
             api::conditions::kStateLocked);
  write_flag(text, "deployctl_drift_detected", "Whether drift was found at the last look", api::conditions::kDrifted);
  write_ages(text, now);
}

void ObjectRows::write_info(std::string& text) const {
  constexpr std::string_view kName = "deployctl_deployment_info";
  begin_family(text, kName, "One per Deployment");
  for (const auto& [key, row] : rows_) {
    Line(text, kName)
        .label("executor", api::to_string(row.type))
        .of(key)
        .label("ready", word(row.is_true(api::conditions::kReady)))
        .label("revision", std::to_string(row.revision))
        .label("suspended", word(row.suspended))
        .is(1);
  }
}

void ObjectRows::write_conditions(std::string& text) const {
  constexpr std::string_view kName = "deployctl_deployment_condition";
  constexpr std::array<std::pair<Shown, std::string_view>, 3> kStatuses = {
      {{Shown::True, "True"}, {Shown::False, "False"}, {Shown::Unknown, "Unknown"}}};
  begin_family(text, kName, "Whether a condition has a status");
  for (const auto& [key, row] : rows_) {
    for (std::size_t i = 0; i < kShownConditions.size(); ++i) {
      if (row.conditions[i] == Shown::Absent) continue;
      for (const auto& [shown, status] : kStatuses)
        Line(text, kName)
            .of(key)
            .label("status", status)
            .label("type", kShownConditions[i])
            .is(row.conditions[i] == shown ? 1 : 0);
    }
  }
}

void ObjectRows::write_flag(std::string& text, std::string_view name, std::string_view help,
                            std::string_view condition) const {
  begin_family(text, name, help);
  for (const auto& [key, row] : rows_) Line(text, name).of(key).is(row.is_true(condition) ? 1 : 0);
}

void ObjectRows::write_ages(std::string& text, WallTime now) const {
  constexpr std::string_view kName = "deployctl_operation_age_seconds";
  begin_family(text, kName, "Age of the open operation");
  for (const auto& [key, row] : rows_) {
    if (!row.open) continue;
    const std::chrono::duration<double> age = std::max(Duration::zero(), Duration(now - row.open->started_at));
    Line(text, kName).of(key).label("step", row.open->step).is(age.count());
  }
}

}  // namespace deployctl::app
