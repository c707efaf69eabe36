#include "webhook/review.hpp"

#include "base/base64.hpp"
#include "json/document.hpp"

namespace karbonetes::webhook {

namespace {

constexpr std::size_t kMaxWarnings = 8;
constexpr std::size_t kMaxWarningBytes = 256;

Status read_text(json::Value value, std::string_view& out) {
  if (value.is_null()) return {};
  auto text = value.string();
  if (!text) return fail(text.error());
  out = *text;
  return {};
}

struct Kind {
  std::string_view group, kind;
};

Status read_kind(json::Value value, Kind& out) {
  return value.each([&](std::string_view key, json::Value member) -> Status {
    if (key == "group") return read_text(member, out.group);
    if (key == "kind") return read_text(member, out.kind);
    return {};
  });
}

Status read_request(json::Value value, ReviewRequest& out) {
  Kind kind;
  auto status = value.each([&](std::string_view key, json::Value member) -> Status {
    if (key == "uid") return read_text(member, out.uid);
    if (key == "namespace") return read_text(member, out.ns);
    if (key == "operation") return read_text(member, out.operation);
    if (key == "kind") return read_kind(member, kind);
    if (key == "dryRun") {
      if (member.is_null()) return {};
      auto flag = member.boolean();
      if (!flag) return fail(flag.error());
      out.dry_run = *flag;
      return {};
    }
    if (key == "object" && !member.is_null()) {
      auto job = kube::decode_job(member);
      if (!job) return fail(job.error());
      out.job = std::move(*job);
    }
    return {};
  });
  if (status && (kind.group != "batch" || kind.kind != "Job")) out.job.reset();
  return status;
}

// Printable ASCII: what travels in a Warning header whole, through every proxy.
std::string header_safe(std::string_view text) {
  std::string out(text.substr(0, kMaxWarningBytes));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace

Result<ReviewRequest> decode_review(json::Reader& reader, std::string_view body) {
  ReviewRequest out;
  auto status = reader.each(body, [&](std::string_view key, json::Value value) -> Status {
    return key == "request" ? read_request(value, out) : Status{};
  });
  if (!status) return fail(status.error());
  if (out.uid.empty()) {
    return fail(Errc::InvalidArgument,
                "not an AdmissionReview: request.uid is missing; send what the API server sends to "
                "a MutatingWebhookConfiguration");
  }
  return out;
}

std::string encode_response(std::string_view uid, const Admission& admission) {
  json::Document response{{"uid", uid}, {"allowed", true}};
  if (!admission.patch.empty()) {
    response["patchType"] = "JSONPatch";
    response["patch"] = base64_encode(
        admission.patch.dump(-1, ' ', false, json::Document::error_handler_t::replace));
  }
  if (!admission.warnings.empty()) {
    auto warnings = json::Document::array();
    for (const auto& warning : admission.warnings) {
      if (warnings.size() == kMaxWarnings) break;
      warnings.push_back(header_safe(warning));
    }
    response["warnings"] = std::move(warnings);
  }
  const json::Document review{{"apiVersion", "admission.k8s.io/v1"},
                              {"kind", "AdmissionReview"},
                              {"response", std::move(response)}};
  return review.dump(-1, ' ', false, json::Document::error_handler_t::replace);
}

}  // namespace karbonetes::webhook
