// What the page shows, as JSON text in pieces, and how one state of it becomes the next: a piece
// that has not changed is not sent again. Instants are milliseconds since 1970, UTC; relative times
// are the page's to tell. Values; pure.
#pragma once

#include <map>
#include <string>

namespace karbonetes::dashboard {

struct Model {
  // "about", "problem", "counts", "views", "savings", "notes": see model_of() in cluster_state.hpp.
  std::map<std::string, std::string, std::less<>> sections;
  std::map<std::string, std::string, std::less<>> jobs;  // by "namespace/name"

  bool operator==(const Model&) const = default;
};

// {"about":...,"jobs":{"team-a/train":{...}}}
[[nodiscard]] std::string whole(const Model& model);

// {"views":...,"jobs":{"team-a/train":{...},"team-a/gone":null}}: what differs; "" when nothing
// does.
[[nodiscard]] std::string change(const Model& from, const Model& to);

}  // namespace karbonetes::dashboard
