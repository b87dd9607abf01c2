"""The variables of all dashboards, and the words and colours of the states."""
from panels import variable

S = 'instance=~"$instance",printer=~"$printer"'
BY = "instance, printer"
NAME = "{{printer}}"
VARIABLES = [variable("instance", "Pi", 'label_values(marlin_up, instance)'),
             variable("printer", "Printer", 'label_values(marlin_up{instance=~"$instance"}, printer)')]
STATES = {0: ("offline", "dark-gray"), 1: ("connecting", "gray"), 2: ("idle", "blue"), 3: ("busy", "purple"),
          4: ("printing", "green"), 5: ("paused", "yellow"), 6: ("attention", "orange"), 7: ("finished", "light-green"),
          8: ("error", "red")}
# One number a printer, of the one state that is 1.
STATE_NUMBER = f"sum by ({BY}) (" + " or ".join(
    f'(marlin_state{{{S},state="{word}"}} == 1) * {number}' for number, (word, _) in STATES.items()) + ")"
