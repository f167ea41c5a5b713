#include "kubectl/inventory.hpp"

#include <algorithm>

#include "kubectl/json_path.hpp"

namespace deployctl::kubectl {
namespace {

bool holds_others(const ObjectId& id) {
  return id.kind == "Namespace" || id.kind == "CustomResourceDefinition" || id.kind == "PersistentVolume" ||
         id.kind == "PersistentVolumeClaim";
}

const InventoryItem* find_item(const std::vector<InventoryItem>& items, const ObjectId& id) {
  const auto found =
      std::ranges::find_if(items, [&](const InventoryItem& item) { return is_same_object(item.id, id); });
  return found == items.end() ? nullptr : &*found;
}

bool stood_before(const std::vector<Json>& dry_run, const ObjectId& id) {
  return std::ranges::any_of(dry_run, [&](const Json& answer) {
    return is_same_object(id_of(answer), id) && !text_at(answer, {"metadata", "resourceVersion"}).empty();
  });
}

}  // namespace

std::string ObjectId::str() const { return kind + " " + (ns.empty() ? name : ns + "/" + name); }

std::string_view ObjectId::group() const {
  const std::size_t slash = api_version.find('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(api_version).substr(0, slash);
}

ObjectId id_of(const Json& object) {
  return {.api_version = text_at(object, {"apiVersion"}),
          .kind = text_at(object, {"kind"}),
          .ns = text_at(object, {"metadata", "namespace"}),
          .name = text_at(object, {"metadata", "name"})};
}

bool is_same_object(const ObjectId& left, const ObjectId& right) {
  return left.group() == right.group() && left.kind == right.kind && left.ns == right.ns && left.name == right.name;
}

std::string as_list(const std::vector<ObjectId>& ids) {
  Json items = Json::array();
  for (const ObjectId& id : ids) {
    Json metadata{{"name", id.name}};
    if (!id.ns.empty()) metadata["namespace"] = id.ns;
    items.push_back(Json{{"apiVersion", id.api_version}, {"kind", id.kind}, {"metadata", std::move(metadata)}});
  }
  return dump_json(Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}});
}

std::vector<InventoryItem> read_inventory(const Json& inventory) {
  std::vector<InventoryItem> items;
  if (!inventory.is_array()) return items;
  for (const Json& line : inventory) {
    InventoryItem item{.id = {.api_version = text_at(line, {"apiVersion"}),
                              .kind = text_at(line, {"kind"}),
                              .ns = text_at(line, {"namespace"}),
                              .name = text_at(line, {"name"})}};
    if (item.id.kind.empty() || item.id.name.empty()) continue;
    item.since = number_at(line, {"since"});
    const Json* adopted = member_at(line, {"adopted"});
    item.adopted = adopted != nullptr && adopted->is_boolean() && adopted->get<bool>();
    items.push_back(std::move(item));
  }
  return items;
}

Json write_inventory(const std::vector<InventoryItem>& items) {
  Json lines = Json::array();
  for (const InventoryItem& item : items) {
    Json line{
        {"apiVersion", item.id.api_version}, {"kind", item.id.kind}, {"name", item.id.name}, {"since", item.since}};
    if (!item.id.ns.empty()) line["namespace"] = item.id.ns;
    if (item.adopted) line["adopted"] = true;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<InventoryItem> next_inventory(const std::vector<InventoryItem>& before,
                                          const std::vector<ObjectId>& applied, const std::vector<Json>& dry_run,
                                          std::int64_t revision) {
  std::vector<InventoryItem> items;
  for (const ObjectId& id : applied) {
    const InventoryItem* known = find_item(before, id);
    if (known != nullptr) {
      items.push_back({id, known->since, known->adopted});
    } else {
      items.push_back({id, revision, stood_before(dry_run, id)});
    }
  }
  return items;
}

Prune prune_of(const std::vector<InventoryItem>& before, const std::vector<ObjectId>& applied, bool rollback,
               std::int64_t restored_revision) {
  Prune prune;
  for (auto item = before.rbegin(); item != before.rend(); ++item) {
    const bool stays = std::ranges::any_of(applied, [&](const ObjectId& id) { return is_same_object(id, item->id); });
    if (stays) continue;
    const bool may_go = !rollback || (item->since > restored_revision && !item->adopted && !holds_others(item->id));
    (may_go ? prune.remove : prune.left_alone).push_back(item->id);
  }
  return prune;
}

std::vector<ObjectId> destroy_order(const std::vector<InventoryItem>& items, bool spare_adopted) {
  std::vector<ObjectId> order;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (!item->adopted || (!spare_adopted && !holds_others(item->id))) order.push_back(item->id);
  }
  return order;
}

}  // namespace deployctl::kubectl
