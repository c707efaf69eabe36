#include "logging/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace karbonetes {

namespace {

// The message as the inside of a JSON string: spdlog's patterns do not escape.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto append = [&](std::string_view text) {
      out.append(text.data(), text.data() + text.size());
    };
    for (const char c : message.payload) {
      if (c == '"' || c == '\\') {
        const char escaped[] = {'\\', c};
        append({escaped, 2});
      } else if (static_cast<unsigned char>(c) < 0x20) {
        const char escaped[] = {'\\', 'u', '0', '0', kHex[c >> 4 & 15], kHex[c & 15]};
        append({escaped, 6});
      } else {
        append({&c, 1});
      }
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

}  // namespace

void set_up_logging(const std::string& format, const std::string& level) {
  auto logger = spdlog::stderr_color_mt("karbonetes");
  spdlog::set_default_logger(logger);
  if (format == "json") {
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","msg":"%*"})");
    logger->set_formatter(std::move(formatter));
  } else {
    logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %v");
  }
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::flush_on(spdlog::level::warn);
}

}  // namespace karbonetes
