// What a ServiceAccount may do, as the API server's roles and bindings say, and what it did, as the
// audit log says: both as sets of the same lines, so that they can be compared.
#pragma once

#include <set>
#include <string>

#include "harness/plane.hpp"

namespace karbonetes::envtest {

// "batch jobs list" or "carbon-aware.io carbonawarepolicies/status patch"; the core group is
// "core". With " in NS" where it is granted in a namespace only, and for the named objects alone "
// of NAME" for each. Errors: Invalid for a wildcard, which no chart of ours may grant.
[[nodiscard]] Result<std::set<std::string>> granted(const harness::Plane& plane,
                                                    const std::string& ns,
                                                    const std::string& account);

// The same lines for what it asked for, whether or not it was allowed, spelled like the grant in
// `grants` that covers it, if one does.
[[nodiscard]] Result<std::set<std::string>> asked(const harness::Plane& plane,
                                                  const std::string& ns, const std::string& account,
                                                  const std::set<std::string>& grants);

// What it was refused (403), in full.
[[nodiscard]] Result<std::set<std::string>> refused(const harness::Plane& plane,
                                                    const std::string& ns,
                                                    const std::string& account);

}  // namespace karbonetes::envtest
