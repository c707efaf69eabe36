#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/document.hpp"
#include "kube/client/config.hpp"
#include "kube/client/file.hpp"
#include "kube/client/token_source.hpp"

namespace karbonetes::kube {

namespace {

constexpr std::size_t kMaxConfig = 8u << 20;
constexpr std::size_t kMaxPem = 1u << 20;
constexpr int kMaxDepth = 32;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// $KUBECONFIG may list several files. kubectl merges them; here the first that exists is the one.
std::string default_path() {
  const std::string list = environment("KUBECONFIG");
  std::string first;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    const std::string path = list.substr(begin, end - begin);
    if (!path.empty() && exists(path)) return path;
    if (first.empty()) first = path;
    begin = end + 1;
  }
  if (!first.empty()) return first;
  const std::string home = environment("HOME");
  return home.empty() ? std::string() : home + "/.kube/config";
}

// One kubeconfig being read. Every error names the file and the field.
class Kubeconfig {
 public:
  Kubeconfig(std::string path, const YAML::Node& root, const Clock& clock)
      : path_(std::move(path)), root_(root), clock_(clock) {}

  Result<ClusterConfig> load(const std::string& wanted_context) const {
    auto current = text(root_, "", "current-context");
    if (!current) return fail(std::move(current.error()));
    const std::string context_name = wanted_context.empty() ? *current : wanted_context;
    if (context_name.empty()) {
      return bad("current-context",
                 "is not set; set it with kubectl config use-context, or name a context");
    }
    auto context = entry("contexts", "context", context_name);
    if (!context) return fail(std::move(context.error()));
    const std::string where = "contexts[" + context_name + "].context";
    auto cluster_name = text(*context, where, "cluster");
    if (!cluster_name) return fail(std::move(cluster_name.error()));
    auto user_name = text(*context, where, "user");
    if (!user_name) return fail(std::move(user_name.error()));
    auto ns = text(*context, where, "namespace");
    if (!ns) return fail(std::move(ns.error()));
    if (cluster_name->empty()) return bad(where + ".cluster", "is not set");

    ClusterConfig config;
    config.context = context_name;
    if (!ns->empty()) config.default_namespace = *ns;
    auto cluster = entry("clusters", "cluster", *cluster_name);
    if (!cluster) return fail(std::move(cluster.error()));
    if (Status s = read_cluster(*cluster, "clusters[" + *cluster_name + "].cluster", config); !s) {
      return fail(std::move(s.error()));
    }
    if (!user_name->empty()) {
      auto user = entry("users", "user", *user_name);
      if (!user) return fail(std::move(user.error()));
      if (Status s = read_user(*user, "users[" + *user_name + "].user", *cluster, config); !s) {
        return fail(std::move(s.error()));
      }
    }
    return config;
  }

  tl::unexpected<Error> bad(const std::string& field, const std::string& why,
                            Errc code = Errc::InvalidArgument) const {
    return fail(code, one_line("kubeconfig " + path_ + ": " + field + ' ' + why));
  }

 private:
  Status read_cluster(const YAML::Node& cluster, const std::string& where,
                      ClusterConfig& config) const {
    auto server = text(cluster, where, "server");
    if (!server) return fail(std::move(server.error()));
    auto url = http::parse_url(*server);
    if (!url) return bad(where + ".server", "is not usable: " + url.error().message);
    config.server = std::move(*url);
    auto proxy = text(cluster, where, "proxy-url");
    if (!proxy) return fail(std::move(proxy.error()));
    if (!proxy->empty()) {
      return bad(where + ".proxy-url",
                 "is not supported; remove it and reach the API server directly");
    }
    auto name = text(cluster, where, "tls-server-name");
    if (!name) return fail(std::move(name.error()));
    config.tls.server_name = std::move(*name);
    auto skip = boolean(cluster, where, "insecure-skip-tls-verify");
    if (!skip) return fail(std::move(skip.error()));
    config.tls.insecure_skip_verify = *skip;
    auto ca = pem(cluster, where, "certificate-authority");
    if (!ca) return fail(std::move(ca.error()));
    if (*skip && !ca->empty()) {
      return bad(where + ".insecure-skip-tls-verify",
                 "and certificate-authority exclude each other; keep one");
    }
    config.tls.ca_pem = std::move(*ca);
    return {};
  }

  Status read_user(const YAML::Node& user, const std::string& where, const YAML::Node& cluster,
                   ClusterConfig& config) const {
    for (const char* other : {"auth-provider", "username", "password"}) {
      if (user[other].IsDefined() && !user[other].IsNull()) {
        return bad(
            where + '.' + other,
            "is not supported by Kubernetes any more; use exec, token or a client certificate");
      }
    }
    auto certificate = pem(user, where, "client-certificate");
    if (!certificate) return fail(std::move(certificate.error()));
    auto key = pem(user, where, "client-key");
    if (!key) return fail(std::move(key.error()));
    if (certificate->empty() != key->empty()) {
      return bad(where, "needs client-certificate and client-key together; one is missing");
    }
    config.tls.certificate_pem = std::move(*certificate);
    config.tls.private_key_pem = std::move(*key);
    return read_token(user, where, cluster, config);
  }

