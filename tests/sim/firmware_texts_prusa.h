// Long fixed texts of Prusa's firmware, taken from the recordings: boot banners, answers to M115 and M503. An '@' in a
// banner marks the line that names the reset's cause.
#pragma once

#include <string_view>

namespace sim::texts {

inline constexpr std::string_view kIdentity313 =
    "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware "
    "PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000\n"
    "Cap:AUTOREPORT_TEMP:1\n"
    "Cap:AUTOREPORT_FANS:1\n"
    "Cap:AUTOREPORT_POSITION:1\n"
    "Cap:EXTENDED_M20:1\n"
    "Cap:PRUSA_MMU2:1\n";

inline constexpr std::string_view kIdentity39 =
    "FIRMWARE_NAME:Prusa-Firmware 3.9.0 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware "
    "PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000\r\n";

inline constexpr std::string_view kIdentity314 =
    "FIRMWARE_NAME:Prusa-Firmware 3.14.0-BETA1+8237_f1d8e1a2b based on Marlin "
    "FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S "
    "EXTRUDER_COUNT:1Cap:AUTOREPORT_TEMP:1\n"
    "Cap:AUTOREPORT_FANS:1\n"
    "Cap:AUTOREPORT_POSITION:1\n"
    "Cap:EXTENDED_M20:1\n"
    "Cap:PRUSA_MMU2:1\n";

inline constexpr std::string_view kSettings313 =
    "echo:Steps per unit:\n"
    "echo:  M92 X100.00 Y100.00 Z400.00 E280.00\n"
    "echo:UStep resolution: \n"
    "echo: M350 X16 Y16 Z16 E32\n"
    "echo:Maximum feedrates - normal (mm/s):\n"
    "echo:  M203 X200.00 Y200.00 Z12.00 E120.00\n"
    "echo:Maximum feedrates - stealth (mm/s):\n"
    "echo:  M203 X100.00 Y100.00 Z12.00 E120.00\n"
    "echo:Maximum acceleration - normal (mm/s2):\n"
    "echo:  M201 X1000 Y1000 Z200 E5000\n"
    "echo:Maximum acceleration - stealth (mm/s2):\n"
    "echo:  M201 X960 Y960 Z200 E5000\n"
    "echo:Acceleration: P=print, R=retract, T=travel\n"
    "echo:  M204 P1250.00 R1250.00 T1250.00\n"
    "echo:Advanced variables: S=Min feedrate (mm/s), T=Min travel feedrate (mm/s), B=minimum segment time (us), "
    "X=maximum XY jerk (mm/s),  Z=maximum Z jerk (mm/s),  E=maximum E jerk (mm/s)\n"
    "echo:  M205 S0.00 T0.00 B20000 X10.00 Y10.00 Z0.40 E4.50\n"
    "echo:Home offset (mm):\n"
    "echo:  M206 X0.00 Y0.00 Z0.00\n"
    "echo:PID settings:\n"
    "echo:   M301 P16.13 I1.16 D56.23\n"
    "echo:PID heatbed settings:\n"
    "echo:   M304 P126.13 I4.30 D924.76\n"
    "echo:Retract: S=Length (mm) F:Speed (mm/m) Z: ZLift (mm)\n"
    "echo:   M207 S3.00 F2700.00 Z0.00\n"
    "echo:Recover: S=Extra length (mm) F:Speed (mm/m)\n"
    "echo:   M208 S0.00 F480.00\n"
    "echo:Auto-Retract: S=0 to disable, 1 to interpret extrude-only moves as retracts or recoveries\n"
    "echo:   M209 S0\n"
    "echo:Filament settings: Disabled\n"
    "echo:Arc Settings: P:Max length(mm) S:Min length (mm) N:Corrections R:Min segments F:Segments/sec.\n"
    "echo:  M214 P1.00 S0.50 N25 R20 F0\n"
    "echo:Thermal Model settings:\n"
    "echo:  M310 I0 R20.50\n"
    "echo:  M310 I1 R18.40\n"
    "echo:  M310 I2 R16.70\n"
    "echo:  M310 I3 R15.20\n"
    "echo:  M310 I4 R14.10\n"
    "echo:  M310 I5 R13.30\n"
    "echo:  M310 I6 R12.70\n"
    "echo:  M310 I7 R12.10\n"
    "echo:  M310 I8 R11.70\n"
    "echo:  M310 I9 R11.30\n"
    "echo:  M310 I10 R11.00\n"
    "echo:  M310 I11 R10.80\n"
    "echo:  M310 I12 R10.60\n"
    "echo:  M310 I13 R10.40\n"
    "echo:  M310 I14 R10.20\n"
    "echo:  M310 I15 R10.10\n"
    "echo:  M310 P38.00 U0.0000 V1.00 C12.10 D0.0650 L2160 S0 B1 E1.74 W1.20 T-7.00\n";

inline constexpr std::string_view kSettings39 =
    "echo:Steps per unit:\n"
    "echo:  M92 X100.00 Y100.00 Z400.00 E280.00\n"
    "echo:UStep resolution: \n"
    "echo: M350 X16 Y16 Z16 E32\n"
    "echo:Maximum feedrates - normal (mm/s):\n"
    "echo:  M203 X200.00 Y200.00 Z12.00 E120.00\n"
    "echo:Maximum feedrates - stealth (mm/s):\n"
    "echo:  M203 X100.00 Y100.00 Z12.00 E120.00\n"
    "echo:Maximum acceleration - normal (mm/s2):\n"
    "echo:  M201 X1000 Y1000 Z200 E5000\n"
    "echo:Maximum acceleration - stealth (mm/s2):\n"
    "echo:  M201 X960 Y960 Z200 E5000\n"
    "echo:Acceleration: S=acceleration, T=retract acceleration\n"
    "echo:  M204 S1250.00 T1250.00\n"
    "echo:Advanced variables: S=Min feedrate (mm/s), T=Min travel feedrate (mm/s), B=minimum segment time (ms), "
    "X=maximum XY jerk (mm/s),  Z=maximum Z jerk (mm/s),  E=maximum E jerk (mm/s)\n"
    "echo:  M205 S0.00 T0.00 B0.00 X10.00 Y10.00 Z0.40 E4.50\n"
    "echo:Home offset (mm):\n"
    "echo:  M206 X0.00 Y0.00 Z0.00\n"
    "echo:PID settings:\n"
    "echo:   M301 P16.13 I1.16 D56.23\n"
    "echo:PID heatbed settings:\n"
    "echo:   M304 P126.13 I4.30 D924.76\n"
    "echo:Retract: S=Length (mm) F:Speed (mm/m) Z: ZLift (mm)\n"
    "echo:   M207 S3.00 F2700.00 Z0.00\n"
    "echo:Recover: S=Extra length (mm) F:Speed (mm/m)\n"
    "echo:   M208 S0.00 F480.00\n"
    "echo:Auto-Retract: S=0 to disable, 1 to interpret extrude-only moves as retracts or recoveries\n"
    "echo:   M209 S0\n"
    "echo:Filament settings: Disabled\n";

inline constexpr std::string_view kBoot313 =
    "echo: 3.13.3-7591\n"
    "SpoolJoin is Off\n"
    "@echo: Last Updated: 2024-02-27 17:16:52 | Author: (none, default config)\n"
    "echo: Free Memory: 2504  PlannerBufferBytes: 1760\n"
    "echo:Stored settings retrieved\n"
    "adc_init\n"
    "Hotend fan type: NOCTUA\n"
    "CrashDetect ENABLED!\n";

inline constexpr std::string_view kBootTail313 =
    "Sending 0xFF\n"
    "echo:SD card ok\n";

inline constexpr std::string_view kBoot314 =
    "echo: 3.14.0-BETA1+8237_f1d8e1a2b\n"
    "MMU is Off\n"
    "SpoolJoin is Off\n"
    "@echo: Last Updated: 2024-02-27 17:16:52 | Author: (none, default config)\n"
    "echo: Free Memory: 2504  PlannerBufferBytes: 1760\n"
    "echo:Stored settings retrieved\n"
    "adc_init\n"
    "Hotend fan type: NOCTUA\n"
    "CrashDetect ENABLED!\n";

inline constexpr std::string_view kBoot39 =
    "echo: 3.9.0-3421\n"
    "@echo: Last Updated: Jun  2 2020 09:00:51 | Author: (none, default config)\r\n"
    "Compiled: Jun  2 2020\r\n"
    "echo: Free Memory: 1712  PlannerBufferBytes: 1792\r\n"
    "echo:Stored settings retrieved\r\n"
    "adc_init\n"
    "Extruder fan type: NOCTUA\r\n"
    "CrashDetect ENABLED!\n";

inline constexpr std::string_view kBootTail39 =
    "FSensor ENABLED (sensor board revision: 0.3 or older)\n"
    "Sending 0xFF\r\n"
    "echo:SD card ok\r\n";

}  // namespace sim::texts
