#pragma once

// Rules about several fields of one object at once, one overload a type. Each stands as a CEL rule at the same place of
// the schema in crds/, with the same sentence (held together by tests/contract).

#include <string>

#include "api/deployment.hpp"
#include "api/problems.hpp"

namespace deployctl::api {

inline void check_object(const auto&, const std::string&, Problems&) {}
void check_object(const DeploymentSpec& spec, const std::string& path, Problems& problems);
void check_object(const Source& source, const std::string& path, Problems& problems);
void check_object(const InlineSource& source, const std::string& path, Problems& problems);
void check_object(const GitRef& ref, const std::string& path, Problems& problems);
void check_object(const ArchiveSource& source, const std::string& path, Problems& problems);
void check_object(const Variable& variable, const std::string& path, Problems& problems);
void check_object(const ValueFrom& value, const std::string& path, Problems& problems);
void check_object(const VariablesFrom& from, const std::string& path, Problems& problems);
void check_object(const HttpHeader& header, const std::string& path, Problems& problems);
void check_object(const HttpCheck& check, const std::string& path, Problems& problems);
void check_object(const HookHttp& http, const std::string& path, Problems& problems);
void check_object(const HealthCheck& check, const std::string& path, Problems& problems);
void check_object(const Hook& hook, const std::string& path, Problems& problems);
void check_object(const Docker& docker, const std::string& path, Problems& problems);
void check_object(const DockerHost& host, const std::string& path, Problems& problems);
void check_object(const Ansible::Inventory& inventory, const std::string& path, Problems& problems);

}  // namespace deployctl::api
