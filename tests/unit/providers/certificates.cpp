// Throw-away certificates, as the tests of src/http make them.
#include "../http/certificates.cpp"  // NOLINT(bugprone-suspicious-include)
