#pragma once

// The shapes of text in a spec: each as the pattern that stands in the schema and as the function that decides here.
// tests/contract holds the two together. No std::regex: what is matched comes from users.

#include <array>
#include <string_view>

namespace deployctl::api {

struct Format {
  std::string_view pattern;  ///< as in the schema (RE2 syntax, searched)
  bool (*accepts)(std::string_view text);
  std::string_view expected;  ///< "must be …" in messages
};

extern const Format kObjectName;     ///< name of a Secret, ConfigMap, ServiceAccount, Deployment
extern const Format kDnsLabel;       ///< name of a namespace
extern const Format kDataKey;        ///< key of a Secret or ConfigMap
extern const Format kVariableName;   ///< shell-like name
extern const Format kPrefix;         ///< nothing, or the beginning of a variable's name
extern const Format kText;           ///< anything but NUL
extern const Format kLine;           ///< no control character
extern const Format kWord;           ///< letters, digits and `_.:-`, beginning with a letter or digit
extern const Format kImageName;      ///< one word; `${version}` may stand in it
extern const Format kHttpUrl;        ///< http:// or https://
extern const Format kGitUrl;         ///< https:// or ssh://
extern const Format kEndpoint;       ///< unix://, tcp:// or ssh://
extern const Format kSha256;         ///< 64 lower-case hex characters
extern const Format kHeaderName;     ///< token of RFC 9110
extern const Format kStatusCodes;    ///< "200-399,418"
extern const Format kHost;           ///< host name or IP address
extern const Format kIpAddress;      ///< the characters of one
extern const Format kVolumeSource;   ///< name or path without `,` and `:`
extern const Format kAbsolutePath;   ///< the same, beginning with `/`
extern const Format kMemory;         ///< 512m
extern const Format kCpus;           ///< 0.5
extern const Format kQualifiedName;  ///< "deployctl.io/v1alpha1"

extern const std::array<const Format*, 22> kFormats;  ///< all of them, for tests

}  // namespace deployctl::api
