#include "kube/model/lease.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "json/document.hpp"
#include "kube/model/fields.hpp"

namespace karbonetes::kube {

namespace {

using json::Value;

constexpr std::array kOthers{"labels", "annotations", "ownerReferences", "finalizers"};

Status read_text(Value value, std::string_view field, std::string& out) {
  std::string_view view;
  Status status = fields::read(value, field, view);
  out = view;
  return status;
}

Status read_time(Value value, std::string_view field, TimePoint& out) {
  std::string_view text;
  if (Status status = fields::read(value, field, text); !status) return status;
  if (text.empty()) return {};
  const Result<TimePoint> time = parse_rfc3339(text);
  if (!time) return fail(Errc::Parse, std::string(field) + ": " + time.error().message);
  out = *time;
  return {};
}

// The API's int32.
Status read_count(Value value, std::string_view field, std::int64_t& out) {
  std::int64_t read = out;
  if (Status status = fields::read(value, field, read); !status) return status;
  if (read < 0 || read > std::numeric_limits<std::int32_t>::max()) {
    return fields::wrong(field, "a whole number from 0 to 2147483647");
  }
  out = read;
  return {};
}

Status read_metadata(Value value, Lease& lease) {
  return fields::each(value, "metadata", [&](std::string_view key, Value v) -> Status {
    if (key == "name") return read_text(v, "metadata.name", lease.name);
    if (key == "namespace") return read_text(v, "metadata.namespace", lease.ns);
    if (key == "resourceVersion")
      return read_text(v, "metadata.resourceVersion", lease.resource_version);
    for (const auto* others : kOthers) {
      if (key != others) continue;
      const auto text = v.raw();
      if (!text) return fail(text.error());
      lease.kept.emplace(key, *text);
    }
    return {};
  });
}

Status read_spec(Value value, Lease& lease) {
  std::int64_t duration = lease.duration.count();
  std::int64_t transitions = 0;
  Status status = fields::each(value, "spec", [&](std::string_view key, Value v) -> Status {
    if (key == "holderIdentity") return read_text(v, "spec.holderIdentity", lease.holder);
    if (key == "leaseDurationSeconds") return read_count(v, "spec.leaseDurationSeconds", duration);
    if (key == "acquireTime") return read_time(v, "spec.acquireTime", lease.acquire_time);
    if (key == "renewTime") return read_time(v, "spec.renewTime", lease.renew_time);
    if (key == "leaseTransitions") return read_count(v, "spec.leaseTransitions", transitions);
    return {};
  });
  lease.duration = Seconds(duration);
  lease.transitions = static_cast<int>(transitions);
  return status;
}

}  // namespace

Result<Lease> decode_lease(std::string_view json) {
  Lease lease;
  json::Reader reader;
  const Status status = reader.each(json, [&](std::string_view key, Value v) -> Status {
    if (key == "metadata") return read_metadata(v, lease);
    if (key == "spec") return read_spec(v, lease);
    return {};
  });
  if (!status) return fail(Errc::Parse, "Lease: " + status.error().message);
  return lease;
}

std::string encode_lease(const Lease& lease) {
  json::Document metadata = {{"name", lease.name}, {"namespace", lease.ns}};
  if (!lease.resource_version.empty()) metadata["resourceVersion"] = lease.resource_version;
  for (const auto& [key, text] : lease.kept) {
    if (auto value = json::parse(text)) metadata[key] = std::move(*value);
  }
  const json::Document document = {{"apiVersion", "coordination.k8s.io/v1"},
                                   {"kind", "Lease"},
                                   {"metadata", std::move(metadata)},
                                   {"spec",
                                    {{"holderIdentity", lease.holder},
                                     {"leaseDurationSeconds", lease.duration.count()},
                                     {"acquireTime", format_rfc3339_micro(lease.acquire_time)},
                                     {"renewTime", format_rfc3339_micro(lease.renew_time)},
                                     {"leaseTransitions", lease.transitions}}}};
  return document.dump(-1, ' ', false, json::Document::error_handler_t::replace);
}

}  // namespace karbonetes::kube
