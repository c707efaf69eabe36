#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "kube/client/config.hpp"
#include "temp_dir.hpp"

namespace karbonetes::kube {
namespace {

using test::TempDir;
using test::Variable;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string config_with(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: main\n"
         "contexts:\n- name: main\n  context: {cluster: c, user: u, namespace: team}\n"
         "- name: anonymous\n  context: {cluster: c}\n- name: broken\n  context: {cluster: "
         "missing, user: u}\n"
         "- name: userless\n  context: {cluster: c, user: missing}\n- name: empty\n"
         "clusters:\n- name: c\n  cluster: {" +
         cluster +
         "}\n"
         "users:\n- name: u\n  user: {" +
         user + "}\n";
}

constexpr const char* kServer = "server: 'https://127.0.0.1:6443'";

class Kubeconfig : public testing::Test {
 protected:
  Result<ClusterConfig> load(const std::string& text, const std::string& context = "") {
    return load_kubeconfig(dir.write("config", text), context, clock);
  }
  // Every error names the file.
  Error error_of(const std::string& text, const std::string& context = "") {
    const auto config = load(text, context);
    EXPECT_FALSE(config) << text;
    if (config) return {};
    EXPECT_THAT(config.error().message, HasSubstr(dir.path("config")));
    return config.error();
  }

  const TempDir dir;
  ManualClock clock{*parse_rfc3339("2026-11-24T12:00:00Z")};
};

TEST_F(Kubeconfig, ReadsServerNamespaceAndToken) {
  const auto config = load(config_with(kServer, "token: t1"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.host, "127.0.0.1");
  EXPECT_EQ(config->server.port, 6443);
  EXPECT_EQ(config->default_namespace, "team");
  EXPECT_EQ(config->context, "main");
  EXPECT_EQ(*config->token->token(), "t1");
}

TEST_F(Kubeconfig, AnonymousContextHasNoToken) {
  const auto config = load(config_with(kServer, "token: t1"), "anonymous");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->token, nullptr);
  EXPECT_EQ(config->default_namespace, "default");
}

TEST_F(Kubeconfig, DataWinsOverFilesAndFilesAreRelativeToIt) {
  dir.write("ca.pem", "CA FILE");
  dir.write("pki/cert.pem", "CERT FILE");
  dir.write("pki/key.pem", "KEY FILE");
  const auto files =
      load(config_with(std::string(kServer) + ", certificate-authority: ca.pem",
                       "client-certificate: pki/cert.pem, client-key: " + dir.path("pki/key.pem")));
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->tls.ca_pem, "CA FILE");
  EXPECT_EQ(files->tls.certificate_pem, "CERT FILE");
  EXPECT_EQ(files->tls.private_key_pem, "KEY FILE");

  const auto data = load(config_with(
      std::string(kServer) + ", certificate-authority: ca.pem, certificate-authority-data: " +
          base64_encode("CA DATA"),
      "client-certificate-data: " + base64_encode("CERT") +
          ", client-key-data: " + base64_encode("KEY")));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->tls.ca_pem, "CA DATA");
  EXPECT_EQ(data->tls.private_key_pem, "KEY");
}

TEST_F(Kubeconfig, ReadsTlsOptions) {
  const auto config = load(config_with(
      std::string(kServer) + ", tls-server-name: a.example, insecure-skip-tls-verify: true", ""));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->tls.server_name, "a.example");
  EXPECT_TRUE(config->tls.insecure_skip_verify);
}

TEST_F(Kubeconfig, TokenFileIsRelativeAndWinsOverToken) {
  dir.write("token", "from-file");
  const auto config = load(config_with(kServer, "token: inline, tokenFile: token"));
  ASSERT_TRUE(config);
  EXPECT_EQ(*config->token->token(), "from-file");
}

TEST_F(Kubeconfig, ExecPluginIsRunFromBesideIt) {
  dir.write("bin/plugin",
            "#!/bin/sh\nprintf "
            "'{\"apiVersion\":\"client.authentication.k8s.io/"
            "v1beta1\",\"status\":{\"token\":\"%s-%s\"}}' \"$1\" \"$V\"\n",
            true);
  const auto config = load(config_with(
      kServer,
      "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/plugin, args: [a1], "
      "env: [{name: V, value: v1}], provideClusterInfo: true}"));
  ASSERT_TRUE(config) << config.error().message;
  const auto token = config->token->token();
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(*token, "a1-v1");
}

