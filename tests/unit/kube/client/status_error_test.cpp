#include "kube/client/status_error.hpp"

#include <gmock/gmock.h>

namespace karbonetes::kube {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TimePoint kNow{};

http::Response answer(int status, std::string body = "{}") { return {status, {}, std::move(body)}; }

Errc code(int status, std::string body = "{}", bool tested_patch = false) {
  return status_error(answer(status, std::move(body)), "GET /x", tested_patch, kNow).code;
}

TEST(StatusError, MapsEachStatus) {
  EXPECT_EQ(code(400), Errc::Invalid);
  EXPECT_EQ(code(401), Errc::Unauthorized);
  EXPECT_EQ(code(403), Errc::Forbidden);
  EXPECT_EQ(code(404), Errc::NotFound);
  EXPECT_EQ(code(409), Errc::Conflict);
  EXPECT_EQ(code(409, R"({"reason":"AlreadyExists"})"), Errc::AlreadyExists);
  EXPECT_EQ(code(410), Errc::Gone);
  EXPECT_EQ(code(415), Errc::Invalid);
  EXPECT_EQ(code(422), Errc::Invalid);
  EXPECT_EQ(code(429), Errc::TooManyRequests);
  EXPECT_EQ(code(500), Errc::Unavailable);
  EXPECT_EQ(code(504), Errc::Unavailable);
  EXPECT_EQ(code(302), Errc::Invalid);
}

TEST(StatusError, CarriesTheServersWords) {
  const Error error =
      status_error(answer(404, R"({"kind":"Status","message":"jobs.batch \"a\" not found"})"),
                   "GET /apis/batch/v1/namespaces/d/jobs/a", false, kNow);
  EXPECT_EQ(error.message,
            "GET /apis/batch/v1/namespaces/d/jobs/a: HTTP 404: jobs.batch \"a\" not found");
}

TEST(StatusError, HostileBodyIsShortenedAndKeptOnOneLine) {
  const Error error =
      status_error(answer(502, "<html>\r\nfake log line\x1b[31m" + std::string(100'000, 'x')),
                   "GET /", false, kNow);
  EXPECT_LT(error.message.size(), 1200u);
  EXPECT_THAT(error.message, Not(HasSubstr("\n")));
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
  for (const char* body : {"", "[]", "null", R"({"message":5,"details":[],"reason":{}})",
                           R"({"details":{"causes":5,"retryAfterSeconds":"x"}})"}) {
    EXPECT_EQ(code(422, body), Errc::Invalid) << body;
  }
}

// What the API server answers for a JSON Patch that could not be applied (apiserver 1.36,
// patch.go).
constexpr const char* kPatchRefused =
    R"({"kind":"Status","status":"Failure","message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422})";
constexpr const char* kValidation =
    R"({"kind":"Status","status":"Failure","message":"Job.batch \"a\" is invalid: spec.template: Invalid value: field is immutable","reason":"Invalid","details":{"name":"a","causes":[{"reason":"FieldValueInvalid","message":"x","field":"spec.template"}]},"code":422})";

TEST(StatusError, FailedPatchTestIsConflict) {
  EXPECT_EQ(code(422, kPatchRefused, true), Errc::Conflict);
  EXPECT_EQ(code(422, R"({"message":"testing value /spec/suspend failed: test failed"})", true),
            Errc::Conflict);
}

TEST(StatusError, RefusedObjectIsInvalidAlsoForATestedPatch) {
  EXPECT_EQ(code(422, kValidation, true), Errc::Invalid);
}

TEST(StatusError, RefusedPatchWithoutTestIsInvalid) {
  EXPECT_EQ(code(422, kPatchRefused, false), Errc::Invalid);
}

TEST(StatusError, RetryAfterComesFromHeaderElseFromTheStatus) {
  http::Response response = answer(429, R"({"details":{"retryAfterSeconds":7}})");
  EXPECT_EQ(status_error(response, "", false, kNow).retry_after, Seconds(7));
  response.headers.push_back({"Retry-After", "2"});
  EXPECT_EQ(status_error(response, "", false, kNow).retry_after, Seconds(2));
  EXPECT_EQ(status_error(answer(429), "", false, kNow).retry_after, std::nullopt);
}

TEST(HasTestOperation, LooksAtOperationsOnly) {
  EXPECT_TRUE(has_test_operation(R"([{"op":"add"},{"op":"test","path":"/a","value":1}])"));
  EXPECT_FALSE(has_test_operation(R"([{"op":"add","path":"/test","value":"test"}])"));
  EXPECT_FALSE(has_test_operation("not JSON"));
  EXPECT_FALSE(has_test_operation(R"({"op":"test"})"));
}

}  // namespace
}  // namespace karbonetes::kube
