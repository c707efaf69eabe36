#include "controller/config_maps.hpp"

#include <utility>

#include "json/document.hpp"
#include "kube/client/paths.hpp"

namespace karbonetes::controller {

namespace {

using json::Document;

constexpr const char* kFieldManager = "karbonetes-controller";
// Ours are far fewer; a page that is full says that somebody else uses our label.
constexpr int kMostListed = 500;

Result<KeptMap> decode(const Document& object) {
  KeptMap out;
  if (!object.is_object()) return fail(Errc::Parse, "a ConfigMap is not an object");
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object())
    return fail(Errc::Parse, "a ConfigMap without metadata");
  const auto text = [](const Document& in, const char* key) {
    const auto it = in.find(key);
    return it != in.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  out.name = text(*metadata, "name");
  out.resource_version = text(*metadata, "resourceVersion");
  if (const auto data = object.find("data"); data != object.end() && data->is_object()) {
    for (const auto& [key, value] : data->items()) {
      if (value.is_string()) out.data[key] = value.get<std::string>();
    }
  }
  return out;
}

class ApiConfigMaps final : public ConfigMaps {
 public:
  ApiConfigMaps(kube::Client& client, std::string ns) : client_(client), ns_(std::move(ns)) {}

  Result<KeptMap> read(std::string_view name, std::stop_token stop) override {
    auto body = client_.get(kube::object_path(kube::kConfigMaps, ns_, name), options(stop));
    if (!body) {
      if (body.error().code != Errc::NotFound) return fail(body.error());
      KeptMap none;
      none.name = std::string(name);
      return none;
    }
    const auto object = json::parse(*body);
    if (!object) return fail(object.error());
    return decode(*object);
  }

  Result<std::string> write(const KeptMap& map, std::string_view what,
                            std::stop_token stop) override {
    Document object = {{"apiVersion", "v1"},
                       {"kind", "ConfigMap"},
                       {"metadata",
                        {{"name", map.name},
                         {"namespace", ns_},
                         {"labels",
                          {{std::string(kKeptLabel), what},
                           {"app.kubernetes.io/managed-by", "karbonetes-controller"}}}}},
                       {"data", map.data}};
    const bool fresh = map.resource_version.empty();
    if (!fresh) object["metadata"]["resourceVersion"] = map.resource_version;
    const auto text = object.dump(-1, ' ', false, Document::error_handler_t::replace);
    auto body =
        fresh ? client_.create(kube::namespace_path(kube::kConfigMaps, ns_), text, options(stop))
              : client_.replace(kube::object_path(kube::kConfigMaps, ns_, map.name), text,
                                options(stop));
    if (!body) return fail(body.error());
    const auto written = json::parse(*body);
    if (!written) return fail(written.error());
    auto decoded = decode(*written);
    if (!decoded) return fail(decoded.error());
    return std::move(decoded->resource_version);
  }

  Result<std::vector<KeptMap>> list(std::string_view what, std::stop_token stop) override {
    const auto path = kube::namespace_path(kube::kConfigMaps, ns_) +
                      "?labelSelector=carbon-aware.io%2Fkept%3D" + std::string(what) +
                      "&limit=" + std::to_string(kMostListed);
    auto body = client_.get(path, options(stop));
    if (!body) return fail(body.error());
    const auto list = json::parse(*body);
    if (!list) return fail(list.error());
    std::vector<KeptMap> out;
    const auto items = list->find("items");
    if (items == list->end() || !items->is_array()) return out;
    for (const auto& item : *items) {
      auto map = decode(item);
      if (!map) return fail(map.error());
      out.push_back(std::move(*map));
    }
    return out;
  }

  Status remove(std::string_view name, std::stop_token stop) override {
    auto body = client_.remove(kube::object_path(kube::kConfigMaps, ns_, name), options(stop));
    if (!body && body.error().code != Errc::NotFound) return fail(body.error());
    return {};
  }

 private:
  static kube::CallOptions options(std::stop_token stop) {
    kube::CallOptions out;
    out.stop = std::move(stop);
    out.field_manager = kFieldManager;
    return out;
  }

  kube::Client& client_;
  const std::string ns_;
};

}  // namespace

std::unique_ptr<ConfigMaps> make_config_maps(kube::Client& client, std::string ns) {
  return std::make_unique<ApiConfigMaps>(client, std::move(ns));
}

}  // namespace karbonetes::controller