struct Mistake {
  const char* cluster;
  const char* user;
  const char* field;
};

class Mistaken : public Kubeconfig, public testing::WithParamInterface<Mistake> {};

TEST_P(Mistaken, NamesFileAndFieldAndNoSecret) {
  const std::string cluster = *GetParam().cluster != '\0' ? GetParam().cluster : kServer;
  const Error error = error_of(config_with(cluster, GetParam().user));
  EXPECT_THAT(error.message, HasSubstr(GetParam().field));
  EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, Mistaken,
    testing::Values(
        Mistake{"server: ''", "", "clusters[c].cluster.server"},
        Mistake{"server: 'ftp://a'", "", "clusters[c].cluster.server"},
        Mistake{"server: 'https://admin:hunter2@a'", "", "clusters[c].cluster.server"},
        Mistake{"server: [a]", "", "clusters[c].cluster.server must be a string"},
        Mistake{"server: 'https://a', proxy-url: 'http://p'", "", "clusters[c].cluster.proxy-url"},
        Mistake{"server: 'https://a', insecure-skip-tls-verify: maybe", "",
                "clusters[c].cluster.insecure-skip-tls-verify"},
        Mistake{
            "server: 'https://a', insecure-skip-tls-verify: true, certificate-authority-data: YQ==",
            "", "exclude each other"},
        Mistake{"server: 'https://a', certificate-authority-data: '%%'", "",
                "clusters[c].cluster.certificate-authority-data"},
        Mistake{"server: 'https://a', certificate-authority: missing.pem", "",
                "clusters[c].cluster.certificate-authority"},
        Mistake{"", "client-certificate-data: YQ==", "users[u].user"},
        Mistake{"", "client-key-data: 'hunter2!'", "client-key-data"},
        Mistake{"", "client-certificate: missing.pem", "missing.pem"},
        Mistake{"", "username: admin, password: hunter2", "users[u].user.username"},
        Mistake{"", "auth-provider: {name: gcp}", "users[u].user.auth-provider"},
        Mistake{"", "token: [hunter2]", "users[u].user.token"},
        Mistake{"", "exec: hunter2", "users[u].user.exec"},
        Mistake{"",
                "token: hunter2, exec: {apiVersion: client.authentication.k8s.io/v1, command: a}",
                "users[u].user.exec"},
        Mistake{"", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: a}",
                "exec.apiVersion"},
        Mistake{"", "exec: {apiVersion: client.authentication.k8s.io/v1}", "exec.command"},
        Mistake{"",
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: "
                "Always}",
                "exec.interactiveMode"},
        Mistake{"",
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: a, args: hunter2}",
                "exec.args"},
        Mistake{"",
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: a, env: [{value: "
                "hunter2}]}",
                "exec.env"}));

TEST_F(Kubeconfig, UnknownNamesAreNotFound) {
  const std::string text = config_with(kServer, "token: t1");
  EXPECT_THAT(error_of(text, "nobody").message,
              HasSubstr("contexts has no entry named \"nobody\""));
  EXPECT_EQ(error_of(text, "nobody").code, Errc::NotFound);
  EXPECT_THAT(error_of(text, "broken").message,
              HasSubstr("clusters has no entry named \"missing\""));
  EXPECT_THAT(error_of(text, "userless").message,
              HasSubstr("users has no entry named \"missing\""));
  EXPECT_THAT(error_of(text, "empty").message, HasSubstr("contexts[empty].context.cluster"));
  EXPECT_THAT(error_of("current-context: ''\n").message, HasSubstr("current-context is not set"));
}

