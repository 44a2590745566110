"""A participant: one WebSocket of lectern.v1, and one peer connection of aiortc."""

import asyncio
import json

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import connect

from media import Picture, Tone, Watch

SEATS = 2
PATIENCE = 60


class Peer:
    """Somebody in a room."""

    def __init__(self, brightness, hertz):
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.connection = RTCPeerConnection(configuration)
        self.sent = [
            self.connection.addTransceiver(Tone(hertz), direction="sendonly"),
            self.connection.addTransceiver(Picture(brightness), direction="sendonly"),
        ]
        for _ in range(SEATS):
            self.connection.addTransceiver("audio", direction="recvonly")
            self.connection.addTransceiver("video", direction="recvonly")
        self.watches = {}
        self.connection.on("track", self.watch)
        self.socket = None
        self.joined = None
        self.slots = {}
        self.chat = []
        self.closed = None
        self.changed = asyncio.Event()

    def watch(self, track):
        for transceiver in self.connection.getTransceivers():
            if transceiver.receiver.track is track:
                self.watches[transceiver.mid] = Watch(track)

    async def join(self, invitation):
        """Enters the room to which the API has invited."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        self.socket = await connect(invitation["url"], subprotocols=["lectern.v1"])
        sources = zip(self.sent, ("microphone", "camera"))
        await self.say(
            type="join",
            token=invitation["token"],
            offer=self.connection.localDescription.sdp,
            sources=[{"mid": section.mid, "source": source} for section, source in sources],
        )
        self.joined = json.loads(await self.socket.recv())
        assert self.joined["type"] == "joined", self.joined
        self.carry(self.joined["slots"])
        answer = RTCSessionDescription(sdp=self.joined["answer"], type="answer")
        await self.connection.setRemoteDescription(answer)
        self.reader = asyncio.ensure_future(self.read())

    async def say(self, **message):
        await self.socket.send(json.dumps(message))

    async def read(self):
        async for text in self.socket:
            message = json.loads(text)
            match message["type"]:
                case "slots":
                    self.carry(message["slots"])
                case "chat":
                    self.chat.append(message["message"]["text"])
                case "closed":
                    self.closed = message["reason"]
                case "error":
                    raise AssertionError(message)
            self.changed.set()

    def carry(self, slots):
        self.slots.update({slot["mid"]: slot for slot in slots})

    def carrying(self, participant, source):
        """The watch on the slot that carries somebody's source."""
        for mid, slot in self.slots.items():
            if (slot["participant"], slot["source"]) == (participant, source):
                return self.watches.get(mid)
        return None

    async def until(self, condition, what):
        """Waits for something that media or messages bring about."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self.changed.clear()
                try:
                    await asyncio.wait_for(self.changed.wait(), 0.1)
                except TimeoutError:
                    if self.reader.done():
                        self.reader.result()
        assert condition(), what

    async def leave(self):
        await self.say(type="leave")
        await self.reader
        await self.connection.close()
