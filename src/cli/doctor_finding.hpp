// How the checks of doctor.hpp say what they found. For their .cpp files alone.
#pragma once

#include <string>
#include <utility>

#include "cli/doctor.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

[[nodiscard]] inline Finding finding(const char* check, Level level, std::string what,
                                     std::string advice = "") {
  return {check, level, std::move(what), std::move(advice)};
}

// Not being allowed to look is no fault of the installation.
[[nodiscard]] inline Finding unread(const char* check, const Error& error, const std::string& what,
                                    const std::string& advice) {
  if (error.code == Errc::Forbidden || error.code == Errc::Unauthorized)
    return finding(check, Level::Skipped, "you may not read " + what);
  if (error.code == Errc::NotFound)
    return finding(check, Level::Problem, what + " is not there", advice);
  return finding(check, Level::Problem, what + " cannot be read: " + printable(error.message),
                 advice);
}

}  // namespace karbonetes::cli
