# A file as C++ source:  cmake -DNAME=embedded_page -DIN=page.html -DOUT=page.cpp -P embed.cmake

file(READ ${IN} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "#include \"tools/embedded.h\"

namespace larder::tools {

namespace {
constexpr unsigned char bytes[] = {
${bytes}
};
}  // namespace

const std::string_view ${NAME}(reinterpret_cast<const char*>(bytes), sizeof bytes);

}  // namespace larder::tools
")
