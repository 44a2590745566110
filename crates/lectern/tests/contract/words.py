"""What the document says in words because a schema cannot: schemathesis loads
this, and data that is to be accepted keeps to the words too.

Nothing else touches data that is to be refused, and no answer is looked at.
Nobody who calls is erased, since all calls after that would be refused.
"""

import datetime
import itertools
import os
import uuid

import schemathesis

# Who calls: the platform's id, or "service".
CALLER = os.environ["LECTERN_CONTRACT_CALLER"]
THIS_YEAR = datetime.datetime.now(datetime.UTC).year
numbers = itertools.count()


# All who call, here or in a run beside this one: they stay.
CALLERS = ("jonas", "ines", "ada")


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId")
    if operation == "eraseMe" and isinstance(case.body, dict) and case.body.get("confirm") in CALLERS:
        case.body["confirm"] = "nobody"
    if operation == "eraseUser" and case.path_parameters.get("id") in CALLERS:
        case.path_parameters["id"] = "nobody"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        # A key is for one request, of this run or of another one of the same caller.
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:200]}-{uuid.uuid4()}"
    keep = RULES.get(operation)
    if keep is not None:
        keep(case)


def booking(case):
    body = case.body
    if not isinstance(body, dict):
        return
    starts(body)
    if "scheduledAt" not in body and "localStart" not in body:
        body["scheduledAt"] = f"{THIS_YEAR + 1}-03-08T10:00:00Z"
    if body.get("series"):
        # That the first lesson is on a day of the rule depends on its start.
        body["series"]["rrule"] = "FREQ=WEEKLY;COUNT=3"
        body["timeZone"] = body.get("timeZone") or "Europe/Lisbon"
    if CALLER == "service":
        # A service says for whom it books.
        body["student"] = body.get("student") or "jonas"
    student = body.get("student") or CALLER
    if body["teacher"] == student:
        body["teacher"] = "daniel"


def edit(case):
    body = case.body
    if not isinstance(body, dict):
        return
    starts(body)
    if "scheduledAt" not in body and "localStart" not in body:
        # A zone alone is no start.
        body.pop("timeZone", None)
    elif (case.query or {}).get("scope", "one") != "one":
        # A series moves on the clocks of a zone.
        body["timeZone"] = body.get("timeZone") or "Europe/Lisbon"
    if not [name for name, value in body.items() if value is not None and name != "strictTime"]:
        body["duration"] = 60


def proposal(case):
    """A lesson is moved to where it is not yet: each to a time of its own."""
    edit(case)
    body = case.body
    if not isinstance(body, dict):
        return
    start = datetime.datetime(THIS_YEAR + 4, 1, 1) + next(numbers) * datetime.timedelta(hours=1)
    if "localStart" in body:
        body["localStart"] = start.isoformat()
    else:
        body["scheduledAt"] = f"{start.isoformat()}Z"


def starts(body):
    """One start, in the future and within five years."""
    if body.get("scheduledAt"):
        body["scheduledAt"] = soon(body["scheduledAt"])
        body.pop("localStart", None)
    elif body.get("localStart"):
        body["localStart"] = soon(body["localStart"])
        body["timeZone"] = body.get("timeZone") or "Europe/Lisbon"
        body.pop("scheduledAt", None)
        # Whether clocks skip it or show it twice depends on the zone.
        body.pop("strictTime", None)
    else:
        body.pop("scheduledAt", None)
        body.pop("localStart", None)


def soon(moment):
    """The same day of one of the coming years."""
    year = THIS_YEAR + 1 + int(moment[:4]) % 3
    day = min(int(moment[8:10]), 28)
    return f"{year}-{moment[5:8]}{day:02}{moment[10:]}"


def hold(case):
    body = case.body
    if isinstance(body, dict):
        body["start"] = soon(body["start"])
        if body["teacher"] == CALLER:
            body["teacher"] = "daniel"


def hours(case):
    """Hours end after they begin and do not overlap; a date comes once."""
    body = case.body
    if not isinstance(body, dict):
        return
    body["weekly"] = apart(body["weekly"], lambda item: item["day"])
    dates = {item["date"]: item for item in body.get("exceptions") or []}
    for item in dates.values():
        item["intervals"] = apart(item["intervals"], lambda _: None)
    if body.get("exceptions"):
        body["exceptions"] = list(dates.values())
    for item in body.get("outOfOffice") or []:
        item["from"], item["to"] = sorted((item["from"], item["to"]))


def apart(intervals, day):
    kept, until = [], {}
    for item in intervals:
        item["from"], item["to"] = sorted((item["from"], item["to"]))
    for item in sorted(intervals, key=lambda item: item["from"]):
        if until.get(day(item), "") <= item["from"] < item["to"]:
            until[day(item)] = item["to"]
            kept.append(item)
    return kept


def span(case):
    """An end after the beginning, and not too long after it."""
    query = case.query
    if query.get("from"):
        query["from"] = soon(str(query["from"]))
        date = datetime.date.fromisoformat(query["from"][:10])
        query["to"] = str(date + datetime.timedelta(days=20))
    elif query.get("to"):
        query["to"] = soon(str(query["to"]))


def feeds(case):
    """Each calendar once, and at a host that nobody has: it will be fetched."""
    body = case.body
    if isinstance(body, dict):
        for item in body.get("busy") or []:
            item["url"] = f"https://feeds.invalid/{next(numbers)}.ics"


def record(case):
    """A skill is not blank."""
    body = case.body
    if isinstance(body, dict) and body.get("skills"):
        body["skills"] = [skill for skill in body["skills"] if skill.strip()]


def made_up(case):
    """A cursor is what an answer gave; these hold an id that is text."""
    case.query.pop("cursor", None)


RULES = {
    "bookSession": booking,
    "editSession": edit,
    "proposeTime": proposal,
    "placeHold": hold,
    "setMyAvailability": hours,
    "setAvailability": hours,
    "setCalendarFeeds": feeds,
    "getAnalytics": span,
    "getPlatformAnalytics": span,
    "getUserAnalytics": span,
    "listSlots": span,
    "listUsers": made_up,
    "putUser": record,
}
