#include "harness/kubectl.hpp"

#include <array>
#include <utility>

#include "harness/process.hpp"

namespace karbonetes::harness {
namespace {

constexpr std::size_t kMaxMessage = 4096;

Errc code_of(std::string_view message) {
  // "Error from server (NotFound): jobs.batch "x" not found"; see ReasonForError in
  // k8s.io/apimachinery.
  static constexpr std::array<std::pair<std::string_view, Errc>, 11> known{{
      {"(NotFound)", Errc::NotFound},
      {"\" not found", Errc::NotFound},  // subresources: 'serviceaccounts "x" not found'
      {"(AlreadyExists)", Errc::AlreadyExists},
      {"(Conflict)", Errc::Conflict},
      {"(Forbidden)", Errc::Forbidden},
      {"(Unauthorized)", Errc::Unauthorized},
      {"(Expired)", Errc::Gone},
      {"too old resource version", Errc::Gone},
      {"(Invalid)", Errc::Invalid},
      {" is invalid: ", Errc::Invalid},
      {"was refused", Errc::Unavailable},
  }};
  for (const auto& [text, code] : known) {
    if (message.find(text) != std::string_view::npos) return code;
  }
  return Errc::Internal;
}

std::vector<std::string> in_namespace(std::string_view ns, std::vector<std::string> args) {
  if (!ns.empty()) {
    args.emplace_back("--namespace");
    args.emplace_back(ns);
  }
  return args;
}

Status without_output(const Result<std::string>& answer) {
  if (!answer) return fail(answer.error());
  return {};
}

}  // namespace

Kubectl::Kubectl(std::filesystem::path program, std::filesystem::path kubeconfig)
    : program_(std::move(program)), kubeconfig_(std::move(kubeconfig)) {}

Result<std::string> Kubectl::call(std::vector<std::string> args, std::string_view input,
                                  std::chrono::milliseconds timeout, std::stop_token stop) const {
  Command command{program_, {}, {}};
  command.args.emplace_back("--kubeconfig=" + kubeconfig_.string());
  // The discovery cache lives next to the kubeconfig, and goes with it: nothing is left in the
  // user's home.
  command.args.emplace_back("--cache-dir=" +
                            (kubeconfig_.parent_path() / "kubectl-cache").string());
  for (auto& arg : args) command.args.push_back(std::move(arg));
  auto done = run(command, input, timeout, std::move(stop));
  if (!done) return fail(done.error());
  if (done->ok()) return std::move(done->out);
  std::string message = done->err.empty() ? "kubectl " + describe(done->exit) : done->err;
  while (!message.empty() && message.back() == '\n') message.pop_back();
  const Errc code = code_of(message);
  if (message.size() > kMaxMessage) message.resize(kMaxMessage);
  return fail(code, std::move(message));
}

Status Kubectl::apply(std::string_view text) const {
  return without_output(call({"apply", "-f", "-"}, text));
}

Status Kubectl::apply_file(const std::filesystem::path& file_or_directory) const {
  return without_output(call({"apply", "-f", file_or_directory.string()}));
}

Status Kubectl::apply_kustomization(const std::filesystem::path& directory) const {
  const auto text =
      call({"kustomize", "--load-restrictor=LoadRestrictionsNone", directory.string()});
  if (!text) return fail(text.error());
  return apply(*text);
}

Result<json::Document> Kubectl::get(std::string_view ns, std::string_view what) const {
  const auto text = call(in_namespace(ns, {"get", std::string(what), "-o", "json"}));
  if (!text) return fail(text.error());
  return json::parse(*text);
}

Result<std::vector<json::Document>> Kubectl::list(std::string_view ns, std::string_view kind,
                                                  std::string_view selector) const {
  std::vector<std::string> args{"get", std::string(kind), "-o", "json"};
  if (!selector.empty()) {
    args.emplace_back("--selector");
    args.emplace_back(selector);
  }
  const auto text = call(in_namespace(ns, std::move(args)));
  if (!text) return fail(text.error());
  auto document = json::parse(*text);
  if (!document) return fail(document.error());
  if (!document->is_object() || !document->contains("items") || !(*document)["items"].is_array()) {
    return fail(Errc::Parse, "kubectl get " + std::string(kind) + " did not answer with a list");
  }
  std::vector<json::Document> items;
  for (auto& item : (*document)["items"]) items.push_back(std::move(item));
  return items;
}

Status Kubectl::patch_json(std::string_view ns, std::string_view what,
                           std::string_view patch) const {
  return without_output(call(in_namespace(
      ns, {"patch", std::string(what), "--type=json", "--patch", std::string(patch)})));
}

Status Kubectl::remove(std::string_view ns, std::string_view what) const {
  return without_output(
      call(in_namespace(ns, {"delete", std::string(what), "--ignore-not-found", "--wait"}), {},
           std::chrono::seconds(60)));
}

}  // namespace karbonetes::harness
