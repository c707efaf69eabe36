#include "dashboard/site.hpp"

#include "dashboard/assets.hpp"
#include "dashboard/query.hpp"
#include "json/document.hpp"

namespace karbonetes::dashboard {

namespace {

http::Response answer(int status, std::string_view type, std::string body) {
  return {status,
          {{"Content-Type", std::string(type)},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
           {"X-Content-Type-Options", "nosniff"},
           {"X-Frame-Options", "DENY"},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Cross-Origin-Resource-Policy", "same-origin"}},
          std::move(body)};
}

http::Response sentence(int status, std::string text) {
  return answer(status, "text/plain; charset=utf-8", std::move(text) + "\n");
}

http::Response error_json(int status, const std::string& message) {
  const json::Document body = {{"error", message}};
  return answer(status, "application/json",
                body.dump(-1, ' ', true, json::Document::error_handler_t::replace));
}

http::Response refusal(Verdict verdict) {
  switch (verdict) {
    case Verdict::WrongHost:
      return sentence(403,
                      "This address is not the dashboard's own: open the one that it printed.");
    case Verdict::WrongMethod: {
      auto response = sentence(405, "The dashboard only shows: GET and HEAD.");
      response.headers.push_back({"Allow", "GET, HEAD"});
      return response;
    }
    case Verdict::CrossSite:
      return sentence(403, "The dashboard answers no other site.");
    default:
      return sentence(403,
                      "Open the address that `kubectl karbonetes dashboard` has printed: it ends "
                      "with a token, which tells that you started it.");
  }
}

}  // namespace

void Site::handle(const http::Request& request, const http::Reply& reply) {
  const Verdict verdict = gatekeeper_.check(request);
  if (verdict != Verdict::Allowed && verdict != Verdict::Admitted) return reply(refusal(verdict));

  const std::string_view path = path_of(request.target);
  if (path == "/") {
    auto response = answer(200, content_type("index.html"), std::string(*asset("index.html")));
    if (verdict == Verdict::Admitted)
      response.headers.push_back({"Set-Cookie", gatekeeper_.cookie()});
    return reply(std::move(response));
  }
  if (path == "/events") {
    auto response = answer(200, "text/event-stream", "");
    // A HEAD must not take a reader's place.
    if (request.method == "GET") {
      response.stream = broadcaster_.subscribe(
          http::find_header(request.headers, "Last-Event-ID").value_or(std::string_view()));
      if (!response.stream) return reply(sentence(503, "Too many pages are open: close some."));
    }
    return reply(std::move(response));
  }
  if (path == "/model") return reply(answer(200, "application/json", broadcaster_.newest()));
  if (path == "/explain") return explain(request, reply);
  constexpr std::string_view kAssets = "/assets/";
  if (path.starts_with(kAssets)) {
    const std::string_view name = path.substr(kAssets.size());
    if (const auto bytes = asset(name))
      return reply(answer(200, content_type(name), std::string(*bytes)));
  }
  reply(sentence(404, "There is nothing here."));
}

void Site::explain(const http::Request& request, const http::Reply& reply) {
  const auto ns = query_value(request.target, "namespace");
  const auto name = query_value(request.target, "name");
  if (!ns || !name || ns->empty() || name->empty())
    return reply(error_json(400, "write /explain?namespace=NAMESPACE&name=JOB"));
  const bool taken = worker_.post([this, ns = *ns, name = *name, reply] {
    const auto text = explain_(ns, name);
    if (text) return reply(answer(200, "application/json", *text));
    reply(error_json(text.error().code == Errc::NotFound ? 404 : 502, text.error().message));
  });
  if (!taken) reply(error_json(503, "too many questions at once: ask again"));
}

}  // namespace karbonetes::dashboard
