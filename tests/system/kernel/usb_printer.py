"""A printer on USB, plugged into this machine's kernel: the device's end of USB/IP over a socket pair, whose other end
goes to vhci_hcd. usbcore, cdc_acm or ch341, and udev are the real ones, and their changes of the modem lines are
logged. Plugged in while the program runs, unplugged by SIGTERM. It writes to standard output, with the seconds of the
machine's monotonic clock:

  23.051 dtr 1 rts 1          23.052 reset          24.310 line M115

Usage: usb_printer.py KIND SERIAL      KIND: prusa, ch340, other (an ACM device that is no printer)
"""
import argparse
import os
import signal
import socket
import struct
import threading
import time

from firmware import Firmware

VHCI = "/sys/devices/platform/vhci_hcd.0/"
FULL_SPEED, STALL, ECONNRESET = 2, -32, -104
SUBMIT, UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4


def log(text):
    print(f"{time.monotonic():.3f} {text}", flush=True)


def interface(number, endpoints, kind):
    return struct.pack("<9B", 9, 4, number, 0, endpoints, *kind, 0)


def endpoint(address, kind, size, interval):
    return struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)


class ModemLines:
    """DTR and RTS as the printer sees them: a rising DTR resets it."""

    def __init__(self, firmware):
        self.firmware = firmware
        self.dtr = 0

    def set(self, dtr, rts):
        log(f"dtr {dtr} rts {rts}")
        if dtr and not self.dtr:
            self.firmware.reset()
        self.dtr = dtr


class CdcAcm:
    """The device for cdc_acm: SET_LINE_CODING when it is detected, SET_CONTROL_LINE_STATE at opening and closing."""
    bulk_in, bulk_out = 3, 4
    device_class = (2, 0, 0)
    interfaces = (interface(0, 1, (2, 2, 1)) + bytes([5, 0x24, 0, 0x10, 1, 4, 0x24, 2, 6, 5, 0x24, 6, 0, 1, 5, 0x24, 1, 0, 1])
                  + endpoint(0x82, 3, 8, 255) + interface(1, 2, (10, 0, 0)) + endpoint(4, 2, 64, 1) + endpoint(0x83, 2, 64, 1))
    interface_count = 2

    def __init__(self, lines):
        self.lines = lines
        self.coding = struct.pack("<IBBB", 9600, 0, 0, 8)

    def request(self, kind, request, value, _index, data):
        if (kind, request) == (0x21, 0x20):
            self.coding = data
            log(f"baud {struct.unpack('<I', data[:4])[0]}")
            return b""
        if (kind, request) == (0xA1, 0x21):
            return self.coding
        if (kind, request) == (0x21, 0x22):
            self.lines.set(value & 1, value >> 1 & 1)
            return b""
        return b"" if (kind, request) == (0x21, 0x23) else None


class Ch340:
    """The device for ch341: registers by vendor requests; the modem lines are the inverted bits 5 (DTR) and 6 (RTS)."""
    bulk_in, bulk_out = 2, 2
    device_class = (255, 0, 0)
    interfaces = interface(0, 3, (255, 1, 2)) + endpoint(0x82, 2, 32, 0) + endpoint(2, 2, 32, 0) + endpoint(0x81, 3, 8, 1)
    interface_count = 1
    version, modem_status = b"\x31\x00", b"\xff\xee"

    def __init__(self, lines):
        self.lines = lines

    def request(self, kind, request, value, index, _data):
        if kind == 0xC0:
            return {0x5F: self.version, 0x95: self.modem_status if value == 0x0706 else b"\0\0"}.get(request)
        if kind != 0x40:
            return None
        if request == 0xA4:
            self.lines.set(int(not value & 0x20), int(not value & 0x40))
        elif request == 0x9A and value == 0x1312:
            log(f"baud divisor {index:04x}")
        return b""


