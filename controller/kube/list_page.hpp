#pragma once

// One page of a list, read item by item without a tree. An item that cannot be read is told alone, the others are
// served (fault W20).

#include <functional>
#include <string>

#include "base/result.hpp"
#include "kube/object_decoder.hpp"

namespace deployctl::kube {

struct ListPage {
  std::string resource_version;
  std::string continue_token;
};

/// Error: Invalid when the page itself is no list (then some items may have been told already).
Result<ListPage> read_list_page(std::string body, const DecodeOptions& options,
                                const std::function<void(DecodedItem)>& on_item);

}  // namespace deployctl::kube
