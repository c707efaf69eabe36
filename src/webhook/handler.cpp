#include "webhook/handler.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "json/reader.hpp"
#include "webhook/review.hpp"

namespace karbonetes::webhook {

namespace {

// Seconds. From far below the target to the API server's own limit for us, 3 s.
const std::vector<double> kLatencyBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                          0.025,  0.05,    0.1,    0.25,  1,      3};

class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry)
      : latency_(registry.histogram("controller_runtime_webhook_latency_seconds",
                                    "Time from a complete admission request to its answer",
                                    kLatencyBuckets, {{"webhook", std::string(kMutatePath)}})) {
    for (const auto outcome :
         {Outcome::NotOptedIn, Outcome::NotManaged, Outcome::UserSuspended, Outcome::Unchanged,
          Outcome::Held, Outcome::Released, Outcome::Shadowed}) {
      admissions_.push_back(registry.counter(
          "karbonetes_admissions_total", "Jobs seen by the webhook at CREATE, by what it decided",
          {{"decision", name(outcome)}}));
    }
    for (const char* code : {"200", "400"}) {
      requests_.push_back(registry.counter(
          "controller_runtime_webhook_requests_total", "Admission requests by answer",
          {{"webhook", std::string(kMutatePath)}, {"code", code}}));
    }
  }

  void answered(bool ok, double seconds) {
    requests_[ok ? 0 : 1].increment();
    latency_.observe(seconds);
  }
  void admitted(Outcome outcome) { admissions_[static_cast<std::size_t>(outcome)].increment(); }

 private:
  metrics::Histogram latency_;
  std::vector<metrics::Counter> admissions_;  // by Outcome
  std::vector<metrics::Counter> requests_;
};

http::Response text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

class Webhook {
 public:
  Webhook(Sources sources, metrics::Registry& registry)
      : sources_(std::move(sources)), metrics_(registry) {}

  http::Response serve(const http::Request& request) {
    if (std::string_view(request.target).substr(0, request.target.find('?')) != kMutatePath) {
      return text(404, "not found: the webhook is at " + std::string(kMutatePath) + "\n");
    }
    if (request.method != "POST") return text(405, "POST an AdmissionReview\n");
    const auto begin = std::chrono::steady_clock::now();
    auto response = review(request.body);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    metrics_.answered(response.status == 200, took.count());
    return response;
  }

 private:
  http::Response review(std::string_view body) {
    // One reader per server thread, its buffers kept between requests.
    thread_local json::Reader reader;
    auto request = decode_review(reader, body);
    if (!request) return text(400, request.error().message + "\n");
    Admission admission;
    if (request->job && request->operation == "CREATE") {
      const auto policies = sources_.policies.get();
      const auto signals = sources_.signals();
      admission = admit(*request->job, request->ns,
                        {*policies, *signals, sources_.cron, sources_.durations,
                         sources_.system_namespace, sources_.clock.now()});
    }
    if (!request->dry_run) metrics_.admitted(admission.outcome);
    if (request->job && admission.outcome != Outcome::NotOptedIn) log(*request, admission);
    return {200, {{"Content-Type", "application/json"}}, encode_response(request->uid, admission)};
  }

  static void log(const ReviewRequest& request, const Admission& admission) {
    const auto& job = *request.job;
    spdlog::debug("admission job={}/{}{} outcome={} reason={} dryRun={}", request.ns, job.name,
                  job.generate_name, name(admission.outcome), admission.reason, request.dry_run);
  }

  Sources sources_;
  Metrics metrics_;
};

}  // namespace

http::Handler make_handler(Sources sources, metrics::Registry& metrics) {
  auto webhook = std::make_shared<Webhook>(std::move(sources), metrics);
  return [webhook](http::Request&& request, const http::Reply& reply) {
    reply(webhook->serve(request));
  };
}

}  // namespace karbonetes::webhook
