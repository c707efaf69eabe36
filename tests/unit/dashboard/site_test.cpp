#include "dashboard/site.hpp"

#include <gmock/gmock.h>

#include <future>

#include "dashboard/assets.hpp"

namespace karbonetes::dashboard {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SiteTest : public testing::Test {
 protected:
  http::Response ask(const std::string& target, const std::string& method = "GET",
                     const std::string& host = "127.0.0.1:7") {
    http::Request request;
    request.method = method;
    request.target = target;
    request.headers = {{"Host", host}};
    if (with_cookie_) request.headers.push_back({"Cookie", "karbonetes-7=t0ken"});
    std::promise<http::Response> answer;
    site_.handle(request, [&](http::Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }
  static std::string header(const http::Response& response, const char* name) {
    return std::string(http::find_header(response.headers, name).value_or(""));
  }

  bool with_cookie_ = true;
  Gatekeeper gatekeeper_{"t0ken", "t1cket", 7};
  Broadcaster broadcaster_{"run"};
  Site site_{gatekeeper_, broadcaster_,
             [](const std::string& ns, const std::string& name) -> Result<std::string> {
               if (name == "gone") return fail(Errc::NotFound, "not there");
               if (name == "down") return fail(Errc::Unavailable, "no \"answer\"");
               return "{\"of\":\"" + ns + "/" + name + "\"}";
             }};
};

TEST_F(SiteTest, PageRefersToItsOwnFilesAlone) {
  const auto page = ask("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(header(page, "Content-Type"), StartsWith("text/html"));
  EXPECT_THAT(page.body, Not(HasSubstr("http://")));
  EXPECT_THAT(page.body, Not(HasSubstr("https://")));
  // The policy forbids both; they would be dead, and a fault on the console.
  EXPECT_THAT(page.body, Not(HasSubstr("style=\"")));
  EXPECT_THAT(page.body, Not(HasSubstr("onclick")));
  std::size_t files = 0;
  for (std::size_t at = page.body.find("\"/assets/"); at != std::string::npos;
       at = page.body.find("\"/assets/", at + 1)) {
    const auto name = page.body.substr(at + 9, page.body.find('"', at + 1) - at - 9);
    EXPECT_TRUE(asset(name)) << name;
    ++files;
  }
  EXPECT_GE(files, 3U);
}

TEST_F(SiteTest, EachFileIsServedWithItsTypeAndImportsOnlyOthersOfThem) {
  EXPECT_GE(assets().size(), 10U);
  for (const Asset& file : assets()) {
    const auto answer = ask("/assets/" + std::string(file.name));
    EXPECT_EQ(answer.status, 200) << file.name;
    EXPECT_EQ(answer.body, file.bytes);
    EXPECT_FALSE(file.bytes.empty());
    EXPECT_NE(content_type(file.name), "application/octet-stream") << file.name;
    if (!file.name.ends_with(".js")) continue;
    for (std::size_t at = file.bytes.find("from './"); at != std::string::npos;
         at = file.bytes.find("from './", at + 1)) {
      const auto name = file.bytes.substr(at + 8, file.bytes.find('\'', at + 6) - at - 8);
      EXPECT_TRUE(asset(name)) << file.name << " imports " << name;
    }
  }
}

TEST_F(SiteTest, EveryAnswerIsForThisPageAloneAndIsNotKept) {
  for (const char* target : {"/", "/events", "/model", "/nothing", "/assets/app.css", "/explain"}) {
    for (const bool cookie : {true, false}) {
      with_cookie_ = cookie;
      const auto answer = ask(target);
      EXPECT_THAT(header(answer, "Content-Security-Policy"),
                  AllOf(StartsWith("default-src 'none'; script-src 'self'"),
                        HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe"))))
          << target;
      EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
      EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
      EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
    }
  }
}

TEST_F(SiteTest, WithoutTheSecretItSaysWhatToDoAndNothingElse) {
  with_cookie_ = false;
  for (const char* target :
       {"/", "/events", "/model", "/explain?namespace=a&name=b", "/assets/main.js"}) {
    const auto answer = ask(target);
    EXPECT_EQ(answer.status, 403) << target;
    EXPECT_THAT(answer.body, HasSubstr("kubectl karbonetes dashboard"));
    EXPECT_FALSE(answer.stream);
  }
  EXPECT_EQ(ask("/model", "GET", "evil.example:7").status, 403);
  const auto post = ask("/model", "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(header(post, "Allow"), "GET, HEAD");
}

TEST_F(SiteTest, AddressGivesTheCookieOnThePageAlone) {
  with_cookie_ = false;
  EXPECT_THAT(header(ask("/?token=t1cket"), "Set-Cookie"), StartsWith("karbonetes-7=t0ken;"));
  EXPECT_EQ(header(ask("/model?token=t0ken"), "Set-Cookie"), "");
  with_cookie_ = true;
  EXPECT_EQ(header(ask("/"), "Set-Cookie"), "");
}

TEST_F(SiteTest, EventsAreAStream) {
  Model model;
  model.sections["notes"] = "[]";
  broadcaster_.publish(model);
  const auto answer = ask("/events");
  EXPECT_EQ(header(answer, "Content-Type"), "text/event-stream");
  ASSERT_TRUE(answer.stream);
  EXPECT_THAT(answer.stream->take().bytes, EndsWith("data: {\"notes\":[],\"jobs\":{}}\n\n"));
  EXPECT_FALSE(ask("/events", "HEAD").stream) << "it takes no reader's place";
  EXPECT_EQ(ask("/model").body, "{\"notes\":[],\"jobs\":{}}");
}

TEST_F(SiteTest, TooManyPagesAreTold) {
  std::vector<http::Response> open;
  open.reserve(Broadcaster::kMaxReaders);
  for (std::size_t i = 0; i < Broadcaster::kMaxReaders; ++i) open.push_back(ask("/events"));
  EXPECT_EQ(ask("/events").status, 503);
}

TEST_F(SiteTest, ExplainsAJob) {
  EXPECT_EQ(ask("/explain?namespace=team-a&name=x%2Fy").body, R"({"of":"team-a/x/y"})");
  EXPECT_EQ(ask("/explain?namespace=a&name=gone").status, 404);
  const auto down = ask("/explain?namespace=a&name=down");
  EXPECT_EQ(down.status, 502);
  EXPECT_EQ(down.body, R"({"error":"no \"answer\""})");
  for (const char* target : {"/explain", "/explain?name=b", "/explain?namespace=a&name="})
    EXPECT_EQ(ask(target).status, 400) << target;
}

TEST_F(SiteTest, NothingElseIsThere) {
  for (const char* target : {"/assets/", "/assets", "/assets/../site.cpp", "/index.html", "//",
                             "/assets/APP.css", "/events/x"}) {
    EXPECT_EQ(ask(target).status, 404) << target;
  }
}

}  // namespace
}  // namespace karbonetes::dashboard
