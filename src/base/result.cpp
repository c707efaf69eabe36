#include "base/result.hpp"

namespace karbonetes {

const char* name(Errc code) {
  switch (code) {
    case Errc::InvalidArgument:
      return "invalid_argument";
    case Errc::Parse:
      return "parse";
    case Errc::NotFound:
      return "not_found";
    case Errc::AlreadyExists:
      return "already_exists";
    case Errc::Conflict:
      return "conflict";
    case Errc::Gone:
      return "gone";
    case Errc::Invalid:
      return "invalid";
    case Errc::Unauthorized:
      return "unauthorized";
    case Errc::Forbidden:
      return "forbidden";
    case Errc::TooManyRequests:
      return "too_many_requests";
    case Errc::Timeout:
      return "timeout";
    case Errc::Cancelled:
      return "cancelled";
    case Errc::Unavailable:
      return "unavailable";
    case Errc::Internal:
      return "internal";
  }
  return "internal";
}

}  // namespace karbonetes
