#include "ledger/codec/fields.hpp"

#include <fmt/format.h>

#include <cmath>

namespace karbonetes::ledger::fields {

namespace {

std::string at(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

}  // namespace

Result<json::Document> parse_object(std::string_view text, std::string_view what,
                                    std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    return fail(Errc::Parse, fmt::format("{}: larger than {} bytes", what, most_bytes));
  }
  auto document = json::parse(text);
  // The library quotes what it stumbled over, whatever its length.
  if (!document) {
    return fail(Errc::Parse, fmt::format("{}: {}", what, document.error().message.substr(0, 200)));
  }
  if (!document->is_object()) return fail(Errc::Parse, fmt::format("{}: write an object", what));
  return document;
}

tl::unexpected<Error> wrong(const std::string& field, std::string_view expected) {
  return fail(Errc::Parse, fmt::format("{}: write {}", field, expected));
}

const json::Document& member(const json::Document& object, std::string_view key) {
  static const json::Document kNull(nullptr);
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

Status read(const json::Document& object, std::string_view key, const std::string& path, double low,
            double high, double& out) {
  const json::Document& value = member(object, key);
  if (value.is_null()) return {};
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!(number >= low && number <= high)) {
    return wrong(at(path, key), fmt::format("a number from {} to {}", low, high));
  }
  out = number;
  return {};
}

Status read(const json::Document& object, std::string_view key, const std::string& path,
            std::int64_t most, std::int64_t& out) {
  const json::Document& value = member(object, key);
  if (value.is_null()) return {};
  const bool readable =
      value.is_number_unsigned() && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  if (!readable) return wrong(at(path, key), fmt::format("a whole number from 0 to {}", most));
  out = value.get<std::int64_t>();
  return {};
}

Status read(const json::Document& object, std::string_view key, const std::string& path,
            bool& out) {
  const json::Document& value = member(object, key);
  if (value.is_null()) return {};
  if (!value.is_boolean()) return wrong(at(path, key), "true or false");
  out = value.get<bool>();
  return {};
}

Status read(const json::Document& object, std::string_view key, const std::string& path,
            std::size_t longest, std::string& out) {
  const json::Document& value = member(object, key);
  if (value.is_null()) return {};
  if (!value.is_string() || value.get_ref<const std::string&>().size() > longest) {
    return wrong(at(path, key), fmt::format("a string of at most {} bytes", longest));
  }
  out = value.get<std::string>();
  return {};
}

Status read(const json::Document& object, std::string_view key, const std::string& path,
            TimePoint& out) {
  const json::Document& value = member(object, key);
  if (!value.is_string()) return wrong(at(path, key), R"(a time, e.g. "2026-11-24T22:03:51Z")");
  const auto t = parse_rfc3339(value.get_ref<const std::string&>());
  if (!t) return fail(Errc::Parse, fmt::format("{}: {}", at(path, key), t.error().message));
  out = *t;
  return {};
}

std::string compact(const json::Document& document) {
  return document.dump(-1, ' ', false, json::Document::error_handler_t::replace);
}

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double out = std::round(value * scale) / scale;
  return std::isfinite(out) ? out + 0.0 : value;  // + 0.0: no "-0.0"
}

}  // namespace karbonetes::ledger::fields