  // tokenFile wins over token, as in client-go; exec only without either.
  Status read_token(const YAML::Node& user, const std::string& where, const YAML::Node& cluster,
                    ClusterConfig& config) const {
    auto token = text(user, where, "token");
    if (!token) return fail(std::move(token.error()));
    auto token_file = text(user, where, "tokenFile");
    if (!token_file) return fail(std::move(token_file.error()));
    const YAML::Node exec = user["exec"];
    if (exec.IsDefined() && !exec.IsNull()) {
      if (!token->empty() || !token_file->empty()) {
        return bad(where + ".exec", "cannot stand beside token or tokenFile; keep one");
      }
      return read_exec(exec, where + ".exec", cluster, config);
    }
    if (!token_file->empty()) {
      config.token = file_token(beside(*token_file), clock_);
    } else if (!token->empty()) {
      config.token = static_token(std::move(*token));
    }
    return {};
  }

  Status read_exec(const YAML::Node& exec, const std::string& where, const YAML::Node& cluster,
                   ClusterConfig& config) const {
    if (!exec.IsMap()) return bad(where, "must be a mapping");
    ExecPlugin plugin;
    auto version = text(exec, where, "apiVersion");
    if (!version) return fail(std::move(version.error()));
    if (*version != "client.authentication.k8s.io/v1" &&
        *version != "client.authentication.k8s.io/v1beta1") {
      return bad(where + ".apiVersion",
                 "must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1");
    }
    plugin.api_version = std::move(*version);
    auto command = text(exec, where, "command");
    if (!command) return fail(std::move(command.error()));
    if (command->empty()) return bad(where + ".command", "is not set; name the plugin's program");
    // With a slash but not absolute: relative to the kubeconfig, not to where we were started.
    plugin.command = command->find('/') == std::string::npos ? *command : beside(*command);
    auto mode = text(exec, where, "interactiveMode");
    if (!mode) return fail(std::move(mode.error()));
    if (*mode == "Always") {
      return bad(where + ".interactiveMode",
                 "is Always, but there is no terminal to ask on; use IfAvailable or Never");
    }
    if (Status s = read_arguments(exec["args"], where + ".args", plugin); !s) return s;
    if (Status s = read_environment(exec["env"], where + ".env", plugin); !s) return s;
    auto with_cluster = boolean(exec, where, "provideClusterInfo");
    if (!with_cluster) return fail(std::move(with_cluster.error()));
    if (*with_cluster) plugin.cluster_info = cluster_info(cluster, config);
    config.token = exec_token(std::move(plugin), clock_);
    return {};
  }

  Status read_arguments(const YAML::Node& list, const std::string& where,
                        ExecPlugin& plugin) const {
    if (!list.IsDefined() || list.IsNull()) return {};
    if (!list.IsSequence()) return bad(where, "must be a list of strings");
    for (const YAML::Node& one : list) {
      if (!one.IsScalar()) return bad(where, "must be a list of strings");
      plugin.arguments.push_back(one.Scalar());
    }
    return {};
  }

  Status read_environment(const YAML::Node& list, const std::string& where,
                          ExecPlugin& plugin) const {
    if (!list.IsDefined() || list.IsNull()) return {};
    if (!list.IsSequence()) return bad(where, "must be a list of name and value pairs");
    for (const YAML::Node& one : list) {
      if (!one.IsMap()) return bad(where, "must be a list of name and value pairs");
      auto name = text(one, where, "name");
      if (!name) return fail(std::move(name.error()));
      auto value = text(one, where, "value");
      if (!value) return fail(std::move(value.error()));
      if (name->empty() || name->find('=') != std::string::npos) {
        return bad(where, "has an entry without a usable name");
      }
      plugin.environment.emplace_back(std::move(*name), std::move(*value));
    }
    return {};
  }

  static std::string cluster_info(const YAML::Node& cluster, const ClusterConfig& config) {
    json::Document info = {{"server", cluster["server"].Scalar()}};
    if (!config.tls.server_name.empty()) info["tls-server-name"] = config.tls.server_name;
    if (config.tls.insecure_skip_verify) info["insecure-skip-tls-verify"] = true;
    if (!config.tls.ca_pem.empty())
      info["certificate-authority-data"] = base64_encode(config.tls.ca_pem);
    return info.dump(-1, ' ', false, json::Document::error_handler_t::replace);
  }

