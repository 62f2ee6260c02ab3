#pragma once
#include <string>
#include <vector>

namespace shop {

enum class State { Open, Paid };

class Basket {
public:
    Basket() = default;
    void add(const std::string& name, int count = 1);
    int size() const { return size_; }

private:
    int size_ = 0;
    std::vector<std::string> names_;
};

template <typename T>
T largest(const std::vector<T>& all)
{
    T found = all.front();
    for (const T& one : all) {
        if (found < one)
            found = one;
    }
    return found;
}

}  // namespace shop
