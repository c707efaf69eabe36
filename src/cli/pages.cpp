#include "cli/pages.hpp"

#include <fmt/format.h>

#include "api/v1alpha1/codec/policy_codec.hpp"
#include "http/types.hpp"
#include "json/reader.hpp"
#include "kube/model/cronjob.hpp"

namespace karbonetes::cli {

namespace {

// Calls fn(Value) for each item of a list and returns metadata.continue.
template <typename Fn>
Result<std::string> each_item(std::string_view body, Fn&& fn) {
  json::Reader reader;
  std::string next;
  const Status read = reader.each(body, [&](std::string_view key, json::Value value) -> Status {
    if (key == "items") {
      if (value.is_null()) return {};
      return value.each_element(fn);
    }
    if (key != "metadata") return {};
    return value.each([&](std::string_view field, json::Value inner) -> Status {
      if (field != "continue" || inner.is_null()) return {};
      const auto token = inner.string();
      if (!token) return fail(token.error());
      next = *token;
      return {};
    });
  });
  if (!read) return fail(read.error());
  return next;
}

// Decoders take a value inside a document, so that a list needs no copy: a single object becomes
// one.
template <typename Fn>
Status single(std::string_view body, Fn&& fn) {
  json::Reader reader;
  return reader.each(fmt::format("{{\"object\":{}}}", body),
                     [&](std::string_view, json::Value value) -> Status { return fn(value); });
}

}  // namespace

std::string page_query(std::string_view selector, std::string_view continue_token) {
  std::string query = fmt::format("?limit={}", kPageSize);
  if (!selector.empty()) query += "&labelSelector=" + http::percent_encode(selector);
  if (!continue_token.empty()) query += "&continue=" + http::percent_encode(continue_token);
  return query;
}

Result<std::string> read_jobs(std::string_view body, std::vector<JobRecord>& out) {
  return each_item(body, [&](json::Value item) -> Status {
    const auto job = kube::decode_job(item);
    if (!job) return fail(job.error());
    JobRecord record = record_of(*job);
    if (concerns_us(record)) out.push_back(std::move(record));
    return {};
  });
}

Result<std::string> read_policies(std::string_view body, policy::PolicySet& out,
                                  std::vector<std::string>& notes) {
  return each_item(body, [&](json::Value item) -> Status {
    auto policy = api::decode_policy(item);
    if (!policy) {
      notes.push_back("a CarbonAwarePolicy cannot be used: " + policy.error().message);
      return {};
    }
    std::string key = policy->namespace_ + "/" + policy->name;
    out.by_key.insert_or_assign(std::move(key),
                                std::make_shared<const api::Policy>(std::move(*policy)));
    return {};
  });
}

Result<JobRecord> read_job(std::string_view body) {
  JobRecord record;
  const Status read = single(body, [&](json::Value value) -> Status {
    const auto job = kube::decode_job(value);
    if (!job) return fail(job.error());
    record = record_of(*job);
    return {};
  });
  if (!read) return fail(read.error());
  return record;
}

Result<plan::CronFacts> read_cronjob(std::string_view body) {
  plan::CronFacts facts;
  const Status read = single(body, [&](json::Value value) -> Status {
    const auto cronjob = kube::decode_cronjob(value);
    if (!cronjob) return fail(cronjob.error());
    facts.schedule = std::string(cronjob->schedule);
    facts.time_zone = std::string(cronjob->time_zone);
    if (cronjob->concurrency_policy == "Forbid")
      facts.concurrency = plan::ConcurrencyPolicy::Forbid;
    if (cronjob->concurrency_policy == "Replace")
      facts.concurrency = plan::ConcurrencyPolicy::Replace;
    return {};
  });
  if (!read) return fail(read.error());
  return facts;
}

}  // namespace karbonetes::cli
