// SPDX-License-Identifier: Apache-2.0
//
// The file format of recorded times.
#include <trapline/systemc/irq_traffic.hpp>

#include <fstream>
#include <stdexcept>

using namespace sc_core;

namespace trapline
{
namespace
{

struct unit {
    const char *name;
    unsigned digits; // a unit is 10^digits fs
};
const unit units[] = {{"fs", 0}, {"ps", 3}, {"ns", 6}, {"us", 9}, {"ms", 12}, {"s", 15}};

bool digit(char c)
{
    return c >= '0' && c <= '9';
}

bool space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

class line_parser
{
  public:
    line_parser(const std::string &name, size_t number, const std::string &text)
        : name_(name), number_(number), text_(text)
    {
    }

    // Whether a time follows.
    bool more()
    {
        skip();
        start_ = at_;
        return at_ < text_.size() && text_[at_] != '#';
    }

    // The time, in fs.
    uint64_t time()
    {
        std::string whole = digits(), fraction;
        if (peek() == '.') {
            at_++;
            fraction = digits();
        }
        if (whole.empty() && fraction.empty())
            fail("expected a time, such as 1500 or 1.5us");
        const unsigned places = suffix();
        fraction.erase(fraction.find_last_not_of('0') + 1);
        if (fraction.size() > places)
            fail("finer than 1 fs");
        fraction.append(places - fraction.size(), '0');
        uint64_t value = 0;
        for (char c : whole + fraction)
            if (__builtin_mul_overflow(value, uint64_t(10), &value) ||
                __builtin_add_overflow(value, uint64_t(c - '0'), &value))
                fail("too large: times end at 18446 s");
        return value;
    }

    [[noreturn]] void fail(const std::string &what) const
    {
        throw std::runtime_error(name_ + ":" + std::to_string(number_) + ":" + std::to_string(start_ + 1) + ": " +
                                 what);
    }

  private:
    char peek() const
    {
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    void skip()
    {
        while (space(peek()))
            at_++;
    }
    std::string digits()
    {
        const size_t from = at_;
        while (digit(peek()))
            at_++;
        return text_.substr(from, at_ - from);
    }
    // Decimal places of the unit, or of ns if there is none.
    unsigned suffix()
    {
        const size_t end_of_number = at_;
        skip();
        size_t from = at_;
        while ((peek() | 0x20) >= 'a' && (peek() | 0x20) <= 'z')
            at_++;
        const std::string word = text_.substr(from, at_ - from);
        if (word.empty()) {
            at_ = end_of_number;
            if (peek() && !space(peek()) && peek() != '#')
                fail("expected a time, such as 1500 or 1.5us");
            return 6;
        }
        for (const unit &u : units)
            if (word == u.name)
                return u.digits;
        start_ = from;
        fail("no unit of time: '" + word + "' (fs, ps, ns, us, ms or s)");
    }

    const std::string &name_;
    size_t number_;
    const std::string &text_;
    size_t at_ = 0, start_ = 0;
};

} // namespace

std::vector<sc_time> irq_times_read(std::istream &in, const std::string &name)
{
    // A power of ten of fs, as IEEE 1666 wants it.
    const auto resolution = uint64_t(sc_get_time_resolution().to_seconds() * 1e15 + 0.5);
    std::vector<sc_time> times;
    std::string text;
    for (size_t number = 1; std::getline(in, text); number++) {
        line_parser line(name, number, text);
        while (line.more()) {
            const uint64_t fs = line.time();
            if (fs % resolution)
                line.fail("finer than the time resolution of this simulation, " + sc_get_time_resolution().to_string());
            const sc_time t = sc_time::from_value(fs / resolution);
            if (!times.empty() && t < times.back())
                line.fail("earlier than the time before it, " + times.back().to_string());
            times.push_back(t);
        }
    }
    if (in.bad())
        throw std::runtime_error(name + ": cannot be read");
    return times;
}

irq_timetable irq_timetable::replay_file(const std::string &path)
{
    std::ifstream in(path);
    if (!in)
        throw std::runtime_error(path + ": cannot be opened");
    return replay(irq_times_read(in, path));
}

} // namespace trapline
