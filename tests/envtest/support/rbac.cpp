#include "support/rbac.hpp"

#include <fmt/format.h>

#include <vector>

namespace karbonetes::envtest {

namespace {

using json::Document;

std::string line(const std::string& group, const std::string& resource, const std::string& verb,
                 const std::string& ns, const std::string& name) {
  auto out = fmt::format("{} {} {}", group.empty() ? "core" : group, resource, verb);
  if (!ns.empty()) out += " in " + ns;
  if (!name.empty()) out += " of " + name;
  return out;
}

bool is_for(const Document& binding, const std::string& ns, const std::string& account) {
  for (const auto& subject : binding.value("subjects", Document::array())) {
    if (subject.value("kind", "") == "ServiceAccount" && subject.value("name", "") == account &&
        subject.value("namespace", ns) == ns)
      return true;
  }
  return false;
}

Status add_rules(const Document& role, const std::string& ns, std::set<std::string>& out) {
  for (const auto& rule : role.value("rules", Document::array())) {
    const auto names = rule.value("resourceNames", Document::array({""}));
    for (const std::string group : rule.at("apiGroups")) {
      for (const std::string resource : rule.at("resources")) {
        for (const std::string verb : rule.at("verbs")) {
          if (group == "*" || resource == "*" || verb == "*")
            return fail(Errc::Invalid, "a wildcard in " + rule.dump());
          for (const std::string name : names) out.insert(line(group, resource, verb, ns, name));
        }
      }
    }
  }
  return {};
}

std::string user_of(const std::string& ns, const std::string& account) {
  return "system:serviceaccount:" + ns + ":" + account;
}

}  // namespace

Result<std::set<std::string>> granted(const harness::Plane& plane, const std::string& ns,
                                      const std::string& account) {
  std::set<std::string> out;
  const auto& kubectl = plane.kubectl();
  const auto everywhere = kubectl.list("", "clusterrolebindings");
  if (!everywhere) return fail(everywhere.error());
  for (const auto& binding : *everywhere) {
    if (!is_for(binding, ns, account)) continue;
    const auto role = kubectl.get("", "clusterrole/" + binding["roleRef"].value("name", ""));
    if (!role) return fail(role.error());
    if (auto s = add_rules(*role, "", out); !s) return fail(s.error());
  }
  const auto namespaces = kubectl.list("", "namespaces");
  if (!namespaces) return fail(namespaces.error());
  for (const auto& each : *namespaces) {
    const auto in = each["metadata"].value("name", "");
    const auto here = kubectl.list(in, "rolebindings");
    if (!here) return fail(here.error());
    for (const auto& binding : *here) {
      if (!is_for(binding, ns, account)) continue;
      const bool shared = binding["roleRef"].value("kind", "") == "ClusterRole";
      const auto name = binding["roleRef"].value("name", "");
      const auto role =
          shared ? kubectl.get("", "clusterrole/" + name) : kubectl.get(in, "role/" + name);
      if (!role) return fail(role.error());
      if (auto s = add_rules(*role, in, out); !s) return fail(s.error());
    }
  }
  return out;
}

Result<std::set<std::string>> asked(const harness::Plane& plane, const std::string& ns,
                                    const std::string& account,
                                    const std::set<std::string>& grants) {
  const auto events = plane.audit(
      [&](const harness::AuditEvent& event) { return event.user == user_of(ns, account); });
  if (!events) return fail(events.error());
  std::set<std::string> out;
  for (const auto& event : *events) {
    if (event.resource.empty()) continue;  // /version and the like
    const auto resource =
        event.subresource.empty() ? event.resource : event.resource + "/" + event.subresource;
    const std::vector<std::string> spellings{
        line(event.group, resource, event.verb, event.ns, event.name),
        line(event.group, resource, event.verb, "", event.name),
        line(event.group, resource, event.verb, event.ns, ""),
        line(event.group, resource, event.verb, "", "")};
    bool covered = false;
    for (const auto& spelling : spellings) {
      if (!grants.contains(spelling)) continue;
      out.insert(spelling);
      covered = true;
    }
    if (!covered) out.insert(spellings.front());
  }
  return out;
}

Result<std::set<std::string>> refused(const harness::Plane& plane, const std::string& ns,
                                      const std::string& account) {
  const auto events = plane.audit([&](const harness::AuditEvent& event) {
    return event.user == user_of(ns, account) && event.code == 403;
  });
  if (!events) return fail(events.error());
  std::set<std::string> out;
  for (const auto& event : *events)
    out.insert(fmt::format("{} {} {} as {}", event.verb, event.uri, event.code, event.user_agent));
  return out;
}

}  // namespace karbonetes::envtest
