#include "support/kubelet.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "base/base64.hpp"
#include "support/shell.hpp"

namespace karbonetes::envtest {

namespace {

namespace fs = std::filesystem;
using json::Document;

constexpr const char* kTokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char* kEntryPoint = "karbonetes-controller";  // of the image

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

Document member(const Document& object, const char* key, Document otherwise) {
  return object.is_object() && object.contains(key) && !object.at(key).is_null()
             ? object.at(key)
             : std::move(otherwise);
}

void replace_first(std::string& text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

// What the restricted Pod Security Standard asks of a container.
Status restricted(const Document& spec, const Document& container) {
  const auto pod = member(spec, "securityContext", Document::object());
  const auto own = member(container, "securityContext", Document::object());
  const auto of = [&](const char* key) {
    return own.contains(key) ? own[key] : pod.value(key, Document());
  };
  const auto refuse = [&](const char* what) {
    return fail(Errc::Invalid, fmt::format("container {}: {}", container.value("name", "?"), what));
  };
  if (of("runAsNonRoot") != true) return refuse("runAsNonRoot is not true");
  if (!of("runAsUser").is_number() || of("runAsUser") == 0)
    return refuse("runAsUser is not a plain user");
  if (of("seccompProfile").value("type", "") != "RuntimeDefault")
    return refuse("seccompProfile is not RuntimeDefault");
  if (own.value("allowPrivilegeEscalation", true))
    return refuse("allowPrivilegeEscalation is not false");
  if (!own.value("readOnlyRootFilesystem", false))
    return refuse("readOnlyRootFilesystem is not true");
  const auto drop = own.value("/capabilities/drop"_json_pointer, Document::array());
  if (drop != Document::array({"ALL"})) return refuse("capabilities are not all dropped");
  return {};
}

}  // namespace

Kubelet::Kubelet(const harness::Plane& plane, fs::path dir, fs::path programs)
    : plane_(plane), dir_(std::move(dir)), programs_(std::move(programs)) {}

fs::path Kubelet::log(const std::string& pod) const { return dir_ / (pod + ".log"); }

Status Kubelet::write_files(const std::string& ns, const std::string& object,
                            const Document& source, const fs::path& target) {
  const auto read = plane_.kubectl().get(ns, object);
  if (!read) {
    if (source.value("optional", false)) return {};
    return fail(read.error());
  }
  std::map<std::string, std::string> files;
  const auto data = member(*read, "data", Document::object());
  for (const auto& [key, value] : data.items()) {
    if (!object.starts_with("secret/")) {
      files[key] = value;
      continue;
    }
    auto text = base64_decode(value.get<std::string>());
    if (!text) return fail(Errc::Invalid, object + ": " + key + " is not base64");
    files[key] = std::move(*text);
  }
  if (!source.contains("items")) {
    for (const auto& [key, text] : files) write(target / key, text);
    return {};
  }
  for (const auto& item : source["items"]) {
    const auto found = files.find(item.value("key", ""));
    if (found == files.end())
      return fail(Errc::NotFound,
                  object + " has no key " + item.value("key", "") + ": the pod would not start");
    write(target / item.value("path", ""), found->second);
  }
  return {};
}

Status Kubelet::write_token(const Pod& pod, const fs::path& target) {
  const auto account = pod.spec.value("serviceAccountName", "default");
  const auto token =
      plane_.kubectl().call({"create", "token", account, "-n", pod.ns, "--duration=4h"});
  if (!token) return fail(token.error());
  auto text = *token;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  write(target / "token", text);
  write(target / "ca.crt", plane_.ca_pem());
  write(target / "namespace", pod.ns);
  return {};
}

Status Kubelet::write_volume(const Pod& pod, const Document& volume, const fs::path& target) {
  fs::create_directories(target);
  if (volume.contains("configMap")) {
    const auto& source = volume["configMap"];
    return write_files(pod.ns, "configmap/" + source.value("name", ""), source, target);
  }
  if (volume.contains("secret")) {
    const auto& source = volume["secret"];
    return write_files(pod.ns, "secret/" + source.value("secretName", ""), source, target);
  }
  if (volume.contains("projected")) {
    for (const auto& source : volume["projected"]["sources"]) {
      Status written;
      if (source.contains("configMap")) {
        written = write_files(pod.ns, "configmap/" + source["configMap"].value("name", ""),
                              source["configMap"], target);
      } else if (source.contains("secret")) {
        written = write_files(pod.ns, "secret/" + source["secret"].value("name", ""),
                              source["secret"], target);
      } else {
        written =
            fail(Errc::Invalid, "a projected source that is not known here: " + source.dump());
      }
      if (!written) return written;
    }
    return {};
  }
  if (volume.contains("emptyDir")) return {};
  return fail(Errc::Invalid, "a volume that is not known here: " + volume.dump());
}

Result<std::map<std::string, std::string>> Kubelet::environment(const Pod& pod,
                                                                const Document& container) {
  std::map<std::string, std::string> env{
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"HOME", "/"},
      {"HOSTNAME", pod.name},
      {"KUBERNETES_SERVICE_HOST", "127.0.0.1"},
      {"KUBERNETES_SERVICE_PORT", std::to_string(plane_.ports().apiserver)},
  };
  for (const auto& entry : member(container, "env", Document::array())) {
    const auto name = entry.value("name", "");
    if (!entry.contains("valueFrom")) {
      env[name] = entry.value("value", "");
      continue;
    }
    const auto& from = entry["valueFrom"];
    const auto field = from.value("/fieldRef/fieldPath"_json_pointer, "");
    if (field == "metadata.namespace") {
      env[name] = pod.ns;
    } else if (field == "metadata.name") {
      env[name] = pod.name;
    } else if (field == "status.podIP") {
      env[name] = "127.0.0.1";
    } else {
      return fail(Errc::Invalid, "an environment source that is not known here: " + entry.dump());
    }
  }
  return env;
}

Result<std::vector<Kubelet::Mount>> Kubelet::mounts(const Pod& pod, const Document& container,
                                                    const fs::path& root) {
  std::map<std::string, Document> volumes;
  for (const auto& volume : member(pod.spec, "volumes", Document::array()))
    volumes[volume.value("name", "")] = volume;
  std::vector<Mount> out;
  for (const auto& mount : member(container, "volumeMounts", Document::array())) {
    const auto found = volumes.find(mount.value("name", ""));
    if (found == volumes.end()) return fail(Errc::Invalid, "no volume for " + mount.dump());
    const auto path = mount.value("mountPath", "");
    if (mount.contains("subPath"))
      return fail(Errc::Invalid,
                  "subPath is not known here, and would not follow changes: " + path);
    if (auto written = write_volume(pod, found->second, root / path.substr(1)); !written)
      return fail(written.error());
    Mount done{path, {}};
    if (found->second.contains("emptyDir")) {
      done.writable = dir_ / pod.name / "empty" / mount.value("name", "");
      fs::create_directories(done.writable);
      fs::permissions(done.writable, fs::perms::all);
    }
    out.push_back(std::move(done));
  }
  return out;
}

Result<harness::Process> Kubelet::start(const Pod& pod) {
  const auto containers = member(pod.spec, "containers", Document::array());
  if (containers.size() != 1 || pod.spec.contains("initContainers"))
    return fail(Errc::Invalid, "one container is what can be started here");
  const auto& container = containers[0];
  if (auto ok = restricted(pod.spec, container); !ok) return fail(ok.error());

  const auto root = dir_ / pod.name / "root";
  fs::remove_all(dir_ / pod.name);
  for (const char* made : {"usr", "etc/ssl", "proc", "dev", "tmp"})
    fs::create_directories(root / made);
  for (const char* link : {"bin", "lib", "lib64"})
    fs::create_directory_symlink(std::string("usr/") + link, root / link);
  fs::create_directories(root / "run/secrets");
  fs::create_directories(root / "var");
  fs::create_directory_symlink("../run", root / "var/run");
  auto mounted = mounts(pod, container, root);
  if (!mounted) return fail(mounted.error());
  if (pod.spec.value("automountServiceAccountToken", true)) {
    if (auto s = write_token(pod, root / std::string(kTokenPath).substr(1)); !s)
      return fail(s.error());
  }
  auto env = environment(pod, container);
  if (!env) return fail(env.error());

  std::string hosts = "127.0.0.1 localhost\n";
  const auto services = plane_.kubectl().list(pod.ns, "services");
  if (!services) return fail(services.error());
  for (const auto& service : *services) {
    const auto name = service["metadata"].value("name", "");
    hosts +=
        fmt::format("127.0.0.1 {0} {0}.{1} {0}.{1}.svc {0}.{1}.svc.cluster.local\n", name, pod.ns);
  }
  write(root / "etc/hosts", hosts);

  std::vector<std::string> words = member(container, "command", Document::array({kEntryPoint}));
  for (std::string arg : member(container, "args", Document::array())) {
    for (const auto& [name, value] : *env) replace_first(arg, "$(" + name + ")", value);
    for (const auto& [from, to] : pod.replaced) replace_first(arg, from, to);
    words.push_back(std::move(arg));
  }
  // A bare name is looked up in the image's PATH.
  if (!words[0].starts_with('/')) words[0] = "/usr/local/bin/" + words[0];

  const auto user = member(
      member(container, "securityContext", Document::object()), "runAsUser",
      member(pod.spec, "securityContext", Document::object()).value("runAsUser", Document(0)));
  std::string assignments;
  for (const auto& [name, value] : *env) assignments += " " + shell_quoted(name + "=" + value);
  const bool is_root = geteuid() == 0;
  std::string script = "set -eu\ncd /\nR=" + shell_quoted(root.string()) + "\n";
  script += "mount --bind \"$R\" \"$R\"\n";
  script += "mount --rbind /usr \"$R/usr\"\nmount --bind /etc/ssl \"$R/etc/ssl\"\n";
  script += "mount --rbind /proc \"$R/proc\"\nmount --rbind /dev \"$R/dev\"\n";
  script += "mount --bind " + shell_quoted(programs_.string()) + " \"$R/usr/local/bin\"\n";
  for (const auto& mount : *mounted) {
    if (!mount.writable.empty())
      script +=
          "mount --bind " + shell_quoted(mount.writable.string()) + " \"$R" + mount.path + "\"\n";
  }
  script += "mount -o remount,ro,bind \"$R\"\n";
  // The signal that ends it with its parent is lost when the user changes, so it is set last.
  script += "exec chroot \"$R\" /usr/bin/env -i" + assignments +
            " /usr/bin/setpriv --no-new-privs --bounding-set=-all --pdeathsig KILL ";
  if (is_root)
    script +=
        fmt::format("--reuid={0} --regid={0} --clear-groups --inh-caps=-all ", user.get<int>());
  for (const auto& word : words) script += shell_quoted(word) + " ";
  const auto file = dir_ / pod.name / "start.sh";
  write(file, script + "\n");

  std::vector<std::string> args;
  if (!is_root) args.emplace_back("--map-root-user");
  args.insert(args.end(), {"--mount", "--propagation", "private", "/bin/sh", file.string()});
  return harness::Process::spawn({"/usr/bin/unshare", std::move(args), {}}, log(pod.name));
}

}  // namespace karbonetes::envtest
