#include "kube/client/token_source.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include "json/document.hpp"
#include "kube/client/file.hpp"
#include "kube/client/process.hpp"

namespace karbonetes::kube {

namespace {

constexpr Millis kFileTokenAge = std::chrono::seconds(60);
constexpr Millis kExpiryMargin = std::chrono::seconds(10);
constexpr std::size_t kMaxToken = 1u << 20;

// A header's value must stay on its line; anything else is not a token but a mistake (an HTML page,
// a binary file).
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

class StaticToken final : public TokenSource {
 public:
  explicit StaticToken(std::string token) : token_(std::move(token)) {}
  Result<std::string> token() override { return token_; }

 private:
  const std::string token_;
};

class FileToken final : public TokenSource {
 public:
  FileToken(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}

  Result<std::string> token() override {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    if (!token_.empty() && !stale_ && now - read_at_ < kFileTokenAge) return token_;
    auto text = read_file(path_, kMaxToken);
    std::string fresh = text ? trimmed(*text) : std::string();
    if (is_token(fresh)) {
      token_ = std::move(fresh);
      read_at_ = now;
      stale_ = false;
    } else if (token_.empty()) {
      return fail(Errc::Unauthorized,
                  "token file " + path_ + ": " +
                      (text ? "holds no token; it must hold one line of printable text"
                            : text.error().message));
    }
    return token_;
  }

  void invalidate() override {
    const std::lock_guard lock(mutex_);
    stale_ = true;
  }

 private:
  const std::string path_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::string token_;
  TimePoint read_at_;
  bool stale_ = false;
};

class ExecToken final : public TokenSource {
 public:
  ExecToken(ExecPlugin plugin, const Clock& clock) : plugin_(std::move(plugin)), clock_(clock) {}

  // The lock is held while the plugin runs: others want the same token and would start it again.
  Result<std::string> token() override {
    const std::lock_guard lock(mutex_);
    if (!token_.empty() && (!expires_ || clock_.now() + kExpiryMargin < *expires_)) return token_;
    auto fetched = fetch();
    if (!fetched) {
      fetched.error().message = "exec plugin " + plugin_.command + ": " + fetched.error().message;
      token_.clear();
      return fail(std::move(fetched.error()));
    }
    return token_;
  }

  void invalidate() override {
    const std::lock_guard lock(mutex_);
    token_.clear();
  }

 private:
  Status fetch() {
    json::Document info = {{"apiVersion", plugin_.api_version},
                           {"kind", "ExecCredential"},
                           {"spec", {{"interactive", false}}}};
    if (!plugin_.cluster_info.empty()) {
      auto cluster = json::parse(plugin_.cluster_info);
      if (cluster) info["spec"]["cluster"] = std::move(*cluster);
    }
    Process process{plugin_.command, plugin_.arguments, plugin_.environment, plugin_.timeout};
    process.environment.emplace_back(
        "KUBERNETES_EXEC_INFO",
        info.dump(-1, ' ', false, json::Document::error_handler_t::replace));
    auto output = run(process);
    if (!output) return fail(Errc::Unauthorized, output.error().message);
    return take(*output);
  }

  Status take(const std::string& output) {
    auto credential = json::parse(output);
    if (!credential || !credential->is_object()) {
      return fail(Errc::Unauthorized, "its output is not an ExecCredential in JSON");
    }
    const std::string version = text_of(*credential, "apiVersion");
    if (version != plugin_.api_version) {
      return fail(Errc::Unauthorized, "answered with another apiVersion than the kubeconfig's " +
                                          plugin_.api_version + "; make both the same");
    }
    const auto status = credential->find("status");
    if (status == credential->end() || !status->is_object()) {
      return fail(Errc::Unauthorized, "its ExecCredential has no status");
    }
    std::string fresh = text_of(*status, "token");
    if (!is_token(fresh)) {
      return fail(Errc::Unauthorized,
                  "its ExecCredential has no readable status.token (client certificates from "
                  "plugins are not "
                  "supported; put them into the kubeconfig)");
    }
    std::optional<TimePoint> expires;
    if (const std::string text = text_of(*status, "expirationTimestamp"); !text.empty()) {
      auto parsed = parse_rfc3339(text);
      if (!parsed)
        return fail(Errc::Unauthorized, "status.expirationTimestamp: " + parsed.error().message);
      expires = *parsed;
    }
    token_ = std::move(fresh);
    expires_ = expires;
    return {};
  }

  static std::string text_of(const json::Document& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
  }

  const ExecPlugin plugin_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::string token_;
  std::optional<TimePoint> expires_;
};

}  // namespace

std::shared_ptr<TokenSource> static_token(std::string token) {
  return std::make_shared<StaticToken>(std::move(token));
}

std::shared_ptr<TokenSource> file_token(std::string path, const Clock& clock) {
  return std::make_shared<FileToken>(std::move(path), clock);
}

std::shared_ptr<TokenSource> exec_token(ExecPlugin plugin, const Clock& clock) {
  return std::make_shared<ExecToken>(std::move(plugin), clock);
}

}  // namespace karbonetes::kube
