#pragma once

// The cache of one resource: what list and watch told, found by key. Filled by Watcher and, with the answers of our own
// writes, by cluster/; read by cluster/. An object costs one block of memory: its few fields and the raw bytes of spec
// and status, behind a table of lengths (no JSON tree; 304 bytes of string headers less than an ObjectEnvelope).
//
// An object never goes backwards: what is older than what is kept (compared by resourceVersion, a decimal number that
// grows, KEP-5504) is ignored, so after a write of ours was put in, a watch or a list that is late cannot hide it.
// Unless the server itself went back (its database was restored from a backup): then forget_versions comes first.
// One thread; lives as long as the process.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kube/object.hpp"

namespace deployctl::runtime {

/// What an object can be: readable, or there but not (`error` set, the rest as far as it could be read).
struct Stored {
  kube::ObjectEnvelope object;
  std::optional<Error> error;
  bool operator==(const Stored&) const = default;
};

/// One object as one block of memory.
class PackedObject {
 public:
  explicit PackedObject(const Stored& stored);
  [[nodiscard]] Stored unpack() const;
  [[nodiscard]] std::string_view ns() const;
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view uid() const;
  [[nodiscard]] std::string_view resource_version() const;
  [[nodiscard]] ObjectKey key() const { return {std::string(ns()), std::string(name())}; }

 private:
  [[nodiscard]] std::string_view field(std::size_t index) const;
  std::unique_ptr<char[]> block_;
};

class Store {
 public:
  /// The new content of a namespace (or of all), gathered aside during a list. What the store has already in the same
  /// version is only noted, so that a relist does not double the memory.
  class Batch {
   public:
    explicit Batch(const Store& store) : store_(&store) {}
    void add(const Stored& stored);

   private:
    friend class Store;
    const Store* store_;
    std::unordered_set<ObjectKey> seen_;
    std::vector<PackedObject> objects_;
  };

  struct Changes {
    std::vector<ObjectKey> changed;  ///< new, or of another resourceVersion
    std::vector<ObjectKey> removed;
  };

  [[nodiscard]] std::optional<Stored> find(const ObjectKey& key) const;
  [[nodiscard]] std::size_t size() const { return objects_.size(); }
  [[nodiscard]] std::vector<ObjectKey> keys() const;

  /// True when it changed anything: false for the same or an older state.
  bool put(const Stored& stored);
  /// True when it was there. A delete of an object that was made anew since (another uid) removes nothing.
  bool remove(const ObjectKey& key, std::string_view uid);
  /// Of a namespace (or of all): whatever is told next about what is kept is news, and changes it.
  void forget_versions(std::string_view ns);
  /// `batch` is now the whole content of `ns` (empty: of all namespaces).
  Changes replace(std::string_view ns, Batch batch);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const PackedObject& object) const { return of(object.ns(), object.name()); }
    std::size_t operator()(const ObjectKey& key) const { return of(key.ns, key.name); }
    static std::size_t of(std::string_view ns, std::string_view name);
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const PackedObject& a, const PackedObject& b) const {
      return a.ns() == b.ns() && a.name() == b.name();
    }
    bool operator()(const PackedObject& a, const ObjectKey& b) const { return a.ns() == b.ns && a.name() == b.name; }
    bool operator()(const ObjectKey& a, const PackedObject& b) const { return (*this)(b, a); }
  };
  using Objects = std::unordered_set<PackedObject, Hash, Equal>;

  bool put(PackedObject object);

  Objects objects_;
};

}  // namespace deployctl::runtime