  // lists[name].kind of contexts, clusters and users.
  Result<YAML::Node> entry(const char* list_name, const char* kind, const std::string& name) const {
    const YAML::Node list = root_[list_name];
    if (list.IsDefined() && !list.IsNull()) {
      if (!list.IsSequence()) return bad(list_name, "must be a list");
      for (const YAML::Node& one : list) {
        if (!one.IsMap() || !one["name"].IsDefined() || !one["name"].IsScalar() ||
            one["name"].Scalar() != name)
          continue;
        YAML::Node found = one[kind];
        if (found.IsDefined() && found.IsMap()) return found;
        if (!found.IsDefined() || found.IsNull()) return YAML::Node(YAML::NodeType::Map);
        return bad(std::string(list_name) + '[' + name + "]." + kind, "must be a mapping");
      }
    }
    return bad(list_name, "has no entry named \"" + name + '"', Errc::NotFound);
  }

  Result<std::string> text(const YAML::Node& map, const std::string& where,
                           const char* field) const {
    const YAML::Node value = map[field];
    if (!value.IsDefined() || value.IsNull()) return std::string();
    if (!value.IsScalar())
      return bad(where.empty() ? field : where + '.' + field, "must be a string");
    return value.Scalar();
  }

  Result<bool> boolean(const YAML::Node& map, const std::string& where, const char* field) const {
    auto value = text(map, where, field);
    if (!value) return fail(std::move(value.error()));
    if (*value == "true") return true;
    if (value->empty() || *value == "false") return false;
    return bad(where + '.' + field, "must be true or false");
  }

  // The field "x-data" (base64) wins over the field "x" (a file), as in client-go.
  Result<std::string> pem(const YAML::Node& map, const std::string& where,
                          const std::string& field) const {
    const std::string data_field = field + "-data";
    auto data = text(map, where, data_field.c_str());
    if (!data) return data;
    if (!data->empty()) {
      auto decoded = base64_decode(*data);
      if (!decoded) return bad(where + '.' + data_field, "is not base64");
      return std::move(*decoded);
    }
    auto file = text(map, where, field.c_str());
    if (!file || file->empty()) return file;
    auto content = read_file(beside(*file), kMaxPem);
    if (!content) {
      return bad(where + '.' + field, "(" + beside(*file) + ") " + content.error().message,
                 content.error().code);
    }
    if (content->empty()) return bad(where + '.' + field, "(" + beside(*file) + ") is empty");
    return content;
  }

  // Relative paths in a kubeconfig are relative to it.
  std::string beside(const std::string& file) const {
    return (std::filesystem::path(path_).parent_path() / file).string();
  }

  const std::string path_;
  const YAML::Node root_;
  const Clock& clock_;
};

// yaml-cpp nests without bound, and its own destructor too; a file that is hostile could exhaust
// the stack.
bool nested_too_deep(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kMaxDepth) return true;
  }
  return false;
}

// Calls use(file, root) -> Result<T> with the file as YAML.
template <typename T, typename Use>
Result<T> with_file(const std::string& path, Use&& use) {
  const std::string file = path.empty() ? default_path() : path;
  if (file.empty()) {
    return fail(Errc::NotFound,
                "no kubeconfig: set KUBECONFIG or HOME, or name a file with --kubeconfig");
  }
  auto content = read_file(file, kMaxConfig);
  if (!content) {
    return fail(content.error().code,
                "kubeconfig " + file + ' ' + content.error().message +
                    "; set KUBECONFIG or name another file with --kubeconfig");
  }
  if (nested_too_deep(*content))
    return fail(Errc::Parse, "kubeconfig " + file + ": nested too deep");
  try {
    const YAML::Node root = YAML::Load(*content);
    if (!root.IsMap()) {
      return fail(Errc::Parse,
                  "kubeconfig " + file + ": is not a mapping with clusters, users and contexts");
    }
    return use(file, root);
  } catch (const YAML::Exception& e) {
    // Only where, since yaml-cpp's message may quote a line, and the line may be a secret.
    return fail(Errc::Parse, "kubeconfig " + file + ": line " + std::to_string(e.mark.line + 1) +
                                 ", column " + std::to_string(e.mark.column + 1) +
                                 ": not valid YAML");
  }
}

}  // namespace

Result<ClusterConfig> load_kubeconfig(const std::string& path, const std::string& context,
                                      const Clock& clock) {
  return with_file<ClusterConfig>(path, [&](const std::string& file, const YAML::Node& root) {
    return Kubeconfig(file, root, clock).load(context);
  });
}

Result<std::vector<std::string>> kubeconfig_contexts(const std::string& path) {
  using Names = std::vector<std::string>;
  return with_file<Names>(path, [](const std::string&, const YAML::Node& root) -> Result<Names> {
    Names out;
    const auto contexts = root["contexts"];
    if (!contexts || !contexts.IsSequence()) return out;
    for (const auto& each : contexts) {
      if (each.IsMap() && each["name"] && each["name"].IsScalar())
        out.push_back(each["name"].Scalar());
    }
    return out;
  });
}

}  // namespace karbonetes::kube
