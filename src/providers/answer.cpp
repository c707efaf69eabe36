#include "providers/answer.hpp"

#include <fmt/format.h>

#include "base/time_text.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

Result<json::Document> parse_answer(std::string_view body) {
  if (body.size() > kMaxAnswerBytes) return fail(Errc::Parse, "the answer is larger than 4 MiB");
  auto root = json::parse(body);
  if (!root) {
    constexpr std::string_view kWide = "2000 members";
    if (root.error().message.ends_with(kWide)) return root;
    // The parser's own words quote what came, which may be long and may be anything.
    const auto first = body.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return fail(Errc::Parse, "the answer is empty, not JSON");
    return fail(Errc::Parse, body[first] == '<'
                                 ? "the answer is not JSON but HTML or XML; is this the right URL?"
                                 : "the answer is not JSON");
  }
  return root;
}

const json::Document* member(const json::Document& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

Result<const json::Document*> array_in(const json::Document& object, const char* key) {
  const json::Document* value = member(object, key);
  if (value == nullptr) return fail(Errc::Parse, fmt::format("{} is missing", key));
  if (!value->is_array()) return fail(Errc::Parse, fmt::format("{} must be an array", key));
  if (value->size() > Points::kMax) {
    return fail(Errc::Parse, fmt::format("{} has more than {} entries", key, Points::kMax));
  }
  return value;
}

Result<TimePoint> time_in(const json::Document& object, const char* key) {
  const json::Document* value = member(object, key);
  if (value == nullptr) return fail(Errc::Parse, fmt::format("{} is missing", key));
  if (!value->is_string()) return fail(Errc::Parse, fmt::format("{} must be a text", key));
  auto t = parse_source_time(value->get_ref<const std::string&>());
  if (!t) t.error().message = fmt::format("{}: {}", key, t.error().message);
  return t;
}

Result<std::optional<double>> number_in(const json::Document& object, const char* key) {
  const json::Document* value = member(object, key);
  if (value == nullptr) return std::optional<double>();
  if (!value->is_number()) return fail(Errc::Parse, fmt::format("{} must be a number", key));
  return std::optional<double>(value->get<double>());
}

Error status_error(const http::Response& response, TimePoint now, const Asked& asked) {
  Error error;
  error.retry_after =
      http::retry_after(response, std::chrono::floor<Seconds>(now).time_since_epoch().count());
  const int status = response.status;
  const auto say = [&](Errc code, std::string_view what) {
    error.code = code;
    error.message = fmt::format("{} answered {}: {}", asked.who, status, what);
  };
  if (status == 401) {
    say(Errc::Unauthorized,
        asked.credential.empty()
            ? std::string("it wants credentials and the source is configured without")
            : fmt::format("{} was refused; write a valid one there, it is read again by itself",
                          asked.credential));
  } else if (status == 403) {
    say(Errc::Forbidden, fmt::format("access denied; the plan does not cover {}{}", asked.what,
                                     asked.credential.empty()
                                         ? std::string()
                                         : fmt::format(", or {} is not valid", asked.credential)));
  } else if (status == 400 || status == 404 || status == 422) {
    say(status == 404 ? Errc::NotFound : Errc::Invalid,
        fmt::format("it does not know {}; check the name and the URL", asked.what));
  } else if (status == 429) {
    say(Errc::TooManyRequests, "too many requests; set a longer refresh if this goes on");
  } else if (status >= 300 && status < 400) {
    say(Errc::Invalid, "redirects are not followed; give the final URL");
  } else if (status >= 500) {
    say(Errc::Unavailable, "it is out of order for the moment");
  } else {
    say(Errc::Invalid, "an answer that nobody expects; check the URL");
  }
  return error;
}

Result<std::string_view> body_of(const http::Response& response, TimePoint now,
                                 const Asked& asked) {
  if (response.status != 200) return fail(status_error(response, now, asked));
  return std::string_view(response.body);
}

}  // namespace karbonetes::providers
