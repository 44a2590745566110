import {
  type EndReason,
  isLive,
  openScreen,
  type Room,
  type RoomPerson,
  type RoomState,
  type ScreenShare,
  type Session,
  type Source,
} from '@lectern/client';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import type { LocalMedia } from '../../hooks/useLocalMedia.ts';
import { useRoom } from '../../hooks/useRoom.ts';
import { SignalBars } from '../../kit/SignalBars.tsx';
import { firstName } from '../../text/format.ts';
import { lessonLine, otherPerson } from '../../text/lesson.ts';
import { Chat } from './Chat.tsx';
import { Controls } from './Controls.tsx';
import { Sound } from './Media.tsx';
import { Stage } from './Stage.tsx';
import { TimeLeft } from './TimeLeft.tsx';

interface VideoSessionProps {
  session: Session;
  /** The microphone and camera, opened beforehand. */
  local: LocalMedia;
  /** A mark for the corner. */
  mark?: ReactNode;
  /** The room is over for us, and why. */
  onEnd: (reason: EndReason) => void;
}

/** The room of a lesson: the other person large, oneself small, and the means. */
export function VideoSession({ session, local, mark, onEnd }: VideoSessionProps) {
  const { lectern, me } = useLectern();
  const { room, state } = useRoom({
    join: () => lectern.join(session.id),
    tracks: {
      ...(local.microphone.on && local.microphone.track && { microphone: local.microphone.track }),
      ...(local.camera.on && local.camera.track && { camera: local.camera.track }),
    },
  });
  usePublish(room, 'microphone', local.microphone.on ? local.microphone.track : null);
  usePublish(room, 'camera', local.camera.on ? local.camera.track : null);
  const screen = useScreen(room);
  const chat = useChat(state);
  const [selfHidden, setSelfHidden] = useState(false);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (state?.phase === 'ended' && state.reason) end.current(state.reason);
  }, [state?.phase, state?.reason]);

  if (!room || !state || state.phase === 'ended') return <div className="l-room l-dark" />;
  const other = otherPerson(session, me.id);
  const name = firstName(other.name);
  return (
    <div className="l-room l-dark" data-chat={chat.open || undefined}>
      <header className="l-room-head">
        <div className="l-room-title">
          {mark}
          <div>
            <h1>{session.title}</h1>
            <p>{lessonLine(session, me.id)}</p>
          </div>
        </div>
        <TimeLeft startsAt={session.scheduledAt} endsAt={state.endsAt ?? session.endsAt} />
        <Qualities state={state} />
      </header>
      <Stage
        state={state}
        room={room}
        local={local}
        screen={screen.share}
        selfHidden={selfHidden}
        waitingFor={other}
      />
      {chat.open && (
        <Chat
          messages={state.chat}
          readBefore={chat.readBefore}
          to={name}
          onSend={(text) => room.chat(text)}
          onClose={chat.toggle}
        />
      )}
      <Controls
        local={local}
        sharing={screen.share !== null}
        canShare={'getDisplayMedia' in (navigator.mediaDevices ?? {})}
        hand={state.me?.hand ?? false}
        chatOpen={chat.open}
        unread={chat.unread}
        selfHidden={selfHidden}
        onShare={screen.toggle}
        onHand={() => room.raiseHand(!(state.me?.hand ?? false))}
        onChat={chat.toggle}
        onSelfHidden={() => setSelfHidden(!selfHidden)}
        onLeave={() => room.leave()}
      />
      {state.others.flatMap((person) => sounds(person, local.speaker))}
      <Announcer others={state.others} />
    </div>
  );
}

function sounds(person: RoomPerson, speaker: string | null): ReactNode[] {
  return (['microphone', 'screenAudio'] as const).flatMap((source) => {
    const stream = person.media[source];
    if (!stream || !isLive(person, source)) return [];
    return [<Sound key={`${person.participant} ${source}`} stream={stream} speaker={speaker} />];
  });
}

function Qualities({ state }: { state: RoomState }) {
  const [other] = state.others;
  return (
    <div className="l-room-quality">
      {state.me && (
        <span>
          <span className="l-room-quality-name">You</span>
          <SignalBars
            of="Your connection"
            quality={state.phase === 'reconnecting' ? 1 : state.me.quality}
          />
        </span>
      )}
      {other && (
        <span className="l-room-quality-other">
          <span className="l-room-quality-name">{firstName(other.name)}</span>
          <SignalBars of={`${firstName(other.name)}’s connection`} quality={other.quality} />
        </span>
      )}
    </div>
  );
}

/** Says aloud who comes, goes and raises a hand. */
function Announcer({ others }: { others: readonly RoomPerson[] }) {
  const before = useRef<readonly RoomPerson[]>([]);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const known = new Map(before.current.map((person) => [person.participant, person]));
    for (const person of others) {
      const earlier = known.get(person.participant);
      if (!earlier) setSaid(`${person.name} is here`);
      else if (person.hand && !earlier.hand) setSaid(`${person.name} raised a hand`);
      known.delete(person.participant);
    }
    for (const person of known.values()) setSaid(`${person.name} has left`);
    before.current = others;
  }, [others]);
  return (
    <p className="l-hidden" role="status">
      {said}
    </p>
  );
}

function usePublish(room: Room | null, source: Source, track: MediaStreamTrack | null): void {
  useEffect(() => {
    void room?.publish(source, track);
  }, [room, source, track]);
}

function useScreen(room: Room | null) {
  const [share, setShare] = useState<ScreenShare | null>(null);
  const held = useRef<ScreenShare | null>(null);
  const stop = useCallback(() => {
    held.current?.video.stop();
    held.current?.audio?.stop();
    held.current = null;
    setShare(null);
  }, []);
  const toggle = async () => {
    if (held.current) return stop();
    const chosen = await openScreen();
    if (!chosen) return;
    held.current = chosen;
    setShare(chosen);
    chosen.video.addEventListener('ended', stop);
  };
  useEffect(() => stop, [stop]);
  usePublish(room, 'screen', share?.video ?? null);
  usePublish(room, 'screenAudio', share?.audio ?? null);
  return { share, toggle: () => void toggle() };
}

/** Whether the chat is open, and what was said while it was not. */
function useChat(state: RoomState | null) {
  const count = state?.chat.length ?? 0;
  const [open, setOpen] = useState(false);
  const [read, setRead] = useState<number | null>(null);
  const known = state?.me !== null && state !== null;
  useEffect(() => {
    // What was said before we came is not new to us once we are in.
    if (known && read === null) setRead(count);
  }, [known, read, count]);
  const [readBefore, setReadBefore] = useState(0);
  const toggle = () => {
    setReadBefore(read ?? 0);
    setRead(count);
    setOpen(!open);
  };
  return { open, toggle, readBefore, unread: open || read === null ? 0 : count - read };
}
