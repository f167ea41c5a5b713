#pragma once

// The inventory: every object a revision applied, kept in its revision Secret. It decides what is pruned and what is
// destroyed; nothing outside it is ever removed. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/strict_json.hpp"

namespace deployctl::kubectl {

/// The identity of one object.
struct ObjectId {
  std::string api_version;
  std::string kind;
  std::string ns;  ///< empty: cluster-scoped
  std::string name;
  auto operator<=>(const ObjectId&) const = default;

  /// "Kind namespace/name", as messages say it.
  [[nodiscard]] std::string str() const;
  /// apiVersion without its version: an object keeps its identity when a manifest moves from v1beta1 to v1.
  [[nodiscard]] std::string_view group() const;
};
ObjectId id_of(const Json& object);
/// Same object on the server: group, kind, namespace and name.
bool is_same_object(const ObjectId& left, const ObjectId& right);
/// `kind: List` text with identities only, for `kubectl get -f` and `kubectl delete -f`.
std::string as_list(const std::vector<ObjectId>& ids);

struct InventoryItem {
  ObjectId id;
  std::int64_t since = 0;  ///< the revision that applied it first
  bool adopted = false;    ///< it stood there before we applied it
  bool operator==(const InventoryItem&) const = default;
};
/// Lines that cannot be read are left out.
std::vector<InventoryItem> read_inventory(const Json& inventory);
Json write_inventory(const std::vector<InventoryItem>& items);

/// What `applied` will own: items known from `before` keep their history, new ones begin at `revision`. `dry_run` holds
/// the server's answers: an object that has a resourceVersion there existed already.
std::vector<InventoryItem> next_inventory(const std::vector<InventoryItem>& before,
                                          const std::vector<ObjectId>& applied, const std::vector<Json>& dry_run,
                                          std::int64_t revision);

/// What has to go once `applied` is there, last applied first. A rollback removes only what came after
/// `restored_revision` and never a Namespace, CustomResourceDefinition, PersistentVolume or PersistentVolumeClaim:
/// those are returned in `left_alone`.
struct Prune {
  std::vector<ObjectId> remove;
  std::vector<ObjectId> left_alone;
};
Prune prune_of(const std::vector<InventoryItem>& before, const std::vector<ObjectId>& applied, bool rollback,
               std::int64_t restored_revision);

/// What Destroy removes, last applied first: everything but adopted objects that hold other people's things (Namespace,
/// CustomResourceDefinition, PersistentVolume, PersistentVolumeClaim), and with `spare_adopted` all adopted ones.
std::vector<ObjectId> destroy_order(const std::vector<InventoryItem>& items, bool spare_adopted);

}  // namespace deployctl::kubectl
