#include "tests/bench/relays.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

/// A minute: under valgrind a start takes ten seconds.
constexpr Nanoseconds kReadyDeadline = std::chrono::seconds(60);

// The host leaves in mid-print: a black box would be written as an incident within the measured run.
constexpr std::string_view kNoBlackBox = "0";

std::string word(const std::filesystem::path& path) { return path.string(); }

void wait_until_ready(Relay& relay, const std::string& log) {
  const Nanoseconds deadline = now() + kReadyDeadline;
  const auto is_ready = [&] {
    for (const Line* line : relay.all_lines()) {
      if (!std::filesystem::exists(line->port)) return false;
    }
    return true;
  };
  while (!is_ready()) {
    if (now() > deadline || !relay.process->is_running())
      throw std::runtime_error(relay.name + " does not start, see " + log);
    idle(relay.all_lines(), std::chrono::milliseconds(10));
  }
}

/// A port that was free a moment ago.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

std::string printer_name(std::size_t i) { return std::string("p").append(std::to_string(i)); }

std::filesystem::path write_configuration(const std::filesystem::path& directory, const Relay& relay,
                                          std::string_view black_box) {
  std::filesystem::create_directories(directory);
  const auto path = directory / "bench.toml";
  std::ofstream file(path);
  file << "runtime_dir = \"" << word(directory) << "\"\nstate_dir = \"" << word(directory) << "\"\n"
       << "[web]\nlisten = [\"127.0.0.1:" << free_port() << "\"]\n"
       << "[defaults]\nblack_box = \"" << black_box << "\"\nask = [\"temperature\", \"identity\"]\n"
       << "[defaults.interval]\ntemperature = \"1s\"\nprinting_temperature = \"1s\"\n";
  for (std::size_t i = 0; i < relay.lines.size(); ++i) {
    file << "[printer." << printer_name(i) << "]\ndevice = \"" << relay.lines[i]->printer.device() << "\"\n";
  }
  return path;
}

/// Waits until every printer got two M105: then the agent knows the firmware and queries once a second.
void wait_until_identified(Relay& relay) {
  const Nanoseconds deadline = now() + kReadyDeadline;
  const auto is_identified = [&] {
    for (const Line* line : relay.all_lines()) {
      if (line->printer.queries_answered() < 4) return false;
    }
    return true;
  };
  while (!is_identified() && now() < deadline) idle(relay.all_lines(), std::chrono::milliseconds(50));
  if (!is_identified()) throw std::runtime_error(relay.name + " does not query its printers");
}

}  // namespace

std::vector<Line*> Relay::all_lines() const {
  std::vector<Line*> all;
  for (const auto& line : lines) all.push_back(line.get());
  return all;
}

Relay start_direct() {
  Relay relay{"direct", {}};
  relay.lines.push_back(std::make_unique<Line>());
  relay.first().port = relay.first().printer.device();
  return relay;
}

Relay start_plain_relay(const Programs& programs) {
  Relay relay{"C poll() relay", {}};
  relay.lines.push_back(std::make_unique<Line>());
  relay.first().port = word(programs.work / "plain");
  const std::string log = word(programs.work / "plain.log");
  relay.process = std::make_unique<ChildProcess>(
      std::vector<std::string>{programs.plain_relay, relay.first().printer.device(), relay.first().port}, log);
  wait_until_ready(relay, log);
  return relay;
}

Relay start_socat(const Programs& programs) {
  Relay relay{"socat", {}};
  relay.lines.push_back(std::make_unique<Line>());
  relay.first().port = word(programs.work / "socat");
  const std::string log = word(programs.work / "socat.log");
  relay.process = std::make_unique<ChildProcess>(
      std::vector<std::string>{"socat", "-b4096", "PTY,raw,echo=0,link=" + relay.first().port,
                               "OPEN:" + relay.first().printer.device() + ",raw,echo=0,noctty"},
      log);
  wait_until_ready(relay, log);
  return relay;
}

namespace {

void start(Relay& relay, const Programs& programs, const std::filesystem::path& directory, std::size_t printers,
           std::vector<std::string> wrapper, std::string_view black_box = kNoBlackBox) {
  for (std::size_t i = 0; i < printers; ++i) {
    relay.lines.push_back(std::make_unique<Line>());
    relay.lines.back()->port = word(directory / printer_name(i));
  }
  const auto configuration = write_configuration(directory, relay, black_box);
  relay.state_directory = directory;
  const std::string log = word(directory / "log");
  wrapper.insert(wrapper.end(), {programs.agent, "run", "--config", word(configuration)});
  relay.process = std::make_unique<ChildProcess>(wrapper, log);
  wait_until_ready(relay, log);
  for (Line* line : relay.all_lines()) line->printer.say_hello();
  wait_until_identified(relay);
}

std::filesystem::path new_directory(const Programs& programs, const std::string& name,
                                    const std::vector<std::string>& wrapper) {
  const auto directory = programs.work / (name + (wrapper.empty() ? "" : "-wrapped"));
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return directory;
}

}  // namespace

Relay start_agent(const Programs& programs, std::size_t printers, std::vector<std::string> wrapper) {
  Relay relay{"marlin-agent", {}};
  start(relay, programs, new_directory(programs, "agent-" + std::to_string(printers), wrapper), printers,
        std::move(wrapper));
  return relay;
}

Relay start_agent_with_black_box(const Programs& programs, std::size_t printers) {
  Relay relay{"marlin-agent with a black box", {}};
  start(relay, programs, new_directory(programs, "agent-black-box", {}), printers, {}, "256 KiB");
  return relay;
}

Relay start_surviving_agent(const Programs& programs, std::vector<std::string> wrapper) {
  Relay relay{kSurvivingAgent, {}};
  const auto directory = new_directory(programs, "agent-surviving", wrapper);
  relay.manager = std::make_unique<ServiceManager>(word(directory / "notify"));
  std::vector<std::string> words = relay.manager->wrapper();
  words.insert(words.end(), wrapper.begin(), wrapper.end());
  start(relay, programs, directory, 1, std::move(words));
  return relay;
}

}  // namespace bench
