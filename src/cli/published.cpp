#include "cli/published.hpp"

#include <utility>

#include "carbon/codec/signals_codec.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"
#include "kube/client/paths.hpp"

namespace karbonetes::cli {

namespace {

constexpr std::string_view kName = "karbonetes-signals";

}  // namespace

Result<std::map<std::string, std::string>> config_map_data(const std::string& body) {
  const auto object = json::parse(body);
  if (!object) return fail(object.error());
  std::map<std::string, std::string> out;
  const auto data = object->is_object() ? object->find("data") : object->end();
  if (data == object->end() || !data->is_object()) return out;
  for (const auto& [key, value] : data->items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

std::optional<carbon::Signals> published_signals(const Fetch& fetch,
                                                 std::string_view system_namespace, TimePoint now,
                                                 std::vector<std::string>& notes) {
  const auto body = fetch(kube::object_path(kube::kConfigMaps, system_namespace, kName));
  if (!body) {
    notes.push_back(body.error().code == Errc::NotFound
                        ? "the controller has not published its carbon signals in namespace " +
                              printable(system_namespace, 64) + " (another --system-namespace?)"
                        : "the published carbon signals cannot be read: " + body.error().message);
    return std::nullopt;
  }
  auto data = config_map_data(*body);
  if (!data) {
    notes.push_back("the published carbon signals cannot be read: " + data.error().message);
    return std::nullopt;
  }
  auto published = carbon::decode_signals(*data, notes);
  carbon::age_as_published(published, now);
  return std::move(published.signals);
}

}  // namespace karbonetes::cli
