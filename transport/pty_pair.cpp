#include "transport/pty_pair.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace transport {
namespace {

Failure cannot_make(int error) {
  return {error, std::string("cannot make a pseudo-terminal: ") + std::strerror(error)};
}

/// With echo on, output written before a host comes would come back and be sent to the printer.
int make_raw(int slave) {
  termios settings{};
  if (::tcgetattr(slave, &settings) != 0) return errno;
  ::cfmakeraw(&settings);
  // If PARODD remains set, the next pyserial that requests it fails with EINVAL.
  settings.c_cflag &= ~static_cast<tcflag_t>(PARENB | PARODD | CSTOPB | CRTSCTS);
  settings.c_cflag |= CS8 | CREAD | CLOCAL;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return ::tcsetattr(slave, TCSANOW, &settings) == 0 ? 0 : errno;
}

int open_master(const std::filesystem::path& instance) {
  const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const int master = instance.empty() ? -1 : ::open((instance / "ptmx").c_str(), flags);
  return master >= 0 ? master : ::posix_openpt(flags);
}

/// Whether `master` is of the devpts at `instance`: then its multiplexer is a file there.
bool is_of(const std::filesystem::path& instance, int master) {
  struct stat ours {};
  struct stat there {};
  return !instance.empty() && ::fstat(master, &ours) == 0 && ::stat(instance.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev;
}

/// A missing permission is not a failure: the owner can still open it, and an unprivileged trial run should not log it.
void give_to_group(int slave, const std::string& group) {
  ::fchmod(slave, 0660);
  ::group entry{};
  ::group* found = nullptr;
  std::vector<char> names(16384);  // the longest group entry that is read; a group with more members is skipped
  if (::getgrnam_r(group.c_str(), &entry, names.data(), names.size(), &found) != 0 || found == nullptr) return;
  if (::fchown(slave, static_cast<uid_t>(-1), found->gr_gid) != 0) return;
  ::fchmod(slave, 0660);
}

}  // namespace

MaybeFailure PtyPair::open(const std::string& group, const std::filesystem::path& instance) {
  close();
  master_.reset(open_master(instance));
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0) {
    const int error = errno;
    close();
    return cannot_make(error);
  }
  if (auto failure = find_slave(false, instance)) {
    close();
    return failure;
  }
  if (const int error = make_raw(slave_.get()); error != 0) {
    close();
    return cannot_make(error);
  }
  give_to_group(slave_.get(), group);
  return {};
}

MaybeFailure PtyPair::adopt(int master, const std::filesystem::path& instance) {
  close();
  master_.reset(master);
  const int flags = ::fcntl(master, F_GETFL);
  if (flags < 0 || ::fcntl(master, F_SETFL, flags | O_NONBLOCK) != 0) {
    const int error = errno;
    close();
    return cannot_make(error);
  }
  auto failure = find_slave(true, instance);
  if (failure)
    failure = find_slave(true, instance);  // it may have lacked a descriptor for a moment, and a print goes on
  if (failure) close();
  return failure;
}

MaybeFailure PtyPair::find_slave(bool may_be_taken, const std::filesystem::path& instance) {
  unsigned number = 0;  // ptsname_r() only knows /dev/pts
  int error = ::ioctl(master_.get(), TIOCGPTN, &number) == 0 ? 0 : errno;
  if (error == 0) {
    slave_path_ = ((is_of(instance, master_.get()) ? instance : "/dev/pts") / std::to_string(number)).string();
    error = open_slave();
  }
  if (error == 0 || (error == EBUSY && may_be_taken && is_open_elsewhere())) return {};
  return cannot_make(error);
}

int PtyPair::open_slave() {
  slave_.reset(::open(slave_path_.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return slave_ ? 0 : errno;
}

void PtyPair::close() {
  master_.reset();
  slave_.reset();
  slave_path_.clear();
}

int PtyPair::release_master() {
  slave_.reset();
  return master_.release();
}

void PtyPair::clean_up() {
  if (!slave_) return;
  (void)make_raw(slave_.get());
  ::ioctl(slave_.get(), TIOCNXCL);
  discard_unread();
}

void PtyPair::discard_unread() {
  // Through the slave: the same flush on the master removes nothing.
  if (slave_) ::tcflush(slave_.get(), TCIFLUSH);
}

void PtyPair::step_out() {
  int exclusive = 0;
  if (slave_) ::ioctl(slave_.get(), TIOCGEXCL, &exclusive);
  was_exclusive_ = exclusive != 0;
  if (was_exclusive_) ::ioctl(slave_.get(), TIOCNXCL);
  slave_.reset();
}

bool PtyPair::is_open_elsewhere() const {
  pollfd master{master_.get(), POLLIN, 0};
  ::poll(&master, 1, 0);
  return (master.revents & POLLHUP) == 0;
}

bool PtyPair::step_in() {
  const bool elsewhere = is_open_elsewhere();
  if (open_slave() != 0) return false;
  if (elsewhere && was_exclusive_) ::ioctl(slave_.get(), TIOCEXCL);
  return true;
}

bool PtyPair::has_input() const {
  // poll(), not FIONREAD: it also sees bytes that the kernel has not transferred from the slave yet.
  pollfd master{master_.get(), POLLIN, 0};
  return ::poll(&master, 1, 0) == 1 && (master.revents & POLLIN) != 0;
}

}  // namespace transport
