// The kubectl binary as functions: what the harness, the demo and the tests use to act on the
// cluster as a person would. Immutable; may be used from several threads at once. Errors carry
// kubectl's own words, cut to 4 KiB, with a code read from them: NotFound, AlreadyExists, Conflict,
// Forbidden, Invalid, Unavailable (server not reached), else Internal.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "json/document.hpp"

namespace karbonetes::harness {

class Kubectl {
 public:
  Kubectl(std::filesystem::path program, std::filesystem::path kubeconfig);

  [[nodiscard]] const std::filesystem::path& program() const { return program_; }
  [[nodiscard]] const std::filesystem::path& kubeconfig() const { return kubeconfig_; }

  // Any command; returns its standard output.
  [[nodiscard]] Result<std::string> call(
      std::vector<std::string> args, std::string_view input = {},
      std::chrono::milliseconds timeout = std::chrono::seconds(30),
      std::stop_token stop = {}) const;

  // YAML or JSON text, any number of documents.
  [[nodiscard]] Status apply(std::string_view text) const;
  [[nodiscard]] Status apply_file(const std::filesystem::path& file_or_directory) const;
  // Builds a kustomization that may refer to files outside of its folder, and applies the result.
  [[nodiscard]] Status apply_kustomization(const std::filesystem::path& directory) const;

  // One object. `what` as kubectl spells it: "job/one", "nodepool/default". An empty ns:
  // cluster-scoped, or "default".
  [[nodiscard]] Result<json::Document> get(std::string_view ns, std::string_view what) const;
  // The items of a list; `kind` "pods", "jobs.batch"; selector "a=b", may be empty.
  [[nodiscard]] Result<std::vector<json::Document>> list(std::string_view ns, std::string_view kind,
                                                         std::string_view selector = {}) const;
  // JSON Patch (RFC 6902) text.
  [[nodiscard]] Status patch_json(std::string_view ns, std::string_view what,
                                  std::string_view patch) const;
  // Deletes and waits until it is gone; an object that is not there is fine.
  [[nodiscard]] Status remove(std::string_view ns, std::string_view what) const;

 private:
  std::filesystem::path program_;
  std::filesystem::path kubeconfig_;
};

}  // namespace karbonetes::harness
