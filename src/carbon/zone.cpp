#include "carbon/zone.hpp"

#include <date/tz.h>

#include <exception>
#include <string>

#include "base/text.hpp"

namespace karbonetes::carbon {

namespace {

// The database's folder holds tables and links beside the zones; names of IANA zones start with a
// capital letter, and "posix/" and "right/" (with leap seconds) are copies that nobody means.
bool looks_like_zone(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'A' && name.front() <= 'Z';
}

Status database_loaded() {
  try {
    (void)date::get_tzdb();
    return {};
  } catch (const std::exception& e) {
    return fail(Errc::Internal, std::string("no time zone database: install the package tzdata (") +
                                    e.what() + ")");
  }
}

}  // namespace

Result<const date::time_zone*> find_zone(std::string_view name) {
  static const Status loaded = database_loaded();
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  const auto unknown = [&] {
    return fail(Errc::InvalidArgument,
                "unknown time zone " + in_quotes(name) +
                    R"(: write an IANA name, e.g. "Europe/Berlin" or "UTC")");
  };
  if (!looks_like_zone(name)) return unknown();
  try {
    const date::time_zone* zone = date::locate_zone(name);
    // The file is read at the first question: ask one here, so that a file that is no zone is
    // noticed here.
    (void)zone->get_info(date::sys_seconds{});
    return zone;
  } catch (const std::exception&) {
    return unknown();
  }
}

}  // namespace karbonetes::carbon
