#include "terraform/programs.hpp"

#include <gmock/gmock.h>

#include <map>

#include "base/text.hpp"
#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string in_file(const std::string& name, std::string_view text) {
  const auto found = program_in(name, text);
  return !found ? found.error().message : found->value_or("none");
}

constexpr auto kExec =
    "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n    command = \"id\"\n  }\n}\n";

TEST(TerraformPrograms, AreFoundWithFileLineAndBlock) {  // fault T12
  EXPECT_EQ(in_file("main.tf", kExec), "main.tf:2: provisioner \"local-exec\"");
  EXPECT_EQ(in_file("main.tf", "# none\ndata \"external\" \"x\" {\n}\n"), "main.tf:2: data \"external\"");
  EXPECT_EQ(in_file("main.tf", "data external x {}\n"), "main.tf:1: data \"external\"");
  EXPECT_EQ(in_file("a.tofu", "resource a b {\n  provisioner \"local\\u002dexec\" {\n  }\n}\n"),
            "a.tofu:2: provisioner \"local-exec\"");
}

TEST(TerraformPrograms, AreFoundInJsonWhereverListsStand) {  // fault T12
  constexpr auto kWords = "a.tf.json: provisioner \"local-exec\"";
  EXPECT_EQ(in_file("a.tf.json", R"({"resource":{"t":{"n":{"provisioner":{"local-exec":{"command":"id"}}}}}})"),
            kWords);
  EXPECT_EQ(in_file("a.tf.json", R"([{"resource":[{"t":[{"n":[{"provisioner":[{"local-exec":[{}]}]}]}]}]}])"), kWords);
  EXPECT_EQ(in_file("a.tf.json", R"({"removed":[{"from":"a.b","provisioner":[{"local-exec":{"when":"destroy"}}]}]})"),
            kWords);
  EXPECT_EQ(in_file("a.tf.json", R"({"data":[{"external":{"x":{}}}]})"), "a.tf.json: data \"external\"");
  EXPECT_EQ(in_file("a.tf.json", R"({"check":{"up":[{"data":{"external":{"x":{}}}}]}})"),
            "a.tf.json: data \"external\"");
}

TEST(TerraformPrograms, AreFoundInACheckARemovalAndBehindAByteOrderMark) {  // fault T12
  EXPECT_EQ(in_file("main.tf", "check \"up\" {\n  data \"external\" \"x\" {\n  }\n}\n"),
            "main.tf:2: data \"external\"");
  EXPECT_EQ(in_file("main.tf", "removed {\n  from = a.b\n  provisioner \"local-exec\" {\n  }\n}\n"),
            "main.tf:3: provisioner \"local-exec\"");
  EXPECT_EQ(in_file("main.tf",
                    "\xEF\xBB\xBF"
                    "data \"external\" \"x\" {\n}\n"),
            "main.tf:1: data \"external\"");
}

/// What HCL reads as the program's block, and a reader that is off by a word as text or a comment.
TEST(TerraformPrograms, CannotHideWhereAHeredocEnds) {  // fault T12
  const std::string hidden = std::string("}\n") + kExec + "/*\nEOT\n}\n*/\n";
  for (const char* space : {"\xC2\xA0", "\xC2\x85", "\v", "\f", "\xE2\x80\x83"}) {
    const std::string before = std::string("locals {\n  a = <<EOT\nx\n") + space + "EOT\n" + hidden;
    EXPECT_THAT(in_file("main.tf", before), HasSubstr("may end a heredoc or not"));
    const std::string after = std::string("locals {\n  a = <<EOT\nx\nEOT") + space + "\n" + hidden;
    EXPECT_THAT(in_file("main.tf", after), HasSubstr("may end a heredoc or not"));
  }
  EXPECT_EQ(in_file("main.tf", "locals {\n  a = <<null\n${[1,\nnull\n][0]}\n/*\nnull\n}\n" + std::string(kExec) +
                                   "locals {\n  b = 1 /* */\n}\n"),
            "main.tf:10: provisioner \"local-exec\"");
  EXPECT_EQ(in_file("main.tf", "locals {\n  a = <<EOT\n$${\nEOT\n}\n" + std::string(kExec)),
            "main.tf:7: provisioner \"local-exec\"");
}

TEST(TerraformPrograms, WhatATemplateCouldHideIsRefused) {  // fault T12
  for (const char* value : {"\"${1 # }\n}\"", "\"${1 /* } */}\"", "\"${1 // }\n}\"", "\"${<<EOT\n}\nEOT\n}\"",
                            "\"$$${a}\"", "<<EOT\n%%%{a\nEOT"})
    EXPECT_THAT(in_file("main.tf", std::string("locals {\n  a = ") + value + "\n}\n"), HasSubstr("cannot be read"))
        << value;
  EXPECT_EQ(in_file("main.tf", "locals {\n  a = \"${b[\"x\"]} $${c} %{if d}e%{endif} $$ 100%\"\n}\n"), "none");
  EXPECT_EQ(in_file("main.tf", "locals {\n  a = <<-EOT\n    ${b} of 100 $ # text\n  EOT\n}\n"), "none");
}