TEST_F(Kubeconfig, WhatIsNotAKubeconfigIsParse) {
  for (const std::string& text :
       {std::string(""), std::string("hunter2"), std::string("- a\n"),
        std::string("token: hunter2\n\t- ]["), std::string("a: &x [*x, *y]"),
        std::string(5'000, '['), std::string("\0\xff\xfe", 3)}) {
    const Error error = error_of(text);
    EXPECT_EQ(error.code, Errc::Parse) << text.substr(0, 30);
    EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(Kubeconfig, OddShapesAreErrorsNotCrashes) {
  for (const char* text :
       {"current-context: m\ncontexts: 5\n",
        "current-context: m\ncontexts: [5, {name: [m]}, {name: m, context: 7}]\n",
        "current-context: {a: b}\n",
        "current-context: m\ncontexts: [{name: m, context: {cluster: {}}}]\n"}) {
    error_of(text);
  }
}

TEST_F(Kubeconfig, FirstExistingFileOfTheVariableIsUsed) {
  dir.write("config", config_with(kServer, "token: t1"));
  const Variable list("KUBECONFIG",
                      dir.path("missing") + "::" + dir.path("config") + ":" + dir.path("other"));
  const auto config = load_kubeconfig("", "", clock);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(*config->token->token(), "t1");
}

TEST_F(Kubeconfig, HomeIsTheDefault) {
  dir.write(".kube/config", config_with(kServer, "token: t1"));
  const Variable list("KUBECONFIG", "");
  const Variable home("HOME", dir.path());
  EXPECT_TRUE(load_kubeconfig("", "", clock));
}

TEST_F(Kubeconfig, MissingFileSaysWhatToSet) {
  const auto config = load_kubeconfig(dir.path("missing"), "", clock);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::NotFound);
  EXPECT_THAT(config.error().message,
              AllOf(HasSubstr(dir.path("missing")), HasSubstr("KUBECONFIG")));
  const Variable list("KUBECONFIG", "");
  const Variable home("HOME", "");
  EXPECT_EQ(load_kubeconfig("", "", clock).error().code, Errc::NotFound);
}

class InCluster : public Kubeconfig {
 protected:
  Variable host{"KUBERNETES_SERVICE_HOST", "10.0.0.1"};
  Variable port{"KUBERNETES_SERVICE_PORT", "443"};
};

TEST_F(InCluster, ReadsTheServiceAccount) {
  dir.write("ca.crt", "CA");
  dir.write("token", "t1\n");
  dir.write("namespace", "team\n");
  const auto config = load_in_cluster(clock, dir.path());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->server.tls);
  EXPECT_EQ(config->server.host, "10.0.0.1");
  EXPECT_EQ(config->tls.ca_pem, "CA");
  EXPECT_EQ(config->default_namespace, "team");
  EXPECT_EQ(config->context, "in-cluster");
  EXPECT_EQ(*config->token->token(), "t1");
  dir.write("token", "t2");
  clock.advance(Seconds(60));
  EXPECT_EQ(*config->token->token(), "t2");
}

TEST_F(InCluster, Ipv6ServiceAddressIsUnderstood) {
  const Variable six("KUBERNETES_SERVICE_HOST", "fd00::1");
  dir.write("ca.crt", "CA");
  dir.write("token", "t1");
  const auto config = load_in_cluster(clock, dir.path());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->server.host, "fd00::1");
}

TEST_F(InCluster, MissingPiecesAreNotFound) {
  EXPECT_THAT(load_in_cluster(clock, dir.path()).error().message, HasSubstr("ca.crt"));
  dir.write("ca.crt", "CA");
  EXPECT_THAT(load_in_cluster(clock, dir.path()).error().message, HasSubstr("token"));
  const Variable none("KUBERNETES_SERVICE_HOST", "");
  EXPECT_EQ(load_in_cluster(clock, dir.path()).error().code, Errc::NotFound);
}

TEST_F(Kubeconfig, LoadConfigFallsBackToTheDefaults) {
  const Variable host("KUBERNETES_SERVICE_HOST", "");
  const Variable list("KUBECONFIG", dir.write("config", config_with(kServer, "token: t1")));
  EXPECT_EQ(load_config("", "", clock)->context, "main");
  EXPECT_EQ(load_config(dir.path("config"), "anonymous", clock)->context, "anonymous");
}

}  // namespace
}  // namespace karbonetes::kube
