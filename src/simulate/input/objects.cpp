#include "simulate/input/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "api/v1alpha1/names.hpp"
#include "base/text.hpp"
#include "json/document.hpp"
#include "json/yaml.hpp"
#include "placement/job_facts.hpp"
#include "placement/pod_requests.hpp"
#include "plan/durations.hpp"
#include "simulate/input/cronjob_expansion.hpp"
#include "simulate/input/workload_file.hpp"

namespace karbonetes::simulate {

namespace {

using json::Document;

std::string text_at(const Document& object, const char* pointer) {
  const auto at = Document::json_pointer(pointer);
  if (!object.contains(at)) return {};
  const auto& value = object.at(at);
  return value.is_string() ? value.get<std::string>() : std::string();
}

// What one Job, or one jobTemplate, says of itself.
struct Seen {
  placement::JobFacts facts;
  ledger::Requests requests;
  double pods = 1;
};

// Median, in a round form that is easy to recognise.
Millis median(std::vector<Millis> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Objects {
 public:
  explicit Objects(const ObjectsOptions& options) : options_(options) {}

  Status add(const Document& document, std::size_t number) {
    const std::string kind = text_at(document, "/kind");
    if (!document.is_object() || kind.empty())
      return fail(Errc::Parse,
                  fmt::format("{}: document {} has no kind; give what kubectl get jobs,cronjobs "
                              "-o yaml printed",
                              options_.file, number));
    if (!kind.ends_with("List")) return add_object(document, kind);
    const auto items = document.find("items");
    if (items == document.end() || !items->is_array())
      return fail(Errc::Parse, fmt::format("{}: document {} is a {} without items", options_.file,
                                           number, in_quotes(kind)));
    // Items of a typed list have no kind of their own.
    const std::string of_items = kind == "List" ? "" : kind.substr(0, kind.size() - 4);
    for (const auto& item : *items) {
      const std::string own = text_at(item, "/kind");
      if (auto ok = add_object(item, own.empty() ? of_items : own); !ok) return ok;
    }
    return {};
  }

  Result<Workload> take() {
    for (const auto& [key, cronjob] : cronjobs_) {
      if (auto ok = add_ticks(key, cronjob); !ok) return fail(ok.error());
    }
    const Millis move = move_of_jobs();
    for (const auto& [key, job] : jobs_) {
      if (auto ok = add_job(key, job, move); !ok) return fail(ok.error());
    }
    tell();
    if (out_.jobs.empty())
      return fail(Errc::InvalidArgument, options_.file +
                                             ": no Job and no CronJob of it falls into the period "
                                             "of the traces" +
                                             (out_.notes.empty() ? "" : " (" + joined() + ")"));
    sort_by_arrival(out_);
    return std::move(out_);
  }

 private:
  struct CronJob {
    Seen job_template;
    plan::CronFacts cron;
    bool suspended = false;
  };

  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& what, const Error& error) const {
    return fail(error.code, fmt::format("{}: {}: {}", options_.file, what, error.message));
  }

  Status add_object(const Document& object, const std::string& kind) {
    if (!object.is_object()) return fail(Errc::Parse, options_.file + ": an item is not an object");
    if (kind != "Job" && kind != "CronJob") {
      ++other_kinds_[kind.empty() ? "(none)" : kind];
      return {};
    }
    const std::string ns = text_at(object, "/metadata/namespace");
    const std::string name = text_at(object, "/metadata/name");
    const std::string key = (ns.empty() ? "default" : ns) + "/" + name;
    const std::string what = kind + " " + in_quotes(key);
    if (name.empty())
      return fail(Errc::Parse, fmt::format("{}: a {} has no metadata.name", options_.file, kind));
    if (kind == "CronJob") return add_cronjob(object, key, what);
    auto seen = look(object);
    if (!seen) return wrong(what, seen.error());
    if (!seen->facts.cronjob.empty() && seen->facts.complete) {
      if (const auto ran = duration_of(*seen))
        runs_[namespace_of(key) + "/" + seen->facts.cronjob].push_back(*ran);
    }
    jobs_.emplace_back(key, std::move(*seen));
    return {};
  }

  // A jobTemplate is looked at as the Job that would be made of it.
  Status add_cronjob(const Document& object, const std::string& key, const std::string& what) {
    CronJob out;
    const auto pointer = Document::json_pointer("/spec/jobTemplate");
    if (!object.contains(pointer) || !object.at(pointer).is_object())
      return fail(Errc::Parse,
                  fmt::format("{}: {}: spec.jobTemplate is not an object", options_.file, what));
    Document job = object.at(pointer);
    if (!job.contains("metadata") || !job["metadata"].is_object())
      job["metadata"] = Document::object();
    job["metadata"]["namespace"] = namespace_of(key);
    job["metadata"]["name"] = key.substr(key.find('/') + 1);
    auto seen = look(job);
    if (!seen) return wrong(what, seen.error());
    out.job_template = std::move(*seen);
    out.cron.schedule = text_at(object, "/spec/schedule");
    out.cron.time_zone = text_at(object, "/spec/timeZone");
    const std::string concurrency = text_at(object, "/spec/concurrencyPolicy");
    if (concurrency == "Forbid") out.cron.concurrency = plan::ConcurrencyPolicy::Forbid;
    if (concurrency == "Replace") out.cron.concurrency = plan::ConcurrencyPolicy::Replace;
    const auto suspend = Document::json_pointer("/spec/suspend");
    out.suspended = object.contains(suspend) && object.at(suspend) == true;
    cronjobs_[key] = std::move(out);
    return {};
  }

  Result<Seen> look(const Document& object) {
    Seen out;
    const std::string text =
        Document{{"job", object}}.dump(-1, ' ', false, Document::error_handler_t::replace);
    const auto read = reader_.each(text, [&](std::string_view, json::Value value) -> Status {
      const auto job = kube::decode_job(value);
      if (!job) return fail(job.error());
      out.facts = placement::facts_of(*job);
      const auto requests =
          placement::requests_of({job->containers, job->init_containers, job->overhead,
                                  job->pod_resources, job->node_selector});
      if (!requests) return fail(requests.error());
      out.requests = *requests;
      out.pods = ledger::pods_at_once(job->parallelism, job->completions);
      return {};
    });
    if (!read) return fail(read.error());
    return out;
  }

  static std::string namespace_of(const std::string& key) { return key.substr(0, key.find('/')); }

  static std::optional<Millis> duration_of(const Seen& seen) {
    const auto& facts = seen.facts;
    if (!facts.started_at || !facts.finished_at || *facts.finished_at <= *facts.started_at)
      return std::nullopt;
    return *facts.finished_at - *facts.started_at;
  }

  std::uint32_t number_of(std::vector<std::string>& list,
                          std::unordered_map<std::string, std::uint32_t>& numbers,
                          const std::string& name) {
    const auto [it, added] = numbers.emplace(name, static_cast<std::uint32_t>(list.size()));
    if (added) list.push_back(name);
    return it->second;
  }

  // All but when it arrives, how long it runs, and its cap.
  Job job_of(const std::string& key, const Seen& seen, const std::string& series) {
    Job out;
    out.kw = static_cast<float>(ledger::kw_per_pod(seen.requests, options_.energy) * seen.pods);
    out.vcpu = static_cast<float>(seen.requests.vcpu * seen.pods);
    out.expected = seen.facts.overrides.expected_duration.value_or(Millis(0));
    const std::string ns = namespace_of(key);
    out.ns = number_of(out_.namespaces, namespaces_, ns);
    out.series = number_of(out_.series, series_, ns + "/" + series);
    return out;
  }

  static Millis smaller_cap(Millis a, const std::optional<Millis>& b) {
    if (!b) return a;
    return a < Millis(0) ? *b : std::min(a, *b);
  }

  Status add_ticks(const std::string& key, const CronJob& cronjob) {
    if (options_.only_opted_in && !cronjob.job_template.facts.opted_in) {
      ++not_opted_in_;
      return {};
    }
    if (cronjob.suspended) {
      ++suspended_;
      return {};
    }
    const auto known = runs_.find(key);
    Millis duration = options_.assumed_duration;
    if (known != runs_.end()) {
      duration = median(known->second);
    } else if (const auto expected = cronjob.job_template.facts.overrides.expected_duration;
               expected && *expected > Millis(0)) {
      duration = *expected;
    } else {
      ++assumed_;
    }
    const auto ticks =
        expand(cronjob.cron, duration, options_.from, options_.until, kMaxJobs - out_.jobs.size());
    if (!ticks) return wrong("CronJob " + in_quotes(key), ticks.error());
    if (ticks->empty()) ++without_tick_;
    const std::string name = key.substr(key.find('/') + 1);
    const Job job = job_of(key, cronjob.job_template, name);
    for (const CronTick& tick : *ticks) {
      Job& made = out_.jobs.emplace_back(job);
      made.arrival = tick.at;
      made.duration = tick.duration;
      made.delay_cap = smaller_cap(tick.delay_cap, cronjob.job_template.facts.overrides.max_delay);
    }
    return {};
  }

  [[nodiscard]] bool made_by_known_cronjob(const std::string& key, const Seen& seen) const {
    return !seen.facts.cronjob.empty() &&
           cronjobs_.contains(namespace_of(key) + "/" + seen.facts.cronjob);
  }
  static TimePoint arrival_of(const Seen& seen) {
    return seen.facts.scheduled_at.value_or(seen.facts.created);
  }
  [[nodiscard]] Millis move_of_jobs() const {
    if (!options_.align) return Millis(0);
    TimePoint first = TimePoint::max();
    for (const auto& [key, seen] : jobs_)
      if (!made_by_known_cronjob(key, seen)) first = std::min(first, arrival_of(seen));
    return first == TimePoint::max() ? Millis(0) : whole_weeks(first, options_.from);
  }

  Status add_job(const std::string& key, const Seen& seen, Millis move) {
    const auto& facts = seen.facts;
    if (made_by_known_cronjob(key, seen)) {
      ++children_;
      return {};
    }
    if (options_.only_opted_in && !facts.opted_in) {
      ++not_opted_in_;
      return {};
    }
    Job job = job_of(key, seen, plan::series_of(facts.cronjob, facts.generate_name, facts.name));
    job.arrival = arrival_of(seen) + move;
    if (job.arrival < options_.from || job.arrival >= options_.until) {
      ++outside_;
      return {};
    }
    job.delay_cap = smaller_cap(Millis(-1), facts.overrides.max_delay);
    if (const auto ran = duration_of(seen)) {
      job.duration = *ran;
    } else if (job.expected > Millis(0)) {
      job.duration = job.expected;
    } else {
      job.duration = options_.assumed_duration;
      ++assumed_;
    }
    out_.jobs.push_back(job);
    return {};
  }

  void tell() {
    const auto note = [&](std::size_t count, std::string_view what) {
      if (count > 0) out_.notes.push_back(fmt::format("{} {}", count, what));
    };
    for (const auto& [kind, count] : other_kinds_)
      note(count, "objects of kind " + in_quotes(kind) + " are not used");
    note(children_,
         "Jobs of CronJobs in the file tell how long those run, and are not counted once "
         "more");
    note(assumed_, "Jobs or CronJobs say nothing of their duration: " +
                       format_duration(options_.assumed_duration) +
                       " is assumed; see --assumed-duration");
    note(outside_, "Jobs were created outside of the traces and are left out; --align moves them");
    note(suspended_, "CronJobs are suspended and make no Jobs");
    note(without_tick_, "CronJobs have no tick in the period");
    note(not_opted_in_, "Jobs or CronJobs have not opted in and are left out");
  }
  [[nodiscard]] std::string joined() const {
    std::string out;
    for (const auto& note : out_.notes) out += (out.empty() ? "" : "; ") + note;
    return out;
  }

  const ObjectsOptions& options_;
  json::Reader reader_;
  std::vector<std::pair<std::string, Seen>> jobs_;
  std::map<std::string, CronJob> cronjobs_;
  std::map<std::string, std::vector<Millis>> runs_;  // of each CronJob's finished children
  std::map<std::string, std::size_t> other_kinds_;
  std::size_t children_ = 0, assumed_ = 0, outside_ = 0, suspended_ = 0, without_tick_ = 0,
              not_opted_in_ = 0;
  Workload out_;
  std::unordered_map<std::string, std::uint32_t> namespaces_, series_;
};

Result<std::vector<Document>> documents_of(std::string_view text, const std::string& file) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return fail(Errc::Parse,
                file + " is empty; give what kubectl get jobs,cronjobs -o yaml printed");
  if (text[first] != '{') {
    auto documents = json::parse_yaml(text);
    if (!documents) {
      // "line 3: ..." becomes FILE:3: ...
      std::string_view message = documents.error().message;
      if (!message.starts_with("line "))
        return fail(Errc::Parse, file + ": " + std::string(message));
      message.remove_prefix(5);
      return fail(Errc::Parse, file + ":" + std::string(message));
    }
    return documents;
  }
  auto document = json::parse(text);
  if (!document) return fail(Errc::Parse, file + ": " + document.error().message);
  std::vector<Document> out;
  out.push_back(std::move(*document));
  return out;
}

}  // namespace

Result<Workload> read_objects(std::string_view text, const ObjectsOptions& options) {
  if (text.size() > kMaxObjectsBytes)
    return fail(Errc::InvalidArgument, options.file + " is larger than 256 MiB");
  const auto documents = documents_of(text, options.file);
  if (!documents) return fail(documents.error());
  Objects objects(options);
  for (std::size_t i = 0; i < documents->size(); ++i) {
    if (auto ok = objects.add((*documents)[i], i + 1); !ok) return fail(ok.error());
  }
  return objects.take();
}

}  // namespace karbonetes::simulate
