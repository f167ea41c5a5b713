#include "kube/config.hpp"

#include <fstream>
#include <iterator>

#include "base/sha256.hpp"
#include "base/strict_yaml.hpp"
#include "http/url_filter.hpp"

namespace deployctl::kube {

namespace {

constexpr std::size_t kPemLimit = 1024U * 1024;

void put(Json& into, const char* name, const std::string& value) {
  if (!value.empty()) into[name] = value;
}

void put_pem(Json& into, const std::string& name, const PemSource& source) {
  if (!source.file.empty()) {
    into[name] = source.file;
  } else if (!source.text.empty()) {
    into[name + "-data"] = base64_encode(source.text);
  }
}

}  // namespace

Result<std::string> PemSource::read() const {
  if (file.empty()) return text;
  std::ifstream in(file, std::ios::binary);
  std::string bytes;
  if (in) bytes.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || bytes.empty()) return fail(ErrorKind::Invalid, "file " + file + " cannot be read or is empty");
  if (bytes.size() > kPemLimit) return fail(ErrorKind::Invalid, "file " + file + " is larger than 1 MiB");
  return bytes;
}

Result<void> set_server(Config& config, const std::string& url) {
  auto parsed = http::parse_url(url);
  if (!parsed) return parsed.error();
  config.tls = parsed->tls;
  config.host = parsed->host;
  config.port = parsed->port;
  config.path_prefix = parsed->target.substr(0, parsed->target.find('?'));
  while (config.path_prefix.ends_with('/')) config.path_prefix.pop_back();
  return {};
}

std::string authority(const Config& config) {
  return http::Url{.tls = config.tls, .host = config.host, .port = config.port}.authority();
}

std::string server_url(const Config& config) {
  return (config.tls ? "https://" : "http://") + authority(config) + config.path_prefix;
}

std::string render_kubeconfig(const Config& config) {
  Json cluster = {{"server", server_url(config)}};
  put_pem(cluster, "certificate-authority", config.ca);
  if (config.insecure_skip_tls_verify) cluster["insecure-skip-tls-verify"] = true;
  put(cluster, "tls-server-name", config.tls_server_name);
  put(cluster, "proxy-url", config.proxy_url);
  Json user = Json::object();
  put(user, "tokenFile", config.token_file);
  if (config.token_file.empty()) put(user, "token", config.token);
  put(user, "username", config.username);
  put(user, "password", config.password);
  put_pem(user, "client-certificate", config.client_certificate);
  put_pem(user, "client-key", config.client_key);
  const Json context = {{"cluster", "cluster"}, {"user", "user"}, {"namespace", config.ns}};
  return dump_yaml({{"apiVersion", "v1"},
                    {"kind", "Config"},
                    {"clusters", Json::array({{{"name", "cluster"}, {"cluster", cluster}}})},
                    {"users", Json::array({{{"name", "user"}, {"user", user}}})},
                    {"contexts", Json::array({{{"name", "context"}, {"context", context}}})},
                    {"current-context", "context"}});
}

}  // namespace deployctl::kube
