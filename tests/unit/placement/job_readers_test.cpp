// simdjson's path against nlohmann, over the Jobs that fuzzing keeps and over ones bent in every
// place, the same each time. Fuzzing does it with more of them (fuzz/job.cpp).
#include "job_readers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "job_text.hpp"

namespace karbonetes {
namespace {

std::vector<std::string> kept_jobs() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path root = KARBONETES_SOURCE_DIR "/fuzz";
  for (const char* folder : {"corpus/job", "regressions/job"}) {
    if (!std::filesystem::is_directory(root / folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

// simdjson does not look at what it skips: a Job may be taken in by it alone.
struct Outcome {
  bool taken_in = false;     // by simdjson's path
  std::string disagreement;  // with nlohmann, where both took it in
};

Outcome read_by_both(const std::string& text) {
  const std::string wrapped = "{\"object\":" + text + "}";
  const auto document = json::parse(wrapped);
  Outcome outcome;
  json::Reader reader;
  const Status status = reader.each(wrapped, [&](std::string_view, json::Value value) -> Status {
    const auto job = kube::decode_job(value);
    if (!job) return fail(job.error());
    outcome.taken_in = true;
    if (document && document->size() == 1 && !fuzz::has_twins(wrapped))
      outcome.disagreement = fuzz::disagreement((*document)["object"], *job);
    return {};
  });
  outcome.taken_in = outcome.taken_in && status.has_value();
  return outcome;
}

TEST(JobReaders, AgreeOnTheKeptJobs) {
  const auto jobs = kept_jobs();
  ASSERT_GE(jobs.size(), 3u);
  std::size_t taken_in = 0;
  for (const std::string& job : jobs) {
    const Outcome outcome = read_by_both(job);
    taken_in += outcome.taken_in ? 1 : 0;
    EXPECT_EQ(outcome.disagreement, "") << job;
  }
  EXPECT_GE(taken_in, 3u);
}

// Puts a fragment in place of some bytes, or takes them out.
std::string bent(std::string text, std::mt19937& random) {
  static const std::vector<std::string> fragments{
      "",        "null",  "true",     "false",   "0",
      "-1e9",    "\"\"",  "\"x\"",    "{}",      "[]",
      "{",       "}",     "[",        "]",       ",",
      ":",       "\"",    "\\",       "\\u0000", "\\ud83d\\ude00",
      "\xff",    "\n",    " ",        "é",       "\\\"",
      "\\ud800", "1e400", "\"a\":1,", "\t"};
  const auto below = [&](std::size_t n) { return random() % n; };
  for (std::size_t times = 1 + below(3); times > 0; --times) {
    const std::size_t at = below(text.size());
    text.replace(at, below(8), fragments[below(fragments.size())]);
    if (text.empty()) return "{}";
  }
  return text;
}

TEST(JobReaders, AgreeOnBentJobs) {
  const auto jobs = kept_jobs();
  ASSERT_FALSE(jobs.empty());
  std::mt19937 random(1);
  std::size_t taken_in = 0;
  constexpr int kTries = 20'000;
  for (int i = 0; i < kTries; ++i) {
    const std::string job = bent(jobs[random() % jobs.size()], random);
    const Outcome outcome = read_by_both(job);
    taken_in += outcome.taken_in ? 1 : 0;
    ASSERT_EQ(outcome.disagreement, "") << job;
  }
  EXPECT_GT(taken_in, kTries / 20) << "too few were left whole for this to say anything";
}

}  // namespace
}  // namespace karbonetes
