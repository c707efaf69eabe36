#include "harness/record.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace karbonetes::harness {
namespace {

RecordedProcess observe(std::string name, pid_t pid) {
  return {std::move(name), pid, start_ticks(pid).value_or(0)};
}

json::Document encode(const RecordedProcess& process) {
  return {{"name", process.name}, {"pid", process.pid}, {"startTicks", process.start_ticks}};
}

RecordedProcess decode_process(const json::Document& value) {
  return {value.at("name").get<std::string>(), value.at("pid").get<pid_t>(),
          value.at("startTicks").get<unsigned long long>()};
}

}  // namespace

bool RecordedProcess::running() const {
  return pid > 0 && start_ticks != 0 && harness::start_ticks(pid) == start_ticks;
}

std::filesystem::path record_file(const std::filesystem::path& directory) {
  return directory / "plane.json";
}

Record describe(const Plane& plane) {
  Record record;
  record.owner = observe("karbonetes-plane", getpid());
  for (const Part part : plane.parts()) {
    if (const auto pid = plane.pid(part)) record.parts.push_back(observe(name(part), *pid));
  }
  const Ports& ports = plane.ports();
  record.ports = {{"etcd", ports.etcd_client}, {"kube-apiserver", ports.apiserver}};
  if (plane.options().kwok) record.ports["kwok"] = ports.kwok;
  if (plane.options().karpenter) {
    record.ports["karpenter-health"] = ports.karpenter_health;
    record.ports["karpenter-metrics"] = ports.karpenter_metrics;
  }
  record.directory = plane.layout().root.string();
  record.kubeconfig = plane.kubeconfig().string();
  record.logs = plane.layout().logs().string();
  return record;
}

json::Document encode(const Record& record) {
  json::Document parts = json::Document::array();
  for (const auto& part : record.parts) parts.push_back(encode(part));
  json::Document ports = json::Document::object();
  for (const auto& [name, port] : record.ports) ports[name] = port;
  return {{"directory", record.directory}, {"kubeconfig", record.kubeconfig},
          {"logs", record.logs},           {"owner", encode(record.owner)},
          {"parts", std::move(parts)},     {"ports", std::move(ports)}};
}

Status write_record(const Record& record) {
  const auto file = record_file(record.directory);
  const auto aside = file.string() + ".new";
  std::ofstream out(aside, std::ios::trunc);
  out << encode(record).dump(2) << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(aside, file, error);
  if (!out || error) return fail(Errc::Unavailable, "cannot write " + file.string());
  return {};
}

Result<Record> read_record(const std::filesystem::path& directory) {
  const auto file = record_file(directory);
  std::ifstream in(file);
  if (!in) return fail(Errc::NotFound, "no control plane in " + directory.string());
  std::stringstream text;
  text << in.rdbuf();
  const auto document = json::parse(text.str());
  if (!document) return fail(Errc::Parse, file.string() + ": " + document.error().message);
  try {
    Record record;
    record.directory = document->at("directory").get<std::string>();
    record.kubeconfig = document->at("kubeconfig").get<std::string>();
    record.logs = document->at("logs").get<std::string>();
    record.owner = decode_process(document->at("owner"));
    for (const auto& part : document->at("parts")) record.parts.push_back(decode_process(part));
    for (const auto& [name, port] : document->at("ports").items()) {
      record.ports[name] = port.get<std::uint16_t>();
    }
    return record;
  } catch (const json::Document::exception& error) {
    return fail(Errc::Parse, file.string() + ": " + error.what());
  }
}

}  // namespace karbonetes::harness
