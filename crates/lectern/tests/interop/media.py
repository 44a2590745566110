"""What the peers send, and what they make of what they receive."""

import asyncio
import fractions
import math
import struct
import time

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

WIDTH, HEIGHT, FRAMES_A_SECOND = 320, 240, 20
SAMPLE_RATE, SAMPLES = 48_000, 960


class Picture(MediaStreamTrack):
    """Video of one brightness, by which its sender is recognized."""

    kind = "video"

    def __init__(self, brightness):
        super().__init__()
        self.brightness = brightness
        self.pace = Pace(1 / FRAMES_A_SECOND)

    async def recv(self):
        number = await self.pace.next()
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, value in zip(frame.planes, (self.brightness, 128, 128)):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number * 90_000 // FRAMES_A_SECOND
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame


class Tone(MediaStreamTrack):
    """A sine of one pitch."""

    kind = "audio"

    def __init__(self, hertz):
        super().__init__()
        self.hertz = hertz
        self.pace = Pace(SAMPLES / SAMPLE_RATE)

    async def recv(self):
        first = await self.pace.next() * SAMPLES
        turn = 2 * math.pi * self.hertz / SAMPLE_RATE
        wave = [int(8000 * math.sin(turn * (first + n))) for n in range(SAMPLES)]
        frame = AudioFrame("s16", "mono", SAMPLES)
        frame.planes[0].update(struct.pack(f"<{SAMPLES}h", *wave))
        frame.sample_rate = SAMPLE_RATE
        frame.pts = first
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        return frame


class Pace:
    """Counts, one number per interval, without drift."""

    def __init__(self, interval):
        self.interval = interval
        self.number = -1
        self.start = None

    async def next(self):
        self.start = self.start or time.monotonic()
        self.number += 1
        await asyncio.sleep(self.start + self.number * self.interval - time.monotonic())
        return self.number


class Watch:
    """Counts what arrives on a track."""

    def __init__(self, track):
        self.kind = track.kind
        self.frames = 0
        self.brightness = None
        self.loudest = 0
        self.task = asyncio.ensure_future(self.follow(track))

    async def follow(self, track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.frames += 1
            if self.kind == "video":
                row = bytes(frame.planes[0])[: frame.width]
                self.brightness = sum(row) / len(row)
            else:
                samples = memoryview(bytes(frame.planes[0])).cast("h")
                self.loudest = max(self.loudest, max(abs(sample) for sample in samples))
