#include "support/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace deployctl::support {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

void must(bool ok) {
  if (!ok) throw std::runtime_error("OpenSSL could not make a test certificate");
}

Key new_key(int rsa_bits) {
  return Key(rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits)) : EVP_EC_gen("P-256"));
}

template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  must(write(bio.get()) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int id, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate new_certificate(EVP_PKEY* key, const std::string& role, const CertificateWish& wish) {
  static long serial = 1;
  // No two have the same name: an unknown authority must not pass for a known one with another key.
  const std::string subject = role + " " + std::to_string(++serial);
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.first_day * 86'400L);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.last_day * 86'400L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  std::string names;
  for (const auto& name : wish.names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& address : wish.addresses) names += (names.empty() ? "IP:" : ",IP:") + address;
  if (!names.empty()) add_extension(certificate.get(), NID_subject_alt_name, names);
  return certificate;
}

KeyAndCertificate as_pem(X509* certificate, EVP_PKEY* key) {
  return {pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
          pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
}

}  // namespace

struct TestAuthority::State {
  Key key = new_key(0);
  Certificate certificate = new_certificate(key.get(), "test authority", {.first_day = -2, .last_day = 2});
};

TestAuthority::TestAuthority() : state_(std::make_unique<State>()) {
  X509* certificate = state_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  must(X509_sign(certificate, state_->key.get(), EVP_sha256()) > 0);
  certificate_pem_ = as_pem(certificate, state_->key.get()).certificate_pem;
}
TestAuthority::~TestAuthority() = default;

KeyAndCertificate TestAuthority::sign(const CertificateWish& wish) const {
  const Key key = new_key(wish.rsa_bits);
  const Certificate certificate = new_certificate(key.get(), "test server", wish);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(state_->certificate.get()));
  must(X509_sign(certificate.get(), state_->key.get(), EVP_sha256()) > 0);
  return as_pem(certificate.get(), key.get());
}

KeyAndCertificate self_signed(const CertificateWish& wish) {
  const Key key = new_key(wish.rsa_bits);
  const Certificate certificate = new_certificate(key.get(), "self", wish);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return as_pem(certificate.get(), key.get());
}

}  // namespace deployctl::support
