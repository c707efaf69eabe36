// The apiserver's audit log, read back: who wrote what, when, and (for jobs) with which body. How
// tests prove that something was done once, by whom, or never. What is logged is settled by
// controlplane/audit/policy.yaml. Stateless.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "json/document.hpp"

namespace karbonetes::harness {

// One finished request (stage ResponseComplete).
struct AuditEvent {
  std::string verb;  // create, update, patch, delete, deletecollection
  std::string user;  // "kubernetes-admin", "system:serviceaccount:ns:name"
  std::string user_agent;
  std::string group;  // "" (core), "batch", "events.k8s.io"
  std::string resource;
  std::string subresource;
  std::string ns;
  std::string name;  // empty where the server generates it
  std::string uri;
  int code = 0;  // HTTP status
  std::string
      received;  // RFC 3339 with microseconds; the log is ordered by completion, not by this
  json::Document request;  // the body; null where only metadata is logged
};

using AuditFilter = std::function<bool(const AuditEvent&)>;

// The events that `filter` takes (all, when empty), in the order of the log. A last line that is
// being written is left out. An answer may reach its client a moment before its line is in the log.
// Errors: NotFound (no log), Parse (with the line).
[[nodiscard]] Result<std::vector<AuditEvent>> read_audit_log(const std::filesystem::path& file,
                                                             const AuditFilter& filter = {});

}  // namespace karbonetes::harness
