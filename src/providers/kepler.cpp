#include "providers/kepler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "http/client.hpp"
#include "providers/answer.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

// Names that Kubernetes makes: at most 63 characters, the last five random ones of an alphabet
// without vowels and the digits that look like them (k8s.io/apimachinery/pkg/util/rand).
constexpr std::size_t kLongestPrefix = 58;
constexpr std::string_view kRandom = "[bcdfghjklmnpqrstvwxz2456789]{5}";
constexpr std::size_t kMostDigits = 10;  // of an index, which is an int32

constexpr Millis kAfter = std::chrono::minutes(2);
constexpr Millis kTimeout = std::chrono::seconds(10);

// A name as a regular expression that means just it. Kubernetes allows letters, digits, '-' and '.'
// in names; punctuation of any other kind is taken literally, too.
std::string literally(std::string_view name) {
  constexpr std::string_view kMeant = R"(\.+*?()|[]{}^$)";
  std::string out;
  for (const char c : name) {
    if (kMeant.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

// A PromQL string: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
std::string promql_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

Result<double> value_of(const Document& sample) {
  const Document* pair = member(sample, "value");
  if (pair == nullptr || !pair->is_array() || pair->size() != 2 || !(*pair)[1].is_string()) {
    return fail(Errc::Parse, R"(value: must be [seconds, "number"])");
  }
  const auto& text = (*pair)[1].get_ref<const std::string&>();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text == "NaN" || text == "+Inf" || text == "-Inf") return std::nan("");
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Errc::Parse, "value: must be a number in a text");
  }
  return value;
}

Result<std::optional<double>> ask(const Fetch& fetch, const JobRun& run, KeplerMetric metric) {
  http::Request request;
  request.target =
      fmt::format("/api/v1/query?query={}&time={}", http::percent_encode(kepler_query(run, metric)),
                  kepler_instant(run).time_since_epoch() / Seconds(1));
  request.headers.push_back({"Accept", "application/json"});
  const auto response = fetch(request);
  if (!response) return fail(response.error());
  // A bad query is a 400 or 422 with its reason in the body.
  if (response->status != 400 && response->status != 422) {
    const auto body =
        body_of(*response, run.finished, {"Prometheus", "the query for Kepler's joules", ""});
    if (!body) return fail(body.error());
  }
  return parse_joules(response->body);
}

}  // namespace

std::string pod_name_pattern(std::string_view job, bool indexed) {
  if (!indexed) {
    const std::string prefix = std::string(job) + "-";
    return literally(prefix.substr(0, kLongestPrefix)) + std::string(kRandom);
  }
  // The name is cut so that "-<index>-" fits: how far depends on the digits of the index.
  if (job.size() + kMostDigits + 2 <= kLongestPrefix) {
    return fmt::format("{}-[0-9]{{1,{}}}-{}", literally(job), kMostDigits, kRandom);
  }
  std::string out;
  for (std::size_t digits = 1; digits <= kMostDigits; ++digits) {
    out += fmt::format("{}{}-[0-9]{{{}}}-{}", out.empty() ? "" : "|",
                       literally(job.substr(0, kLongestPrefix - digits - 2)), digits, kRandom);
  }
  return out;
}

TimePoint kepler_instant(const JobRun& run) {
  return std::chrono::ceil<Seconds>(std::max(run.finished, run.started)) + kAfter;
}

std::string kepler_query(const JobRun& run, KeplerMetric metric) {
  const auto window = (kepler_instant(run) - std::chrono::floor<Seconds>(run.started)) / Seconds(1);
  const std::string ns = promql_string(run.ns);
  const std::string pods = promql_string(pod_name_pattern(run.name, run.indexed));
  if (metric == KeplerMetric::Pod) {
    return fmt::format(
        "sum(max by (pod_id, pod_name, node_name, zone) (max_over_time("
        "kepler_pod_cpu_joules_total{{pod_namespace={},pod_name=~{},zone=~\"package|dram\"}}"
        "[{}s])))",
        ns, pods, window);
  }
  return fmt::format(
      "sum(max_over_time(kepler_container_joules_total{{container_namespace={},pod_name=~{}}}"
      "[{}s]))",
      ns, pods, window);
}

Result<std::optional<double>> parse_joules(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  const Document* status = member(*root, "status");
  if (status == nullptr || !status->is_string()) {
    return fail(Errc::Parse, "status: must be \"success\" or \"error\"");
  }
  if (*status != "success") {
    const Document* why = member(*root, "error");
    return fail(Errc::Invalid, "Prometheus refused the query: " +
                                   (why != nullptr && why->is_string()
                                        ? in_quotes(why->get_ref<const std::string&>())
                                        : std::string("without saying why")));
  }
  const Document* data = member(*root, "data");
  if (data == nullptr) return fail(Errc::Parse, "data: is missing");
  const auto result = array_in(*data, "result");
  if (!result) return fail(result.error());
  if ((*result)->empty()) return std::nullopt;
  if ((*result)->size() > 1) {
    return fail(Errc::Invalid, fmt::format("{} series instead of one", (*result)->size()));
  }
  const auto joules = value_of((*result)->front());
  if (!joules) return fail(joules.error());
  if (std::isnan(*joules)) return std::nullopt;
  if (*joules < 0) return fail(Errc::Invalid, "value: less than zero joules");
  return *joules;
}

Result<std::optional<MeasuredJoules>> measured_joules(const Fetch& fetch, const JobRun& run) {
  for (const KeplerMetric metric : {KeplerMetric::Pod, KeplerMetric::Container}) {
    const auto joules = ask(fetch, run, metric);
    if (!joules) return fail(joules.error());
    if (*joules) return MeasuredJoules{**joules, metric == KeplerMetric::Container};
  }
  return std::nullopt;
}

Result<JoulesOf> make_kepler(std::string_view url) {
  auto parsed = http::parse_url(url);
  if (!parsed) return fail(parsed.error());
  std::string prefix = parsed->target.substr(0, parsed->target.find('?'));
  while (prefix.ends_with('/')) prefix.pop_back();
  http::ClientOptions options;
  options.origin = std::move(*parsed);
  auto client = http::Client::make(std::move(options));
  if (!client) return fail(client.error());
  const std::shared_ptr<http::Client> shared = std::move(*client);
  return [shared, prefix](const JobRun& run, std::stop_token stop) {
    const Fetch fetch = [&](const http::Request& request) {
      http::Request full = request;
      full.target.insert(0, prefix);
      http::CallOptions call;
      call.timeout = kTimeout;
      call.max_body = kMaxAnswerBytes;
      return shared->exchange(full, call, stop);
    };
    return measured_joules(fetch, run);
  };
}

}  // namespace karbonetes::providers
