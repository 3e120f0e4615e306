// SPDX-License-Identifier: Apache-2.0
// Loading scenarios from text in tests.
#ifndef TESTS_SCENARIO_LOAD_H
#define TESTS_SCENARIO_LOAD_H

#include <string>
#include <trapline/scenario.h>
#include <vector>

class Loaded
{
  public:
    explicit Loaded(const std::string &text, std::vector<const char *> sets = {})
    {
        static const char *const dirs[] = {TRAPLINE_SOURCE_DIR "/profiles"};
        struct scenario_options opt = {};
        opt.struct_size = sizeof opt;
        opt.profile_dirs = dirs;
        opt.nprofile_dirs = 1;
        opt.sets = sets.data();
        opt.nsets = sets.size();
        scenario_diags_new(&diags);
        err = scenario_load_text("t.yaml", text.data(), text.size(), &opt, diags, &s);
    }
    ~Loaded()
    {
        scenario_free(s);
        scenario_diags_free(diags);
    }
    Loaded(const Loaded &) = delete;
    Loaded &operator=(const Loaded &) = delete;

    // "line:col message" of every error, in order.
    std::vector<std::string> errors() const
    {
        std::vector<std::string> out;
        for (size_t i = 0; const struct scenario_diag *d = scenario_diags_get(diags, i); i++)
            out.push_back(std::to_string(d->line) + ":" + std::to_string(d->col) + " " + d->message);
        return out;
    }
    std::string all_errors() const
    {
        std::string out;
        for (const auto &e : errors())
            out += e + "\n";
        return out;
    }

    struct scenario_diags *diags = nullptr;
    struct scenario *s = nullptr;
    int err = 0;
};

// A scenario with nothing but what is required; `more` is appended.
inline std::string small(const std::string &more = "")
{
    return "schema: 1\n"
           "name: small\n"
           "devices: [{name: nic, spi: 50, cpu: 1}, {name: dma, spi: 51, trigger: edge}]\n"
           "routes: [{device: nic, guest_spi: 40, resample: true}, {device: dma, guest_spi: 41}]\n"
           "traffic: [{device: nic, start: 1us, every: 50us, count: 3}]\n" +
           more;
}

#endif
