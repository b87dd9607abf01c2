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


figure, axes = plt.subplots(len(panels), 1, sharex=True, squeeze=False, figsize=(width / 100, height / 100), dpi=100)
axes = axes[:, 0]
times = [x(seconds) for seconds in unix]
for drawn, (label, series) in zip(axes, panels):
    for name, colour, is_target, values in series:
        drawn.plot(times, values, label=name, color=colour, linewidth=1.2, linestyle='--' if is_target else '-',
                   drawstyle='steps-post' if is_target else 'default')
    for at, text in marks:
        drawn.axvline(x(at), color='#888888', linestyle=':', linewidth=0.8)
        if drawn is axes[0]:
            drawn.text(x(at), 0.98, text, transform=drawn.get_xaxis_transform(), rotation=90, ha='right', va='top',
                       fontsize=7, color='#666666')
    if series:
        drawn.legend(fontsize=8, loc='upper left', bbox_to_anchor=(1.0, 1.0) if len(panels) > 1 else None)
    drawn.grid(True, alpha=0.3)
    drawn.set_ylabel(label)
last = axes[-1]
axes[0].set_title(title)
if axis == 'clock':
    locator = dates.AutoDateLocator(tz=zone)
    last.xaxis.set_major_locator(locator)
    last.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    last.set_xlabel(zone_name)
else:
    last.xaxis.set_major_locator(ticker.MultipleLocator(tick))
    if axis == 'elapsed':
        last.xaxis.set_major_formatter(ticker.FuncFormatter(elapsed))
    last.set_xlabel(axis)
figure.tight_layout()
if len(sys.argv) > 1:
    plt.savefig(sys.argv[1])
elif picture:
    plt.savefig(sys.stdout.buffer, format=picture)
else:
    plt.show()
