#include "providers/signal_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "http/types.hpp"
#include "providers/source_fields.hpp"
#include "providers/windows_yaml.hpp"

namespace karbonetes::providers {

namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxQuery = 4096;
constexpr Millis kLongest = std::chrono::hours(24 * 7);
constexpr int kGbRegions = 17;
constexpr double kMaxSpeed = 100'000;

bool name_ok(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, fits);
}

// One entry of `sources`, read step by step. Each step fails with line and field.
class Entry {
 public:
  explicit Entry(const YAML::Node& node) : node_(node) {}

  Result<SourceConfig> read() {
    for (const auto step : {&Entry::head, &Entry::kind, &Entry::place, &Entry::url, &Entry::secrets,
                            &Entry::windows, &Entry::replay, &Entry::queries, &Entry::times}) {
      if (auto ok = (this->*step)(); !ok) return fail(ok.error());
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> wrong(const char* key, const std::string& what) const {
    return at(node_[key] ? node_[key] : node_, what);
  }

  Status head() {
    if (!node_.IsMap()) return at(node_, "a source must be a map with name and type");
    const auto name = scalar(node_, "name", "name: uk");
    if (!name) return fail(name.error());
    if (!name_ok(*name)) return wrong("name", "name must be 1 to 63 of a-z, 0-9 and -; write uk");
    out_.name = *name;
    const auto type = scalar(node_, "type", "type: gb-carbon-intensity");
    if (!type) return fail(type.error());
    const auto facts = std::ranges::find(all_types(), *type, &TypeFacts::name);
    if (facts == all_types().end()) {
      const auto names = all_types() | std::views::transform(&TypeFacts::name);
      return wrong("type", fmt::format("type \"{}\" is not known; write one of {}", cut(*type),
                                       fmt::join(names, ", ")));
    }
    facts_ = &*facts;
    out_.type = facts->type;
    std::vector<std::string_view> known = {"name", "type", "zone"};
    known.insert(known.end(), facts->fields.begin(), facts->fields.end());
    if (auto ok = only_keys(node_, known, fmt::format("a {} source", facts->name)); !ok) return ok;
    return text_field(node_, "zone", "zone: GB", out_.zone, kMaxName);
  }

  Status kind() {
    if (!facts_->has_kind) return {};
    out_.kind = facts_->kind.value_or(carbon::KindTag::Average);
    if (!node_["kind"]) {
      if (!facts_->kind_must_be_said) return {};
      return at(node_, "kind is missing; write kind: average or kind: marginal, as its data are");
    }
    const auto text = scalar(node_, "kind", "kind: average");
    if (!text) return fail(text.error());
    if (*text != "average" && *text != "marginal") {
      return wrong("kind", "kind must be average or marginal");
    }
    out_.kind = *text == "average" ? carbon::KindTag::Average : carbon::KindTag::Marginal;
    return {};
  }

  // Where the provider is asked for, and our label for it.
  Status place() {
    if (out_.type == SourceType::GbCarbonIntensity) return gb_place();
    const char* field = facts_->location_field;
    if (field == nullptr) return {};
    if (auto ok = text_field(node_, field, "DE", out_.location); !ok) return ok;
    if (out_.location.empty()) out_.location = out_.zone;
    if (out_.location.empty()) {
      return at(node_, fmt::format("{} is missing; write {} as the provider calls it, or zone",
                                   field, field));
    }
    if (out_.zone.empty()) out_.zone = out_.location;
    if (out_.type == SourceType::EnergyCharts) {
      std::ranges::transform(out_.location, out_.location.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
    }
    return {};
  }

  Status gb_place() {
    double region = 0;
    if (auto ok = number_field(node_, "region", 1, kGbRegions, region); !ok) return ok;
    out_.region = static_cast<int>(region);
    if (static_cast<double>(out_.region) != region) {
      return wrong("region", "region must be a whole number from 1 to 17");
    }
    if (auto ok = text_field(node_, "postcode", "postcode: RG10", out_.postcode, 8); !ok) return ok;
    if (out_.region != 0 && !out_.postcode.empty()) {
      return wrong("postcode", "region and postcode are both given; keep one");
    }
    if (!out_.zone.empty()) return {};
    out_.zone = "GB";
    if (out_.region != 0) out_.zone += fmt::format("-{}", out_.region);
    if (!out_.postcode.empty()) out_.zone += '-' + out_.postcode;
    return {};
  }

  Status url() {
    if (auto ok = text_field(node_, "url", "url: https://host", out_.url, kMaxPath); !ok) return ok;
    if (auto ok = text_field(node_, "caFile", "caFile: /etc/ca.crt", out_.ca_file, kMaxPath); !ok)
      return ok;
    if (out_.url.empty()) {
      if (facts_->url_must_be_said)
        return at(node_, "url is missing; write url: https://host:port");
      return {};
    }
    const auto url = http::parse_url(out_.url);
    if (!url) return wrong("url", url.error().message);
    if (url->target.find('?') != std::string::npos) {
      return wrong("url", "url must be without a query; write https://host:port/path");
    }
    if (!out_.ca_file.empty() && !url->tls) {
      return wrong("caFile", "caFile is given but url is not https; write https://host:port");
    }
    return {};
  }

  Status secrets() {
    for (auto [key, field] :
         {std::pair{"tokenFile", &out_.token_file}, std::pair{"usernameFile", &out_.username_file},
          std::pair{"passwordFile", &out_.password_file}}) {
      const std::string example = fmt::format("{}: /etc/karbonetes/secrets/{}", key, key);
      if (auto ok = text_field(node_, key, example.c_str(), *field, kMaxPath); !ok) return ok;
    }
    if (out_.type == SourceType::ElectricityMaps && out_.token_file.empty()) {
      return at(node_, "tokenFile is missing; write the path of a file that holds the API token");
    }
    if (out_.type == SourceType::WattTime &&
        (out_.username_file.empty() || out_.password_file.empty())) {
      return at(node_, "usernameFile and passwordFile are both needed; write their paths");
    }
    return {};
  }

  Status windows() {
    if (out_.type != SourceType::StaticWindows) return {};
    const bool in_line = node_["windows"] || node_["timeZone"] || node_["intensity"];
    std::string file;
    if (auto ok = text_field(node_, "file", "file: /etc/windows.yaml", file, kMaxPath); !ok)
      return ok;
    if (!file.empty() && in_line) {
      return wrong("file", "file and windows are both given; keep one");
    }
    if (file.empty() && !in_line) {
      return at(node_, "windows is missing; write windows: [{start: \"22:00\", end: \"06:00\"}]");
    }
    auto read = file.empty() ? windows_from(node_) : load_windows(file);
    if (!read) return file.empty() ? fail(read.error()) : wrong("file", read.error().message);
    if (out_.zone.empty()) out_.zone = read->zone;
    out_.windows = std::move(*read);
    out_.windows.zone = out_.zone;
    return {};
  }

  Status replay() {
    if (out_.type != SourceType::Replay) return {};
    if (!node_["file"]) return at(node_, "file is missing; write file: /etc/recorded.csv");
    if (auto ok = text_field(node_, "file", "file: /etc/recorded.csv", out_.file, kMaxPath); !ok)
      return ok;
    if (auto ok = bool_field(node_, "shift", out_.shift); !ok) return ok;
    if (auto ok = bool_field(node_, "loop", out_.loop); !ok) return ok;
    if (auto ok = number_field(node_, "speed", 1, kMaxSpeed, out_.speed); !ok) return ok;
    if (out_.speed > 1 && !out_.shift) {
      return wrong("speed", "speed needs shift: true, since time is compressed from the start");
    }
    return {};
  }

  Status queries() {
    if (out_.type != SourceType::Prometheus) return {};
    constexpr const char* kExample = "query: grid_intensity_carbon_average{location=\"DE\"}";
    if (!node_["query"]) return at(node_, fmt::format("query is missing; write {}", kExample));
    if (auto ok = text_field(node_, "query", kExample, out_.query, kMaxQuery); !ok) return ok;
    return text_field(node_, "forecastQuery", "forecastQuery: carbon_forecast", out_.forecast_query,
                      kMaxQuery);
  }

  Status times() {
    const Millis least = out_.url.empty() ? facts_->least_refresh : Millis(Seconds(1));
    if (auto ok = duration_field(node_, "refresh", "refresh: 5m", least, std::chrono::hours(24),
                                 out_.refresh);
        !ok) {
      return ok;
    }
    for (auto [key, field] : {std::pair{"staleAfter", &out_.stale_after},
                              std::pair{"unknownAfter", &out_.unknown_after}}) {
      const std::string example = fmt::format("{}: 1h", key);
      if (auto ok = duration_field(node_, key, example.c_str(), Seconds(1), kLongest, *field); !ok)
        return ok;
    }
    if (auto ok = duration_field(node_, "horizon", "horizon: 24h", std::chrono::hours(1),
                                 std::chrono::hours(72), out_.horizon);
        !ok) {
      return ok;
    }
    fill_times(out_);
    if (out_.stale_after != Millis(0) && out_.stale_after <= out_.refresh) {
      return wrong("staleAfter",
                   fmt::format("staleAfter must be longer than refresh ({}); leave it out for "
                               "three times that",
                               format_duration(out_.refresh)));
    }
    if (out_.unknown_after < out_.stale_after) {
      return wrong("unknownAfter", "unknownAfter must not be shorter than staleAfter");
    }
    return {};
  }

  const YAML::Node& node_;
  const TypeFacts* facts_ = nullptr;
  SourceConfig out_;
};

Result<std::vector<SourceConfig>> from_root(const YAML::Node& root) {
  if (!root.IsMap()) {
    return fail(Errc::InvalidArgument,
                "the file must be a map; write sources: [{name: uk, type: gb-carbon-intensity}]");
  }
  if (auto ok = only_keys(root, {"sources"}, "the file"); !ok) return fail(ok.error());
  const YAML::Node list = root["sources"];
  if (!list) return at(root, "sources is missing; write sources: and a list of sources");
  if (!list.IsSequence() || list.size() == 0) {
    return at(list, "sources must be a list of at least one; write - name: uk");
  }
  if (list.size() > kMaxSources) {
    return at(list, fmt::format("more than {} sources", kMaxSources));
  }
  std::vector<SourceConfig> sources;
  for (const auto& node : list) {
    auto source = Entry(node).read();
    if (!source) return fail(source.error());
    if (std::ranges::find(sources, source->name, &SourceConfig::name) != sources.end()) {
      return at(node,
                fmt::format("two sources are named \"{}\"; a name must be unique", source->name));
    }
    sources.push_back(std::move(*source));
  }
  return sources;
}

}  // namespace

void fill_times(SourceConfig& config) {
  if (config.type == SourceType::StaticWindows) return;
  if (config.type == SourceType::KarbonetesSignal) {
    // A long poll: heard at least every 25 s.
    if (config.stale_after == Millis(0)) config.stale_after = Seconds(90);
    if (config.unknown_after == Millis(0))
      config.unknown_after = std::max<Millis>(Seconds(300), config.stale_after);
    return;
  }
  if (config.refresh == Millis(0)) {
    // A compressed recording has steps of seconds.
    config.refresh = config.speed > 1 ? Millis(Seconds(1)) : facts_of(config.type).refresh;
  }
  if (config.stale_after == Millis(0)) config.stale_after = 3 * config.refresh;
  if (config.unknown_after == Millis(0)) {
    config.unknown_after =
        std::max({Millis(std::chrono::hours(1)), 12 * config.refresh, config.stale_after});
  }
}

Result<std::vector<SourceConfig>> parse_signal_config(std::string_view yaml) {
  if (yaml.size() > kMaxBytes) return fail(Errc::InvalidArgument, "larger than 1 MiB");
  try {
    return from_root(YAML::Load(std::string(yaml)));
  } catch (const std::exception& e) {
    return fail(Errc::Parse, one_line("not readable as YAML: " + std::string(cut(e.what()))));
  }
}

Result<std::vector<SourceConfig>> load_signal_config(const std::string& path) {
  const auto text = read_text_file(path, kMaxBytes);
  if (!text) return fail(text.error());
  auto sources = parse_signal_config(*text);
  if (!sources) sources.error().message = fmt::format("{}: {}", path, sources.error().message);
  return sources;
}

}  // namespace karbonetes::providers
