#include "controller/tls_objects.hpp"

#include <utility>

#include "base/base64.hpp"
#include "json/document.hpp"
#include "kube/client/paths.hpp"

namespace karbonetes::controller {

namespace {

using json::Document;

constexpr const char* kFieldManager = "karbonetes-controller";

std::string text_at(const Document& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string decoded(const Document& data, const char* key) {
  return base64_decode(text_at(data, key)).value_or("");
}

// The parser's own words could repeat a part of a Secret.
Result<Document> object_of(const std::string& body) {
  auto object = json::parse(body);
  if (!object || !object->is_object())
    return fail(Errc::Parse, "the API server's answer is no JSON object");
  return object;
}

const Document& member(const Document& object, const char* key) {
  static const Document kNone = Document::object();
  const auto it = object.find(key);
  return it != object.end() && it->is_object() ? *it : kNone;
}

// Empty: every webhook trusts this CA and no other.
Document trust_patch(const Document& configuration, const std::string& ca_pem) {
  const std::string wanted = base64_encode(ca_pem);
  Document patch = Document::array();
  patch.push_back({{"op", "test"},
                   {"path", "/metadata/resourceVersion"},
                   {"value", text_at(member(configuration, "metadata"), "resourceVersion")}});
  const auto webhooks = configuration.find("webhooks");
  const bool any = webhooks != configuration.end() && webhooks->is_array();
  for (std::size_t i = 0; any && i < webhooks->size(); ++i) {
    const auto& webhook = (*webhooks)[i];
    if (!webhook.is_object() || text_at(member(webhook, "clientConfig"), "caBundle") == wanted)
      continue;
    patch.push_back({{"op", "add"},
                     {"path", "/webhooks/" + std::to_string(i) + "/clientConfig/caBundle"},
                     {"value", wanted}});
  }
  return patch.size() == 1 ? Document::array() : patch;
}

class ApiTlsObjects final : public TlsObjects {
 public:
  ApiTlsObjects(kube::Client& client, std::string ns, const std::string& secret,
                const std::string& configuration)
      : client_(client),
        secret_path_(kube::object_path(kube::kSecrets, ns, secret)),
        configuration_path_(kube::cluster_object_path(kube::kMutatingWebhooks, configuration)) {}

  Result<KeptBundle> read(std::stop_token stop) override {
    configuration_ = get(configuration_path_, stop);
    auto object = get(secret_path_, stop);
    if (!object) return fail(object.error());
    const auto& data = member(*object, "data");
    KeptBundle out;
    out.bundle.ca_pem = decoded(data, "ca.crt");
    out.bundle.ca_key_pem = decoded(data, "ca.key");
    out.bundle.serving = {decoded(data, "tls.crt"), decoded(data, "tls.key")};
    out.resource_version = text_at(member(*object, "metadata"), "resourceVersion");
    out.trusted = configuration_ && trust_patch(*configuration_, out.bundle.ca_pem).empty();
    last_ = std::move(*object);
    return out;
  }

  Result<std::string> write(const KeptBundle& kept, std::stop_token stop) override {
    // Labels, annotations and keys of others stay as they were read.
    Document object = last_;
    object["metadata"]["resourceVersion"] = kept.resource_version;
    object["metadata"].erase("managedFields");
    auto& data = object["data"];
    if (!data.is_object()) data = Document::object();
    data["ca.crt"] = base64_encode(kept.bundle.ca_pem);
    data["ca.key"] = base64_encode(kept.bundle.ca_key_pem);
    data["tls.crt"] = base64_encode(kept.bundle.serving.certificate_pem);
    data["tls.key"] = base64_encode(kept.bundle.serving.private_key_pem);
    auto call = options(std::move(stop));
    call.field_manager = kFieldManager;
    auto body = client_.replace(secret_path_, object.dump(), call);
    if (!body) return fail(body.error());
    auto written = object_of(*body);
    if (!written) return fail(written.error());
    std::string version = text_at(member(*written, "metadata"), "resourceVersion");
    last_ = std::move(*written);
    return version;
  }

  Result<bool> trust(const std::string& ca_pem, std::stop_token stop) override {
    if (!configuration_) return fail(configuration_.error());
    const auto patch = trust_patch(*configuration_, ca_pem);
    if (patch.empty()) return false;
    auto call = options(std::move(stop));
    call.field_manager = kFieldManager;
    if (auto done = client_.patch(configuration_path_, kube::PatchType::Json, patch.dump(), call);
        !done)
      return fail(done.error());
    return true;
  }

 private:
  Result<Document> get(const std::string& path, const std::stop_token& stop) {
    auto body = client_.get(path, options(stop));
    if (!body) return fail(body.error());
    return object_of(*body);
  }

  static kube::CallOptions options(std::stop_token stop) {
    kube::CallOptions out;
    out.stop = std::move(stop);
    return out;
  }

  kube::Client& client_;
  const std::string secret_path_, configuration_path_;
  Document last_ = Document::object();  // the Secret as last read; one thread reads and writes
  Result<Document> configuration_ = fail(Errc::NotFound, "not read yet");
};

}  // namespace

std::unique_ptr<TlsObjects> make_tls_objects(kube::Client& client, std::string ns,
                                             std::string secret,
                                             std::string webhook_configuration) {
  return std::make_unique<ApiTlsObjects>(client, std::move(ns), secret, webhook_configuration);
}

}  // namespace karbonetes::controller
