// The sub-commands of this program. Each returns its exit status.
#pragma once

#include <ostream>
#include <vector>

#include "agent/cli/options.h"
#include "agent/snapshot/history.h"

namespace agent::cli {

/// `run`: the service and its signals. SIGTERM and SIGINT end it within a second, SIGHUP reads the configuration file
/// again. 0 after a signal, 1 with a sentence on standard error if it could not start.
int run(const config::RunOptions& options);

/// `check-config FILE`: prints "FILE: ok, N printers" to `out` and returns 0, or one line for each error to `err` and
/// returns 1. The web server's file that it names is read too, with its certificates.
int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err);

/// `list`: every serial device on USB, its printer, the program that holds it, and what is needed to use it. Opens no
/// device, since that would reset a printer. 1 with sentences on `err` for a wrong configuration.
int list(const ListOptions& options, std::ostream& out, std::ostream& err);

/// `doctor`: what is wrong with the machine, the devices and the host programs' settings, and what to do. Opens no device.
/// 1 if anything is wrong.
int doctor(const DoctorOptions& options, std::ostream& out);

/// `decode --summary recording.jsonl`: a recorded conversation in, JSON lines or the counts out. Input that is not of
/// the format is reported on `err` with file and line, skipped, and makes the result 1 (a serial.log: only if no line is of the format); so does an unknown firmware
/// name, before anything is read.
[[nodiscard]] int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err);
/// The same from the file that `options` names, "-" being `standard_input`; a file that cannot be read is 1.
[[nodiscard]] int decode_file(const DecodeOptions& options, std::istream& standard_input, std::ostream& out,
                              std::ostream& err);

/// `jobs`: reads the history file, also while the daemon writes it. 1 with a sentence on `err` if it cannot be read.
int list_jobs(const JobsOptions& options, std::ostream& out, std::ostream& err);

/// `incidents`: the files of STATE_DIR/incidents, oldest first. 1 with a sentence on `err` if they cannot be read.
int list_incidents(const IncidentsOptions& options, std::ostream& out, std::ostream& err);

/// `status`: the running agent's answer, once or every second. On a terminal `out` must be standard output.
[[nodiscard]] int status(const StatusOptions& options, std::ostream& out, std::ostream& err);

/// `watch`: the live conversation with a printer, until SIGINT, SIGTERM or the agent's end. Standard output may be a
/// terminal: then it must be `out`.
[[nodiscard]] int watch(const WatchOptions& options, std::ostream& out, std::ostream& err);

/// `release`, `attach` and `reset`: one command to the running agent. Its answer, a sentence, goes to `out` if the
/// command succeeded, otherwise to `err`.
[[nodiscard]] int send_command(const CommandOptions& options, std::ostream& out, std::ostream& err);

/// Prints as text: a table for people with local times, JSON and CSV (RFC 4180) for programs with lengths in metres, times
/// in seconds and UTC.
void write_jobs_table(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);
void write_jobs_json(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);
void write_jobs_csv(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);

}  // namespace agent::cli
