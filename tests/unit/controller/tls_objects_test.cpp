// Secret and webhook configuration against an HTTP server of ours that plays the API server.
#include "controller/tls_objects.hpp"

#include <gmock/gmock.h>

#include <mutex>

#include "base/base64.hpp"
#include "http/server.hpp"
#include "json/document.hpp"

namespace karbonetes::controller {
namespace {

using json::Document;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "/api/v1/namespaces/karbonetes-system/secrets/tls";
constexpr const char* kConfiguration =
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/karbonetes";

class TlsObjectsTest : public testing::Test {
 protected:
  void SetUp() override {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    server_ = *http::Server::start(
        options, [this](http::Request&& r, const http::Reply& reply) { reply(answer(r)); });
    kube::ClusterConfig config;
    config.server = {false, "127.0.0.1", server_->port(), "/"};
    client_ = *kube::Client::make(config, "karbonetes/test", clock_, metrics_);
    objects_ = make_tls_objects(*client_, "karbonetes-system", "tls", "karbonetes");
  }

  http::Response answer(const http::Request& r) {
    const std::lock_guard lock(mutex_);
    const auto path = r.target.substr(0, r.target.find('?'));
    calls_.push_back(r.method + " " + path.substr(path.rfind('/') + 1));
    auto& object = path == kSecret ? secret_ : configuration_;
    if (path != kSecret && path != kConfiguration) return {404, {}, "{}"};
    if (r.method != "GET") {
      sent_ = *json::parse(r.body);
      if (refusal_ != 0) {
        const Document status = {{"kind", "Status"}, {"reason", "Conflict"}, {"message", "late"}};
        return {refusal_, {}, status.dump()};
      }
    }
    return {200, {}, object};
  }
  void configure(const std::string& first, const std::string& second) {
    configuration_ =
        Document{
            {"metadata", {{"name", "karbonetes"}, {"resourceVersion", "7"}}},
            {"webhooks",
             {{{"name", "a"}, {"clientConfig", {{"url", "x"}, {"caBundle", base64_encode(first)}}}},
              {{"name", "b"},
               {"clientConfig", {{"url", "x"}, {"caBundle", base64_encode(second)}}}},
              {{"name", "c"}, {"clientConfig", {{"url", "x"}}}}}}}
            .dump();
  }
  void keep(const std::string& ca) {
    secret_ = Document{{"metadata",
                        {{"name", "tls"},
                         {"resourceVersion", "41"},
                         {"labels", {{"of", "helm"}}},
                         {"managedFields", {{{"manager", "helm"}}}}}},
                       {"type", "Opaque"},
                       {"data", {{"ca.crt", base64_encode(ca)}, {"others", "eA=="}}}}
                  .dump();
  }

  ManualClock clock_{*parse_rfc3339("2026-11-24T12:00:00Z")};
  metrics::Registry metrics_;
  std::mutex mutex_;
  std::string secret_ = "{}", configuration_ = "{}";
  int refusal_ = 0;
  std::vector<std::string> calls_;  // guarded by mutex_, as the rest
  Document sent_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<TlsObjects> objects_;
};

TEST_F(TlsObjectsTest, TrustIsDecidedOnAConfigurationThatIsOlderThanTheSecret) {
  keep("new");
  configure("new", "old");
  const auto kept = objects_->read({});
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->trusted);
  configuration_ = "{}";  // what happens meanwhile is the API server's to refuse
  EXPECT_EQ(objects_->trust(kept->bundle.ca_pem, {}), true);
  EXPECT_THAT(calls_, ElementsAre("GET karbonetes", "GET tls", "PATCH karbonetes"));
  EXPECT_EQ(sent_, *json::parse(
                       R"([{"op":"test","path":"/metadata/resourceVersion","value":"7"},
      {"op":"add","path":"/webhooks/1/clientConfig/caBundle","value":"bmV3"},
      {"op":"add","path":"/webhooks/2/clientConfig/caBundle","value":"bmV3"}])"));
}

TEST_F(TlsObjectsTest, NothingIsWrittenWhereAllIsRight) {
  keep("new");
  configure("new", "new");
  auto right = *json::parse(configuration_);
  right["webhooks"].erase(2);
  configuration_ = right.dump();
  const auto kept = objects_->read({});
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->trusted);
  EXPECT_EQ(objects_->trust("new", {}), false);
  EXPECT_THAT(calls_, ElementsAre("GET karbonetes", "GET tls"));
}

TEST_F(TlsObjectsTest, WhatIsOfOthersStaysInTheSecret) {
  keep("old");
  auto kept = objects_->read({});
  ASSERT_TRUE(kept);
  kept->bundle = {"ca", "ca-key", {"crt", "key"}};
  ASSERT_TRUE(objects_->write(*kept, {}));
  EXPECT_EQ(sent_["metadata"]["resourceVersion"], "41");
  EXPECT_EQ(sent_["metadata"]["labels"]["of"], "helm");
  EXPECT_FALSE(sent_["metadata"].contains("managedFields"));
  EXPECT_EQ(sent_["type"], "Opaque");
  const Document data = {{"ca.crt", base64_encode("ca")},
                         {"others", "eA=="},
                         {"ca.key", base64_encode("ca-key")},
                         {"tls.crt", base64_encode("crt")},
                         {"tls.key", base64_encode("key")}};
  EXPECT_EQ(sent_["data"], data);
}

TEST_F(TlsObjectsTest, LateWritesAreConflicts) {
  keep("new");
  configure("old", "old");
  const auto kept = objects_->read({});
  ASSERT_TRUE(kept);
  refusal_ = 409;
  const auto written = objects_->write(*kept, {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::Conflict);
  const auto told = objects_->trust("new", {});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, Errc::Conflict);
}

TEST_F(TlsObjectsTest, StrangeObjectsAreEmptyOnesAndBrokenAnswersErrorsWithoutTheirContent) {
  for (const char* strange :
       {R"({"data":null})", R"({"data":[1]})", R"({"data":{"ca.crt":7,"ca.key":"%%%"}})"}) {
    secret_ = strange;
    const auto kept = objects_->read({});
    ASSERT_TRUE(kept) << strange;
    EXPECT_TRUE(kept->bundle.ca_pem.empty() && kept->bundle.ca_key_pem.empty());
  }
  for (const char* strange : {R"({"webhooks":{"a":1}})", R"({"webhooks":[1,null]})", "[]", "x"}) {
    configuration_ = strange;
    EXPECT_TRUE(objects_->read({})) << "the Secret can be read: " << strange;
  }
  EXPECT_FALSE(objects_->trust("ca", {}));
  secret_ = R"({"data":{"ca.key":"bm90IGZvciBsb2dz)";
  const auto broken = objects_->read({});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, Not(HasSubstr("bm90")));
}

}  // namespace
}  // namespace karbonetes::controller
