// larder: the command.
#include <exception>
#include <new>
#include <string>

#include "tools/command_line.h"
#include "tools/interrupt.h"

namespace {

using larder::tools::Status;

Status run_and_flush(int argc, const char* const* argv) {
  larder::tools::Console console;
  const Status status = larder::tools::run(argc, argv, console);
  console.finish();
  return status;
}

Status guarded(int argc, const char* const* argv) {
  try {
    return run_and_flush(argc, argv);
  } catch (const larder::tools::Interrupted& interrupted) {
    larder::tools::end_by(interrupted.signal);
  } catch (const larder::tools::OutputFailed& failed) {
    larder::tools::write_message(std::string("larder: <stdout>: ") + failed.error.what());
    return Status::io;
  } catch (const std::bad_alloc&) {
    larder::tools::write_message("larder: there is not enough memory");
    return Status::io;
  } catch (const std::exception& error) {
    larder::tools::write_message(std::string("larder: ") + error.what());
    return Status::io;
  }
}

}  // namespace

int main(int argc, char** argv) { return static_cast<int>(guarded(argc, argv)); }
