/* SPDX-License-Identifier: Apache-2.0 */
#include "lang.h"

extern const Cataloger cataloger_gem;

TEST(gem_ignores_gemspecs_that_are_not_installed)
{
    CHECK(!cataloger_gem.wants_path(STR("app/rails.gemspec"), STR("rails.gemspec")));
    CHECK(!cataloger_gem.wants_path(STR("gems/rack-2.0/rack.gemspec"), STR("rack.gemspec")));
    CHECK(!cataloger_gem.wants_path(STR("specifications/x.rb"), STR("x.rb")));
    CHECK(cataloger_gem.wants_path(STR("v/specifications/default/json-2.6.gemspec"),
                                   STR("json-2.6.gemspec")));
}

TEST(rule_44_gem_reads_gemspecs)
{
    static const struct {
        const char *base, *text, *want, *arch;
        double confidence;
    } facts[] = {
        {"rails-6.0.0.gemspec", "# -*- encoding: utf-8 -*-\n# stub: rails 6.0.0 ruby lib\n\n",
         "rails 6.0.0", "", 1},
        {"nokogiri-1.13.0-x86_64-linux.gemspec",
         "# stub: nokogiri 1.13.0 x86_64-linux lib\n# stub: ext/x/extconf.rb\n", "nokogiri 1.13.0",
         "x86_64-linux", 1},
        {"rack-2.0.1.gemspec",
         "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n"
         "  s.version = Gem::Version.new('2.0.1')\n  s.licenses = [\"MIT\".freeze, 'Ruby']\nend\n",
         "rack 2.0.1", "", 1},
        {"old-1.0.gemspec",
         "Gem::Specification.new do |s|\n s.name = %q{old}\n s.version = \"1.0\"", "old 1.0", "",
         1},
        {"ruby-prof-1.4.3.gemspec", "spec.name = \"ruby-prof\"\nspec.version = RubyProf::VERSION\n",
         "ruby-prof 1.4.3", "", .8},
        {"a-1.0.gemspec", "s.name = \"a#{x}\"\ns.version = \"#{v}\"\n", "a 1.0", "", .8},
        {"b-1.1.gemspec", "if s.version == \"9\"\ns.required_ruby_version = \">= 2\"\n", "b 1.1",
         "", .8},
    };
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Str path = arena_printf(&d.arena, "usr/lib/ruby/specifications/%s", facts[i].base);
        CHECK(desk_push(&d, &cataloger_gem, path, str_from(facts[i].text)));
        CHECK_STR(desk_package(&d, i), str_from(facts[i].want));
        CHECK_STR(d.sink.packages.at[i].arch, str_from(facts[i].arch));
        CHECK_INT(d.sink.packages.at[i].confidence * 10, facts[i].confidence * 10);
    }
    CHECK_INT(d.sink.packages.at[2].licences.len, 2);
    CHECK_STR(d.sink.packages.at[2].licences.at[1], STR("Ruby"));
}

TEST(gem_says_what_it_cannot_read)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    desk_push(&d, &cataloger_gem, STR("specifications/nameless.gemspec"), STR("\0\1\2"));
    CHECK_INT(d.sink.packages.len, 0);
    CHECK_INT(d.sink.incomplete.len, 1);
}
