// The throw-away certificates of tests/unit/http, for this binary too.
#include "../http/certificates.cpp"  // NOLINT(bugprone-suspicious-include)
