// /usr/libexec/marlin-agent/port-users: the root helper that reports to the agent which programs have a serial port
// open. The socket unit passes the connection as standard input and output.
#include <unistd.h>

#include "agent/process/port_users_answer.h"

int main() { return agent::process::answer_port_users(STDIN_FILENO, STDOUT_FILENO); }
