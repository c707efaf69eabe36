// Peers that say exactly which bytes go over the wire, as the tests of src/http have them.
#include "../http/raw_peer.cpp"  // NOLINT(bugprone-suspicious-include)
