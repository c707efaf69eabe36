#include "dashboard/secret.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace karbonetes::dashboard {

Result<std::string> make_secret() {
  std::array<unsigned char, 32> bytes{};
  // Up to 256 bytes come whole, and are not interrupted once the kernel's pool is ready.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return fail(Errc::Unavailable,
                std::string("the kernel gives no random numbers: ") + std::strerror(errno));
  }
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15U];
  }
  return out;
}

bool same_secret(std::string_view secret, std::string_view guess) {
  if (secret.empty() || guess.size() != secret.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    difference = difference | static_cast<unsigned char>(secret[i] ^ guess[i]);
  }
  return difference == 0;
}

}  // namespace karbonetes::dashboard
