#include "kube/client/paths.hpp"

#include "http/types.hpp"

namespace karbonetes::kube {

namespace {

std::string group_version(const Resource& resource) {
  std::string path = resource.group.empty() ? "/api" : "/apis/" + std::string(resource.group);
  path += '/';
  path += resource.version;
  return path;
}

}  // namespace

std::string cluster_path(const Resource& resource) {
  return group_version(resource) + '/' + std::string(resource.plural);
}

std::string cluster_object_path(const Resource& resource, std::string_view name) {
  return cluster_path(resource) + '/' + http::percent_encode(name);
}

std::string namespace_path(const Resource& resource, std::string_view ns) {
  return group_version(resource) + "/namespaces/" + http::percent_encode(ns) + '/' +
         std::string(resource.plural);
}

std::string object_path(const Resource& resource, std::string_view ns, std::string_view name) {
  return namespace_path(resource, ns) + '/' + http::percent_encode(name);
}

}  // namespace karbonetes::kube
