#pragma once

// The words of every closed set a spec or a status may hold, once: decoding, encoding, messages and the schema's enums
// (held together by tests/contract) all read this table. A word that stands first is the default where there is one.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "api/deployment.hpp"

namespace deployctl::api {

template <class Enum, std::size_t N>
using WordList = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum>
struct Words;

template <>
struct Words<Type> {
  static constexpr WordList<Type, 5> list = {{{Type::Docker, "docker"},
                                              {Type::DockerCompose, "docker-compose"},
                                              {Type::Kubernetes, "kubernetes"},
                                              {Type::Terraform, "terraform"},
                                              {Type::Ansible, "ansible"}}};
};
template <>
struct Words<Track> {
  static constexpr WordList<Track, 2> list = {{{Track::Pinned, "Pinned"}, {Track::Live, "Live"}}};
};
template <>
struct Words<Drift> {
  static constexpr WordList<Drift, 3> list = {
      {{Drift::Report, "Report"}, {Drift::Correct, "Correct"}, {Drift::Ignore, "Ignore"}}};
};
template <>
struct Words<DeletionPolicy> {
  static constexpr WordList<DeletionPolicy, 2> list = {
      {{DeletionPolicy::Destroy, "Destroy"}, {DeletionPolicy::Orphan, "Orphan"}}};
};
template <>
struct Words<PullPolicy> {
  static constexpr WordList<PullPolicy, 3> list = {
      {{PullPolicy::IfNotPresent, "IfNotPresent"}, {PullPolicy::Always, "Always"}, {PullPolicy::Never, "Never"}}};
};
template <>
struct Words<DockerCompose::Pull> {
  static constexpr WordList<DockerCompose::Pull, 3> list = {{{DockerCompose::Pull::Missing, "missing"},
                                                             {DockerCompose::Pull::Always, "always"},
                                                             {DockerCompose::Pull::Never, "never"}}};
};
template <>
struct Words<Terraform::Backend> {
  static constexpr WordList<Terraform::Backend, 3> list = {{{Terraform::Backend::Auto, "Auto"},
                                                            {Terraform::Backend::Kubernetes, "Kubernetes"},
                                                            {Terraform::Backend::Module, "Module"}}};
};
template <>
struct Words<Terraform::ForceUnlock> {
  static constexpr WordList<Terraform::ForceUnlock, 2> list = {
      {{Terraform::ForceUnlock::Never, "Never"}, {Terraform::ForceUnlock::OwnDead, "OwnDead"}}};
};
template <>
struct Words<HealthWatch::OnFailure> {
  static constexpr WordList<HealthWatch::OnFailure, 3> list = {{{HealthWatch::OnFailure::Report, "Report"},
                                                                {HealthWatch::OnFailure::Redeploy, "Redeploy"},
                                                                {HealthWatch::OnFailure::Rollback, "Rollback"}}};
};
template <>
struct Words<Hook::OnFailure> {
  static constexpr WordList<Hook::OnFailure, 2> list = {
      {{Hook::OnFailure::Fail, "Fail"}, {Hook::OnFailure::Ignore, "Ignore"}}};
};

template <>
struct Words<ConditionStatus> {
  static constexpr WordList<ConditionStatus, 3> list = {
      {{ConditionStatus::True, "True"}, {ConditionStatus::False, "False"}, {ConditionStatus::Unknown, "Unknown"}}};
};
template <>
struct Words<OperationKind> {
  static constexpr WordList<OperationKind, 3> list = {
      {{OperationKind::Deploy, "Deploy"}, {OperationKind::Rollback, "Rollback"}, {OperationKind::Destroy, "Destroy"}}};
};
template <>
struct Words<PlanKind> {
  static constexpr WordList<PlanKind, 2> list = {{{PlanKind::Deploy, "Deploy"}, {PlanKind::Rollback, "Rollback"}}};
};
template <>
struct Words<HistoryResult> {
  static constexpr WordList<HistoryResult, 6> list = {{{HistoryResult::Succeeded, "Succeeded"},
                                                       {HistoryResult::Failed, "Failed"},
                                                       {HistoryResult::RolledBack, "RolledBack"},
                                                       {HistoryResult::Cancelled, "Cancelled"},
                                                       {HistoryResult::Interrupted, "Interrupted"},
                                                       {HistoryResult::Superseded, "Superseded"}}};
};
template <>
struct Words<Restorable> {
  static constexpr WordList<Restorable, 3> list = {
      {{Restorable::Exact, "Exact"}, {Restorable::ByReference, "ByReference"}, {Restorable::No, "No"}}};
};
template <>
struct Words<RequestResult> {
  static constexpr WordList<RequestResult, 3> list = {
      {{RequestResult::Pending, "Pending"}, {RequestResult::Done, "Done"}, {RequestResult::Refused, "Refused"}}};
};

template <class T>
concept Worded = requires { Words<T>::list; };

template <Worded Enum>
std::string_view word_of(Enum value) {
  for (const auto& [each, word] : Words<Enum>::list) {
    if (each == value) return word;
  }
  return {};
}

template <Worded Enum>
std::optional<Enum> parse_word(std::string_view text) {
  for (const auto& [each, word] : Words<Enum>::list) {
    if (word == text) return each;
  }
  return std::nullopt;
}

}  // namespace deployctl::api
