"""A booked lesson between two peers of aiortc, through the SFU."""

import asyncio
import datetime

from peer import Peer
from server import running

FRAMES = 100


def book(server, teacher, student):
    """Books a lesson that begins now, and returns it."""
    server.request("GET", "/api/me", teacher)
    server.request("GET", "/api/me", student)
    start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
    body = {
        "teacher": "teacher",
        "title": "Interop",
        "duration": 30,
        "scheduledAt": start.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return server.request("POST", "/api/sessions", student, body)


def hears_and_sees(peer, other, brightness):
    """Whether enough has come of another peer, and from nobody else."""
    participant = other.joined["participant"]
    sound = peer.carrying(participant, "microphone")
    picture = peer.carrying(participant, "camera")
    if sound is None or picture is None:
        return False
    enough = sound.frames >= FRAMES and picture.frames >= FRAMES and sound.loudest > 1000
    return enough and abs(picture.brightness - brightness) < 16


async def call(server):
    tokens = [server.token("teacher", "Teacher"), server.token("student", "Student")]
    lesson = book(server, *tokens)
    path = f"/api/sessions/{lesson['id']}"
    teacher, student = Peer(brightness=200, hertz=440), Peer(brightness=60, hertz=880)
    for peer, token in zip((teacher, student), tokens):
        await peer.join(server.request("POST", f"{path}/join", token, {}))

    await teacher.until(lambda: hears_and_sees(teacher, student, 60), "the student arrives")
    await student.until(lambda: hears_and_sees(student, teacher, 200), "the teacher arrives")
    assert server.request("GET", path, tokens[0])["status"] == "in-progress"

    await student.say(type="chat", id="1", text="I can hear you")
    await teacher.until(lambda: teacher.chat == ["I can hear you"], "chat arrives")

    await student.leave()
    await teacher.until(lambda: not any(slot["participant"] for slot in teacher.slots.values()),
                        "the seats are empty again")
    await teacher.leave()
    assert (student.closed, teacher.closed) == ("left", "left")
    return path, tokens[0]


async def wait_until_completed(server, path, token):
    """The status is written after the last has left."""
    async with asyncio.timeout(30):
        while server.request("GET", path, token)["status"] != "completed":
            await asyncio.sleep(0.05)


def test_two_peers_hear_and_see_each_other():
    async def lesson():
        path, token = await call(server)
        await wait_until_completed(server, path, token)

    with running() as server:
        asyncio.run(lesson())