TEST(TerraformPrograms, OtherBlocksAndTextAreNone) {  // fault T12
  EXPECT_EQ(in_file("main.tf", "resource \"external\" \"data\" {\n  provisioner \"file\" {\n  }\n}\n"), "none");
  EXPECT_EQ(in_file("main.tf", "# provisioner \"local-exec\" {}\nlocals {\n  a = \"data external {\"\n}\n"), "none");
  EXPECT_EQ(in_file("a.tf.json", R"({"locals":{"data":{"external":{}}},"resource":{"external":{"x":{}}}})"), "none");
}

TEST(TerraformPrograms, AFileThatCannotBeReadIsRefusedAndNotPassedOver) {  // fault T12
  EXPECT_THAT(in_file("main.tf", "resource a b {\n"), HasSubstr("main.tf:2: cannot be read"));
  EXPECT_THAT(in_file("main.tf.json", "{"), HasSubstr("main.tf.json"));
  EXPECT_FALSE(read_file_list("3\t/op/src/a\nb.tf\n"));
  EXPECT_FALSE(read_file_list("x\t/op/src/a.tf\n"));
  EXPECT_FALSE(read_file_list("99999999999\t/op/src/a.tf\n"));
}

TEST(TerraformPrograms, ModulesAreThoseThatInitWroteDown) {  // fault T12
  const char* manifest = R"({"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"net","Source":"./net","Dir":"net"},)"
                         R"({"Key":"up","Source":"../up","Dir":"../up"},{"Key":"far","Dir":"/op/data/modules/far/"}]})";
  EXPECT_THAT(module_directories("/op/src/infra", manifest).value(),
              ElementsAre("/op/src/infra", "/op/src/infra", "/op/src/infra/net", "/op/src/up", "/op/data/modules/far"));
  EXPECT_FALSE(module_directories("/op/src", "{"));
  EXPECT_FALSE(module_directories("/op/src", R"({"Modules":[{"Key":""}]})"));
}

const std::string kData = "/tool-caches/" + bounded_name("shop_web", 200) + "/data";

/// A module of its own, one beside it, and one that was downloaded; `where` runs a program.
Cloud with_program(const std::string& where, bool restricted = true) {
  Cloud cloud;
  cloud.restricted = restricted;
  for (const std::string& path : {std::string("/op/src/main.tf"), std::string("/op/src/net/main.tf"),
                                  kData + "/modules/far/main.tf", kData + "/modules/far/examples/main.tf"})
    cloud.module_files[path] = path == where ? kExec : "resource \"terraform_data\" \"a\" {}\n";
  cloud.module_files[kData + "/modules/modules.json"] =
      R"({"Modules":[{"Key":"","Dir":"."},{"Key":"net","Dir":"net"},{"Key":"far","Dir":")" + kData +
      R"(/modules/far"}]})";
  return cloud;
}

TEST(TerraformRestricted, AModuleThatRunsProgramsIsRefusedBeforeAPlan) {  // fault T12
  const std::map<std::string, std::string> places = {{"/op/src/main.tf", "main.tf:2"},
                                                     {"/op/src/net/main.tf", "net/main.tf:2"},
                                                     {kData + "/modules/far/main.tf", "modules/far/main.tf:2"}};
  for (const auto& [path, name] : places) {
    Cloud cloud = with_program(path);
    const Ran ran = cloud.deploy(inputs_of(1));
    EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
    EXPECT_EQ(ran.error().message, name + ": provisioner \"local-exec\" is not allowed in restricted mode");
    EXPECT_THAT(ran.names(), ElementsAre("init", "modules", "modules"));
    EXPECT_TRUE(cloud.resources.empty());
  }
}

TEST(TerraformRestricted, NothingRunsInALookOrADestroyEither) {  // fault T12
  Cloud cloud = with_program("/op/src/main.tf");
  executors::Inputs at_rest = inputs_of(1, 1);
  at_rest.at_rest = true;
  EXPECT_THAT(cloud.verify(at_rest).error().message, HasSubstr("restricted mode"));
  EXPECT_THAT(cloud.destroy(inputs_of(1, 1)).error().message, HasSubstr("restricted mode"));
}

TEST(TerraformRestricted, AnExampleThatNothingUsesIsNoReason) {  // fault T12
  EXPECT_TRUE(with_program(kData + "/modules/far/examples/main.tf").deploy(inputs_of(1)).is_done());
}

TEST(TerraformRestricted, OtherwiseItIsAllowedAndNotLookedFor) {  // fault T12
  const Ran ran = with_program("/op/src/main.tf", false).deploy(inputs_of(1));
  EXPECT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("init", "plan", "show", "apply", "output"));
}

}  // namespace
}  // namespace deployctl::terraform
