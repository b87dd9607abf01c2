"""The parts of a Grafana dashboard in the JSON model of Grafana 9 and later: panels, queries, variables.

Knows nothing of printers. A panel is made by one of the functions below and placed by `dashboard`, left to right.
"""
import itertools

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def query(expr, legend="", table=False, heatmap=False, at_end=False):
    """One query of a panel; `at_end`: only its value at the end of the range."""
    return {"expr": expr, "legendFormat": legend, "format": "table" if table else "heatmap" if heatmap else "time_series",
            "instant": table or at_end, "range": not (table or at_end)}


def steps(first, *more):
    """The colour of small values, then (value, colour from there on)."""
    return {"mode": "absolute", "steps": [{"color": first, "value": None}] + [{"color": colour, "value": value} for value, colour in more]}


def mappings(words):
    """`words`: value -> (text, colour)."""
    return [{"type": "value", "options": {str(value): {"text": text, "color": colour, "index": index}
                                          for index, (value, (text, colour)) in enumerate(words.items())}}]


def panel(kind, title, description, queries, unit, width=8, height=8, options=None, custom=None, absent=None, **defaults):
    """`absent`: what the panel says if no query has data."""
    targets = [{"refId": chr(ord("A") + i), "datasource": DATASOURCE, "editorMode": "code", **each}
               for i, each in enumerate(queries)]
    defaults = {"unit": unit, **defaults}
    if custom:
        defaults["custom"] = custom
    if absent:
        defaults["noValue"] = absent
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options or {},
            "gridPos": {"w": width, "h": height}}


def graph(title, description, queries, unit, fill=8, line="linear", draw="line", limits=None, **more):
    """`limits`: steps() that are drawn as dashed lines."""
    options = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
               "tooltip": {"mode": "multi", "sort": "none"}}
    custom = {"drawStyle": draw, "lineInterpolation": line, "fillOpacity": fill, "showPoints": "never", "spanNulls": False}
    if limits:
        custom["thresholdsStyle"] = {"mode": "dashed"}
        more["thresholds"] = limits
    return panel("timeseries", title, description, queries, unit, options=options, custom=custom, **more)


def events(title, description, queries, unit="none", absent="None in the shown time.", **more):
    """Bars where something happened. Each query is a count in the time before a point; a count of 0 draws nothing."""
    happened = [dict(each, expr=f"{each['expr']} > 0") for each in queries]
    return graph(title, description, happened, unit, fill=70, draw="bars", absent=absent, min=0, **more)


def stat(title, description, queries, unit, width=4, height=4, words=None, **more):
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value",
               "graphMode": "none", "textMode": "auto"}
    if words:
        more["mappings"] = mappings(words)
    return panel("stat", title, description, queries, unit, width=width, height=height, options=options, **more)


def bars(title, description, queries, unit, **more):
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "orientation": "horizontal",
               "displayMode": "gradient", "showUnfilled": True}
    return panel("bargauge", title, description, queries, unit, options=options, **more)


def coloured(words):
    """Properties of a table's column whose text says how things are."""
    return {"mappings": mappings(words), "custom.cellOptions": {"type": "color-text"}}


def limited(limits):
    """Properties of a table's column of numbers."""
    return {"thresholds": limits, "custom.cellOptions": {"type": "color-text"}}


def table(title, description, queries, hidden=(), names=None, units=None, columns=None, order=(), latest=None, **more):
    """Queries joined by their common labels; `units`: column -> unit; `columns`: column -> more properties; `order`: the first
    columns; `latest`: the column whose highest value comes first."""
    made = panel("table", title, description, [dict(each, **query(each["expr"], table=True)) for each in queries], "short",
                 options={"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": latest, "desc": True}] if latest else []},
                 **more)
    made["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {name: True for name in ("Time", *hidden)},
                                       "indexByName": {name: index for index, name in enumerate(order)},
                                       "renameByName": names or {}}}]
    made["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": column}, "properties": [{"id": name, "value": value} for name, value in properties.items()]}
        for column, properties in column_properties(units or {}, columns or {}).items()]
    return made


def column_properties(units, columns):
    return {column: {**({"unit": units[column]} if column in units else {}), **columns.get(column, {})} for column in {**units, **columns}}


def heatmap(title, description, queries, unit, **more):
    options = {"calculate": False, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
               "yAxis": {"unit": unit}, "legend": {"show": True}, "tooltip": {"show": True, "yHistogram": False}}
    return panel("heatmap", title, description, queries, unit, options=options, **more)


def timeline(title, description, queries, words, **more):
    options = {"mergeValues": True, "showValue": "auto", "rowHeight": 0.9, "alignValue": "left",
               "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}}
    return panel("state-timeline", title, description, queries, "short", options=options, mappings=mappings(words),
                 color={"mode": "thresholds"}, custom={"fillOpacity": 80, "lineWidth": 0}, **more)


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"w": 24, "h": 1}}


def closed_row(title, panels):
    """A row for what many printers do not have: its panels send no query before somebody opens it."""
    return {**row(title), "collapsed": True, "panels": panels}


def placed(panels, numbers=None, top=0):
    """Gives each panel its id and position: left to right, a new line when 24 columns are full."""
    numbers = numbers or itertools.count(1)
    x, y, height = 0, top, 0
    for each in panels:
        place = each["gridPos"]
        if x + place["w"] > 24:
            x, y, height = 0, y + height, 0
        each["id"] = next(numbers)
        each["gridPos"] = {"x": x, "y": y, **place}
        if each["type"] == "row":
            placed(each["panels"], numbers, y + 1)
        x, height = x + place["w"], max(height, place["h"])
    return panels


def variable(name, label, expr):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": expr,
            "query": {"query": expr, "refId": "variable"}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}


def link(title, url, **more):
    return {"title": title, "url": url, "targetBlank": True, **more}


def annotation(name, expr, title, text, colour, shown=True):
    """Points of the query that follow each other within 10 s are one annotation with begin and end."""
    return {"name": name, "datasource": DATASOURCE, "enable": shown, "expr": expr, "titleFormat": title, "textFormat": text,
            "iconColor": colour, "step": "10s", "useValueForTime": False}


def dashboard(uid, title, description, panels, variables, annotations=(), links=(), span="now-6h"):
    datasource = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1,
                  "current": {"selected": False, "text": "default", "value": "default"}}
    return {"uid": uid, "title": title, "description": description, "tags": ["marlin-agent"], "schemaVersion": 38,
            "version": 1, "editable": True, "graphTooltip": 1, "refresh": "10s", "time": {"from": span, "to": "now"},
            "templating": {"list": [datasource, *variables]}, "annotations": {"list": list(annotations)},
            "links": [{"type": "dashboards", "title": "Printers", "tags": ["marlin-agent"], "asDropdown": False,
                       "includeVars": True, "keepTime": True}, *links],
            "panels": placed(panels)}
