#pragma once

// Certificates made while a test runs: an authority and what it signs.

#include <memory>
#include <string>
#include <vector>

namespace deployctl::support {

struct KeyAndCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateWish {
  std::vector<std::string> names;      ///< DNS names
  std::vector<std::string> addresses;  ///< IP addresses
  int first_day = -1;                  ///< relative to now
  int last_day = 1;
  int rsa_bits = 0;  ///< 0: an EC key
};

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }
  [[nodiscard]] KeyAndCertificate sign(const CertificateWish& wish) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string certificate_pem_;
};

KeyAndCertificate self_signed(const CertificateWish& wish);

}  // namespace deployctl::support
