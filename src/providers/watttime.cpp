#include "providers/watttime.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "providers/answer.hpp"
#include "providers/secret_file.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr const char* kSignal = "co2_moer";
constexpr const char* kUnits = "lbs_co2_per_mwh";
constexpr Millis kPast = std::chrono::hours(24);
constexpr Millis kTokenUse = std::chrono::minutes(25);  // of the 30 that it lives
constexpr Millis kBetweenLogins = std::chrono::seconds(30);
constexpr std::size_t kMaxToken = 8192;

Status expect(const Document& meta, const char* key, const char* value) {
  const Document* said = member(meta, key);
  if (said == nullptr) return {};
  if (said->is_string() && said->get_ref<const std::string&>() == value) return {};
  return fail(Errc::Invalid, fmt::format("meta.{} is not {}", key, value));
}

class WattTime final : public Adapter {
 public:
  explicit WattTime(WattTimeOptions options)
      : options_(std::move(options)),
        what_("region " + in_quotes(options_.region)),
        username_(options_.username_file),
        password_(options_.password_file),
        credential_(fmt::format("the login in {} and {}", username_.path(), password_.path())) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    const auto hours = std::chrono::ceil<std::chrono::hours>(options_.horizon).count();
    const std::string region =
        fmt::format("region={}&signal_type={}", http::percent_encode(options_.region), kSignal);
    const auto forecast = ask(fetch, now,
                              fmt::format("/v3/forecast?{}&horizon_hours={}", region,
                                          std::clamp<std::int64_t>(hours, 1, 72)));
    if (!forecast) return fail(forecast.error());
    auto points = parse_watttime(*forecast, false);
    if (!points) return fail(points.error());
    if (!past_done_) {
      const auto past = ask(fetch, now,
                            fmt::format("/v3/historical?{}&start={}&end={}", region,
                                        http::percent_encode(format_rfc3339(now - kPast)),
                                        http::percent_encode(format_rfc3339(now))));
      if (!past && past.error().code == Errc::Cancelled) return fail(past.error());
      // Nothing depends on it: one attempt that the service answered is enough.
      past_done_ =
          past || (past.error().code != Errc::Unavailable && past.error().code != Errc::Timeout);
      if (past) {
        if (auto observed = parse_watttime(*past, true)) {
          observed->append(*points);
          points = std::move(observed);
        } else {
          points->warn("no history: " + observed.error().message);
        }
      }
    }
    return points->finish(carbon::KindTag::Marginal, now);
  }

  bool secrets_changed() const override { return username_.changed() || password_.changed(); }

 private:
  Result<std::string> ask(const Fetch& fetch, TimePoint now, const std::string& target) {
    for (bool first = true;; first = false) {
      if (auto ok = log_in(fetch, now); !ok) return fail(ok.error());
      http::Request request;
      request.target = target;
      request.headers.push_back({"Accept", "application/json"});
      request.headers.push_back({"Authorization", "Bearer " + token_});
      auto response = fetch(request);
      if (!response) return fail(response.error());
      if (response->status == 401 && first && now >= token_since_ + kBetweenLogins) {
        token_.clear();
        continue;
      }
      if (response->status == 401) token_.clear();
      if (const auto body = body_of(*response, now, {"WattTime", what_, credential_}); !body)
        return fail(body.error());
      return std::move(response->body);
    }
  }

  // A token that is good for some minutes yet.
  Status log_in(const Fetch& fetch, TimePoint now) {
    auto username = username_.read();
    if (!username) return fail(username.error());
    auto password = password_.read();
    if (!password) return fail(password.error());
    std::string login = *username + ':' + *password;
    const bool rotated = login != login_;
    if (!token_.empty() && !rotated && now < token_since_ + kTokenUse) return {};
    if (!rotated && now < last_login_ + kBetweenLogins) {
      Error wait{Errc::TooManyRequests, "WattTime: the last login was a moment ago; waiting",
                 last_login_ + kBetweenLogins - now};
      return fail(std::move(wait));
    }
    token_.clear();
    login_ = std::move(login);
    last_login_ = now;
    http::Request request;
    request.target = "/login";
    request.headers.push_back({"Accept", "application/json"});
    request.headers.push_back({"Authorization", "Basic " + base64_encode(login_)});
    const auto response = fetch(request);
    if (!response) {
      last_login_ = TimePoint{};  // the service did not answer: nothing was counted
      return fail(response.error());
    }
    const auto body = body_of(*response, now, {"WattTime", "the login", credential_});
    if (!body) return fail(body.error());
    auto token = parse_watttime_login(*body);
    if (!token) return fail(token.error());
    token_ = std::move(*token);
    token_since_ = now;
    return {};
  }

  const WattTimeOptions options_;
  const std::string what_;
  SecretFile username_, password_;
  const std::string credential_;
  std::string login_, token_;
  TimePoint token_since_, last_login_;
  bool past_done_ = false;
};

}  // namespace

Result<Points> parse_watttime(std::string_view body, bool observed) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  if (const Document* meta = member(*root, "meta")) {
    if (auto ok = expect(*meta, "units", kUnits); !ok) return fail(ok.error());
    if (auto ok = expect(*meta, "signal_type", kSignal); !ok) return fail(ok.error());
  }
  const auto data = array_in(*root, "data");
  if (!data) return fail(data.error());
  Points points;
  for (const Document& entry : **data) {
    if (!entry.is_object()) return fail(Errc::Parse, "data[] must be objects with point_time");
    const auto value = number_in(entry, "value");
    if (!value) return fail(value.error());
    if (!*value) {
      points.add_null();
      continue;
    }
    const auto from = time_in(entry, "point_time");
    if (!from) return fail(from.error());
    points.add(*from, **value * kGramsPerKwhOfPoundPerMwh, observed);
  }
  return points;
}

Result<std::string> parse_watttime_login(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  const Document* token = member(*root, "token");
  if (token == nullptr || !token->is_string()) return fail(Errc::Parse, "login: token is missing");
  const auto& text = token->get_ref<const std::string&>();
  const auto unfit = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (text.empty() || text.size() > kMaxToken || std::ranges::any_of(text, unfit)) {
    return fail(Errc::Parse, "login: token is not a token");
  }
  return text;
}

std::unique_ptr<Adapter> make_watttime(WattTimeOptions options) {
  return std::make_unique<WattTime>(std::move(options));
}

}  // namespace karbonetes::providers
