# The drawing, the same for every table; the values that it uses stand before it.
import sys
from datetime import datetime, timedelta, timezone

import matplotlib

if picture or len(sys.argv) > 1:
    matplotlib.use('Agg')
import matplotlib.dates as dates
import matplotlib.pyplot as plt
import matplotlib.ticker as ticker

zone = timezone(timedelta(seconds=utc_offset))


def x(seconds):
    return datetime.fromtimestamp(seconds, zone) if axis == 'clock' else seconds - origin


def elapsed(seconds, _=None):
    whole = abs(int(seconds))
    return '%s%d:%02d:%02d' % ('-' if seconds < 0 else '', whole // 3600, whole // 60 % 60, whole % 60)


figure, first = plt.subplots(figsize=(width / 100, height / 100), dpi=100)
second = first.twinx() if any(on_second for _, on_second, _ in series) else first
times = [x(seconds) for seconds in unix]
colours = plt.rcParams['axes.prop_cycle'].by_key()['color']
lines = []
for i, (name, on_second, values) in enumerate(series):
    lines += (second if on_second else first).plot(times, values, label=name, color=colours[i % len(colours)],
                                                   linewidth=1.2, linestyle='--' if on_second else '-')
for at, text in marks:
    first.axvline(x(at), color='#888888', linestyle=':', linewidth=0.8)
    first.text(x(at), 0.98, text, transform=first.get_xaxis_transform(), rotation=90, ha='right', va='top',
               fontsize=7, color='#666666')
first.legend(lines, [line.get_label() for line in lines], fontsize=8)
first.grid(True, alpha=0.3)
first.set_title(title)
first.set_ylabel(y_label)
if second is not first:
    second.set_ylabel(y2_label)
if axis == 'clock':
    locator = dates.AutoDateLocator(tz=zone)
    first.xaxis.set_major_locator(locator)
    first.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    first.set_xlabel(zone_name)
else:
    first.xaxis.set_major_locator(ticker.MultipleLocator(tick))
    if axis == 'elapsed':
        first.xaxis.set_major_formatter(ticker.FuncFormatter(elapsed))
    first.set_xlabel(axis)
figure.tight_layout()
if len(sys.argv) > 1:
    plt.savefig(sys.argv[1])
elif picture:
    plt.savefig(sys.stdout.buffer, format=picture)
else:
    plt.show()