class Device:
    """One device on the bus: answers the kernel's requests (URBs) until it is unplugged."""

    def __init__(self, connection, vendor, product, chip_type, strings):
        self.connection = connection
        self.strings = strings
        self.sending = threading.Lock()
        self.data = threading.Condition()
        self.to_host = b""
        self.reads = []      # (sequence number, length) of bulk reads that wait for bytes
        self.interrupts = {}
        self.firmware = Firmware(self.send, log)
        self.chip = chip_type(ModemLines(self.firmware))
        self.descriptor = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0110, *self.chip.device_class, 8, vendor, product, 0x0130, 1, 2,
                                      3 if strings.get(3) else 0, 1)
        body = self.chip.interfaces
        self.configuration = struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), self.chip.interface_count, 1, 0, 0xC0, 50) + body

    def send(self, data):
        with self.data:
            self.to_host += data
            self.data.notify()

    def answer(self, sequence, status=0, data=b"", length=None):
        header = struct.pack(">IIIIIiiiii8x", RET_SUBMIT, sequence, 0, 0, 0, status, len(data) if length is None else length, 0, 0, 0)
        with self.sending:
            self.connection.sendall(header + data)

    def pump(self):
        while True:
            with self.data:
                self.data.wait_for(lambda: self.reads and self.to_host)
                sequence, length = self.reads.pop(0)
                data, self.to_host = self.to_host[:length], self.to_host[length:]
            self.answer(sequence, 0, data)

    def control(self, setup, data):
        kind, request, value, index, length = struct.unpack("<BBHHH", setup)
        if (kind, request) == (0x80, 6):  # GET_DESCRIPTOR
            answer = {1: self.descriptor, 2: self.configuration, 3: self.string(value & 255)}.get(value >> 8)
        elif (kind, request) == (0x80, 0):  # GET_STATUS
            answer = b"\1\0"
        elif kind in (0, 1, 2):  # SET_CONFIGURATION, SET_INTERFACE, CLEAR_FEATURE and the like
            answer = b""
        else:
            answer = self.chip.request(kind, request, value, index, data)
        return None if answer is None else answer[:length]

    def string(self, index):
        if index == 0:
            return b"\x04\x03\x09\x04"
        text = self.strings.get(index)
        return bytes([2 * len(text) + 2, 3]) + text.encode("utf-16le") if text else None

    def submit(self, sequence, to_host, number, length, setup):
        data = b"" if to_host or length <= 0 else self.receive(length)
        if number == 0:
            answer = self.control(setup, data)
            if answer is None:
                self.answer(sequence, STALL)
            else:
                self.answer(sequence, 0, answer if to_host else b"", None if to_host else len(data))
        elif to_host and number == self.chip.bulk_in:
            with self.data:
                self.reads.append((sequence, length))
                self.data.notify()
        elif to_host:
            self.interrupts[sequence] = length
        else:
            self.answer(sequence, 0, b"", len(data))
            self.firmware.receive(data)

    def unlink(self, sequence, target):
        with self.data:
            waiting = [read for read in self.reads if read[0] != target]
            found = len(waiting) != len(self.reads) or self.interrupts.pop(target, None) is not None
            self.reads = waiting
        with self.sending:
            self.connection.sendall(struct.pack(">IIIIIi24x", RET_UNLINK, sequence, 0, 0, 0, ECONNRESET if found else 0))

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def serve(self):
        threading.Thread(target=self.pump, daemon=True).start()
        try:
            while True:
                header = self.receive(48)
                command, sequence, _, to_host, number = struct.unpack(">5I", header[:20])
                if command == SUBMIT:
                    self.submit(sequence, to_host, number, struct.unpack(">i", header[24:28])[0], header[40:48])
                elif command == UNLINK:
                    self.unlink(sequence, struct.unpack(">I", header[20:24])[0])
        except (EOFError, OSError):
            log("unplugged")


def free_port():
    """The first free port for full speed: `hs  0000 004 000 00000000 000000 0-0`."""
    with open(VHCI + "status", encoding="ascii") as status:
        for line in status:
            words = line.split()
            if words[0] == "hs" and words[2] == "004":
                return int(words[1])
    raise SystemExit("usb_printer: every port is taken")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["prusa", "ch340", "other"])
    parser.add_argument("serial")
    arguments = parser.parse_args()
    vendor, product, chip, strings = {
        "prusa": (0x2C99, 0x0002, CdcAcm, {1: "Prusa Research (prusa3d.com)", 2: "Original Prusa i3 MK3", 3: arguments.serial}),
        "ch340": (0x1A86, 0x7523, Ch340, {2: "USB2.0-Serial"}),
        "other": (0x2E8A, 0x000A, CdcAcm, {1: "Raspberry Pi", 2: "Pico", 3: arguments.serial}),
    }[arguments.kind]

    kernel, ours = socket.socketpair()
    device = Device(ours, vendor, product, chip, strings)
    port = free_port()
    with open(VHCI + "attach", "w", encoding="ascii") as attach:
        attach.write(f"{port} {kernel.fileno()} {port + 1} {FULL_SPEED}")
    kernel.close()
    log(f"plugged {arguments.serial}")

    def unplug(*_):
        try:
            with open(VHCI + "detach", "w", encoding="ascii") as detach:
                detach.write(str(port))
        finally:
            os._exit(0)
    signal.signal(signal.SIGTERM, unplug)
    device.serve()


if __name__ == "__main__":
    main()
