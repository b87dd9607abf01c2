"""The parts of a Grafana dashboard in the JSON model of Grafana 9 and later: panels, queries, variables.

Knows nothing of printers. A panel is made by one of the functions below and placed by `dashboard`, left to right.
"""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def query(expr, legend="", table=False, heatmap=False, at_end=False):
    """One query of a panel; `at_end`: only its value at the end of the range."""
    return {"expr": expr, "legendFormat": legend, "format": "table" if table else "heatmap" if heatmap else "time_series",
            "instant": table or at_end, "range": not (table or at_end)}


def panel(kind, title, description, queries, unit, width=8, height=8, options=None, custom=None, **defaults):
    targets = [{"refId": chr(ord("A") + i), "datasource": DATASOURCE, "editorMode": "code", **each}
               for i, each in enumerate(queries)]
    defaults = {"unit": unit, **defaults}
    if custom:
        defaults["custom"] = custom
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options or {},
            "gridPos": {"w": width, "h": height}}


def graph(title, description, queries, unit, fill=8, line="linear", **more):
    options = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
               "tooltip": {"mode": "multi", "sort": "none"}}
    custom = {"drawStyle": "line", "lineInterpolation": line, "fillOpacity": fill, "showPoints": "never", "spanNulls": False}
    return panel("timeseries", title, description, queries, unit, options=options, custom=custom, **more)


def stat(title, description, queries, unit, width=4, height=4, **more):
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value",
               "graphMode": "none", "textMode": "auto"}
    return panel("stat", title, description, queries, unit, width=width, height=height, options=options, **more)


def bars(title, description, queries, unit, **more):
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "orientation": "horizontal",
               "displayMode": "gradient", "showUnfilled": True}
    return panel("bargauge", title, description, queries, unit, options=options, **more)


def table(title, description, queries, hidden=(), names=None, units=None, **more):
    """Queries joined by their common labels; `units`: column -> unit."""
    made = panel("table", title, description, [dict(each, **query(each["expr"], table=True)) for each in queries], "short",
                 options={"showHeader": True, "cellHeight": "sm"}, **more)
    made["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {name: True for name in ("Time", *hidden)}, "indexByName": {},
                                       "renameByName": names or {}}}]
    made["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": column}, "properties": [{"id": "unit", "value": unit}]}
        for column, unit in (units or {}).items()]
    return made


def heatmap(title, description, queries, unit, **more):
    options = {"calculate": False, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
               "yAxis": {"unit": unit}, "legend": {"show": True}, "tooltip": {"show": True, "yHistogram": False}}
    return panel("heatmap", title, description, queries, unit, options=options, **more)


def timeline(title, description, queries, words, **more):
    """`words`: number -> (text, colour)."""
    mappings = [{"type": "value", "options": {str(number): {"text": text, "color": colour, "index": number}
                                              for number, (text, colour) in words.items()}}]
    options = {"mergeValues": True, "showValue": "auto", "rowHeight": 0.9, "alignValue": "left",
               "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}}
    return panel("state-timeline", title, description, queries, "short", options=options, mappings=mappings,
                 color={"mode": "thresholds"}, custom={"fillOpacity": 80, "lineWidth": 0}, **more)


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"w": 24, "h": 1}}


def placed(panels):
    """Gives each panel its id and position: left to right, a new line when 24 columns are full."""
    x = y = height = 0
    for number, each in enumerate(panels, 1):
        place = each["gridPos"]
        if x + place["w"] > 24:
            x, y, height = 0, y + height, 0
        each["id"] = number
        each["gridPos"] = {"x": x, "y": y, **place}
        x, height = x + place["w"], max(height, place["h"])
    return panels


def variable(name, label, expr):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": expr,
            "query": {"query": expr, "refId": "variable"}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}


def annotation(name, expr, title, text, colour):
    return {"name": name, "datasource": DATASOURCE, "enable": True, "expr": expr, "titleFormat": title, "textFormat": text,
            "iconColor": colour, "step": "10s", "useValueForTime": False}


def dashboard(uid, title, description, panels, variables, annotations=(), span="now-6h"):
    datasource = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1,
                  "current": {"selected": False, "text": "default", "value": "default"}}
    return {"uid": uid, "title": title, "description": description, "tags": ["marlin-agent"], "schemaVersion": 38,
            "version": 1, "editable": True, "graphTooltip": 1, "refresh": "10s", "time": {"from": span, "to": "now"},
            "templating": {"list": [datasource, *variables]}, "annotations": {"list": list(annotations)},
            "links": [{"type": "dashboards", "title": "Printers", "tags": ["marlin-agent"], "asDropdown": False,
                       "includeVars": True, "keepTime": True}],
            "panels": placed(panels)}
