#include "controller/metrics_access.hpp"

#include <algorithm>
#include <utility>

#include "json/document.hpp"

namespace karbonetes::controller {

namespace {

using json::Document;

constexpr const char* kTokenReviews = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr const char* kAccessReviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr std::string_view kScheme = "Bearer ";

http::Response text(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  response.body = std::move(body);
  return response;
}

http::Response refusal(Access access) {
  if (access == Access::Forbidden)
    return text(403,
                "forbidden: the ServiceAccount may not get the URL /metrics; bind it to a "
                "ClusterRole with nonResourceURLs [/metrics], verbs [get]\n");
  return text(401, "unauthorized: send a ServiceAccount's token as Authorization: Bearer\n");
}

std::optional<std::string> token_of(const http::Request& request) {
  const auto header = http::find_header(request.headers, "Authorization");
  if (!header || !header->starts_with(kScheme)) return std::nullopt;
  std::string token(header->substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

Result<Document> ask(kube::Client& client, const char* path, const Document& question,
                     std::stop_token stop) {
  kube::CallOptions options;
  options.stop = std::move(stop);
  const auto answer = client.create(
      path, question.dump(-1, ' ', false, Document::error_handler_t::replace), options);
  if (!answer) return fail(answer.error());
  auto object = json::parse(*answer);
  if (!object) return fail(object.error());
  if (!object->is_object() || !object->contains("status") || !(*object)["status"].is_object())
    return fail(Errc::Parse, std::string(path) + ": the answer has no status");
  return std::move((*object)["status"]);
}

bool says_yes(const Document& status, const char* key) {
  const auto it = status.find(key);
  return it != status.end() && it->is_boolean() && it->get<bool>();
}

}  // namespace

AccessReview make_access_review(kube::Client& client) {
  return [&client](const std::string& token, std::stop_token stop) -> Result<Access> {
    const auto who = ask(client, kTokenReviews,
                         {{"apiVersion", "authentication.k8s.io/v1"},
                          {"kind", "TokenReview"},
                          {"spec", {{"token", token}}}},
                         stop);
    if (!who) return fail(who.error());
    const auto user = who->find("user");
    if (!says_yes(*who, "authenticated") || user == who->end() || !user->is_object())
      return Access::Unknown;
    Document spec{{"nonResourceAttributes", {{"path", "/metrics"}, {"verb", "get"}}}};
    for (const auto& [from, to] : {std::pair{"username", "user"},
                                   {"groups", "groups"},
                                   {"uid", "uid"},
                                   {"extra", "extra"}}) {
      if (user->contains(from)) spec[to] = (*user)[from];
    }
    const auto may = ask(client, kAccessReviews,
                         {{"apiVersion", "authorization.k8s.io/v1"},
                          {"kind", "SubjectAccessReview"},
                          {"spec", std::move(spec)}},
                         stop);
    if (!may) return fail(may.error());
    return says_yes(*may, "allowed") && !says_yes(*may, "denied") ? Access::Allowed
                                                                  : Access::Forbidden;
  };
}

MetricsAccess::MetricsAccess(AccessReview review, const Clock& clock)
    : review_(std::move(review)),
      clock_(clock),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

MetricsAccess::~MetricsAccess() {
  thread_.request_stop();
  thread_.join();
  for (auto& question : questions_) question.reply(text(503, "stopping\n"));
}

void MetricsAccess::serve(const http::Request& request, http::Reply reply,
                          std::function<http::Response()> serve) {
  auto token = token_of(request);
  if (!token) return reply(refusal(Access::Unknown));
  if (const auto access = known(*token))
    return reply(*access == Access::Allowed ? serve() : refusal(*access));
  {
    const std::lock_guard lock(mutex_);
    if (questions_.size() < kWaiting) {
      questions_.push_back({std::move(*token), std::move(reply), std::move(serve)});
      wake_.notify_one();
      return;
    }
  }
  reply(text(503, "too many ask at once\n"));
}

void MetricsAccess::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Question question;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !questions_.empty(); })) return;
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    // Asked by several readers with one token at once, it is asked of the server once.
    auto access = known(question.token);
    if (!access) {
      const auto answer = review_(question.token, stop);
      if (!answer) {
        question.reply(
            text(503, "the API server cannot be asked: " + answer.error().message + "\n"));
        continue;
      }
      access = *answer;
      remember(question.token, *access);
    }
    question.reply(*access == Access::Allowed ? question.serve() : refusal(*access));
  }
}

std::optional<Access> MetricsAccess::known(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto it = known_.find(token);
  if (it == known_.end() || clock_.now() >= it->second.until) return std::nullopt;
  return it->second.access;
}

void MetricsAccess::remember(const std::string& token, Access access) {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [&](const auto& entry) { return now >= entry.second.until; });
  // Full of tokens that are nobody's: somebody is guessing, and is not to drive out who may read.
  if (known_.size() >= kTokens && access != Access::Allowed) return;
  if (known_.size() >= kTokens) known_.erase(known_.begin());
  known_[token] = {access, now + (access == Access::Allowed ? kAllowedFor : kRefusedFor)};
}

}  // namespace karbonetes::controller
