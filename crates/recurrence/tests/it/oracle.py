"""Expands rules by python-dateutil: a JSON line in, a JSON line out.

The argument is the folder with its wheels, which Python imports as they are.
"""

import json
import sys
from datetime import datetime
from itertools import islice, takewhile
from pathlib import Path

WHEELS = [str(wheel) for wheel in Path(sys.argv[1]).glob("*.whl")]
sys.path[:0] = WHEELS

from dateutil import rrule  # noqa: E402

if not rrule.__file__.startswith(tuple(WHEELS)):
    sys.exit(f"{rrule.__file__} is not in {sys.argv[1]}")

for line in sys.stdin:
    case = json.loads(line)
    horizon = datetime.fromisoformat(case["horizon"])
    # Where it gives up a rule that never occurs; else that takes it seconds.
    rrule.datetime.MAXYEAR = horizon.year
    occurrences = rrule.rruleset()
    start = datetime.fromisoformat(case["start"])
    occurrences.rrule(rrule.rrulestr(case["rule"], dtstart=start))
    for excluded in case["excluded"]:
        occurrences.exdate(datetime.fromisoformat(excluded))
    until_horizon = takewhile(lambda moment: moment <= horizon, occurrences)
    found = [moment.isoformat() for moment in islice(until_horizon, case["limit"])]
    print(json.dumps(found), flush=True)
