"""What one run of chaos.py does, drawn from its seed."""
import random

FIRMWARES = ("prusa-3.9", "prusa-3.13", "marlin-2.1.2-plain", "marlin-1.1.9")
GOOD = "# unchanged\n"
CHANGED = (  # takes effect at once, in a print too
    '[defaults.interval]\ntemperature = "1s"\nprinting_temperature = "1s"\n',
    '[defaults]\nhold_limit = "1ms"\ndrain_limit = "10ms"\n',
    '[defaults]\nhold_limit = "2s"\ndrain_limit = "2s"\n',
    '[defaults]\nblack_box = "0"\n',
    '[defaults]\nask = ["temperature"]\n',
    '[log]\nlevel = "debug"\n',
    '[record]\ndir = "{state}/recorded"\nmax_megabytes = 1\n',
)
BROKEN = ("[defaults\n", '[defaults]\nbawd = 1\n', '[defaults]\nhold_limit = "many"\n', "\xff\xfe\n", '[log]\nlevel = 3\n')


class Plan:
    """What one seed draws."""

    def __init__(self, seed):
        dice = random.Random(seed)
        self.seed = seed
        self.firmware = dice.choice(FIRMWARES)
        self.numbered = dice.random() < 0.65
        self.window = dice.choice((1, 1, 2, 4, 8))
        self.share = dice.choice((0.0, 0.02, 0.2))  # of the host's lines that ask for temperatures
        self.pacing = dice.choice(("off", "off", "on"))
        self.configuration = dice.choice((GOOD, CHANGED[0], CHANGED[0]))
        self.waits = dice.random() < 0.75  # until the printer is identified; otherwise the print begins in its boot
        self.unplugs = dice.random() < 0.12
        self.seconds = dice.uniform(0.6, 1.6)
        self.events = sorted(self.draw(dice) for _ in range(dice.randint(4, 16)))
        if self.unplugs:
            self.events.append((self.seconds, "unplug", dice.uniform(0.0, 0.3)))
        self.scrapes = random.Random(dice.random())

    def draw(self, dice):
        at = dice.uniform(0.0, self.seconds)
        kind = dice.choice(("stop", "stop", "stop", "kill", "kill", "kill", "kills", "restart", "reload", "reload", "pin", "nice",
                            "disk", "wall", "idle client"))
        who = dice.choice(("agent", "agent", "printer", "host"))
        detail = {
            "stop": lambda: (who, dice.choice((0.001, 0.01, 0.05, 0.15, 0.3)) * dice.uniform(0.3, 1.0)),
            "kill": lambda: (),
            "kills": lambda: tuple(dice.uniform(0.0, 0.06) for _ in range(dice.randint(2, 4))),
            "restart": lambda: (),
            "reload": lambda: (dice.choice((GOOD, *CHANGED, *BROKEN, "speed", "renamed")),),
            "pin": lambda: (who, dice.uniform(0.01, 0.5)),
            "nice": lambda: (who, dice.uniform(0.01, 0.5)),
            "disk": lambda: (dice.uniform(0.01, 0.6),),
            "wall": lambda: (dice.choice((-1, 1)) * dice.choice((0.5, 60.0, 3600.0, 86400.0 * 400)),),
            "idle client": lambda: (dice.choice((b"", b"GET /metr", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)),),
        }[kind]()
        return (at, kind, *detail)

    def text(self):
        head = (f"seed {self.seed}: {self.firmware}, {'numbered' if self.numbered else 'plain'} lines, window {self.window}, "
                f"M105 {self.share}, pacing {self.pacing}, {'identified' if self.waits else 'in its boot'}, {self.seconds:.2f} s")
        return head + "".join(f"\n  {event[0]:.3f} {event[1]} {event[2:]}" for event in self.events)
