import { type DeviceFault, LevelMeter, type Session } from '@lectern/client';
import {
  Avatar,
  Button,
  countdown,
  type Device,
  firstName,
  lessonLine,
  lessonTimes,
  type LocalMedia,
  otherPerson,
  Select,
  StateView,
  Switch,
  useInRoom,
  useLectern,
  useNow,
  Video,
} from '@lectern/react';
import {
  CameraOff,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  Mic,
  MicOff,
  Video as VideoIcon,
  VideoOff,
  Volume2,
  X,
} from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Mark } from '../../shell/Mark.tsx';

interface PreJoinProps {
  lesson: Session;
  local: LocalMedia;
  onEnter: () => void;
}

/** A look in the mirror before one goes in. */
export function PreJoin({ lesson, local, onEnter }: PreJoinProps) {
  const { me, zone } = useLectern();
  const { start, end } = lessonTimes(lesson, zone);
  const [soundOnly, setSoundOnly] = useState(false);
  const refused = local.camera.fault === 'refused' && !soundOnly;
  return (
    <div className="prejoin">
      <header className="top">
        <Link href="/" className="brand">
          <Mark /> <span className="l-display">Lectern</span>
        </Link>
        <Link href={`/lessons/${lesson.id}`} className="l-button l-button--ghost prejoin-not">
          <X aria-hidden /> Not now
        </Link>
      </header>
      <main className="prejoin-main">
        <div className="prejoin-look">
          {refused ? (
            <div className="prejoin-refused l-card">
              <StateView
                lit
                title="The browser keeps your camera off"
                icon={CameraOff}
                steps={[
                  'Press the camera sign in the address bar',
                  'Choose “Always allow”, then Done',
                ]}
                actions={
                  <>
                    <Button kind="primary" onClick={() => void reopen(local)}>
                      I have allowed it
                    </Button>
                    <Button onClick={() => setSoundOnly(true)}>Join with sound only</Button>
                  </>
                }
              />
            </div>
          ) : (
            <Preview local={local} />
          )}
          <Pickers local={local} />
        </div>
        <div className="prejoin-side">
          <div>
            <h1>{lesson.title}</h1>
            <p className="l-muted">
              {lessonLine(lesson, me.id)}, <span className="l-time">{start}</span> to{' '}
              <span className="l-time">{end}</span>
            </p>
          </div>
          <Begins lesson={lesson} />
          <Checks local={local} />
          <Switch
            on={!local.microphone.on}
            onChange={() => local.microphone.track && local.toggle('microphone')}
          >
            Join with microphone off
          </Switch>
          <div className="prejoin-join">
            <Button kind="now" size="large" onClick={onEnter}>
              <VideoIcon aria-hidden /> Join lesson
            </Button>
          </div>
        </div>
      </main>
    </div>
  );
}

async function reopen(local: LocalMedia): Promise<void> {
  if (!local.microphone.track) await local.open('microphone');
  await local.open('camera');
}

function Preview({ local }: { local: LocalMedia }) {
  const { me } = useLectern();
  const { track, opening } = local.camera;
  const stream = useMemo(() => (track ? new MediaStream([track]) : null), [track]);
  return (
    <div className="preview">
      {stream ? (
        <>
          <Video stream={stream} label="Your camera" mirrored />
          <p className="preview-note">Mirrored, only for you</p>
        </>
      ) : (
        <div className="preview-off">
          <Avatar id={me.id} name={me.name} size={96} />
          <p>{opening ? 'Opening your camera' : cameraWords(local)}</p>
        </div>
      )}
      <Meter track={local.microphone.on ? local.microphone.track : null} />
      <div className="preview-keys">
        <Round local={local} device="microphone" />
        <Round local={local} device="camera" />
      </div>
    </div>
  );
}

function cameraWords({ camera }: LocalMedia): string {
  switch (camera.fault) {
    case 'missing':
      return 'No camera was found. You can join with sound only.';
    case 'busy':
      return 'Another program holds your camera. Close it and try again.';
    case 'insecure':
      return 'Cameras work over https alone. Ask those who run the place.';
    default:
      return 'Your camera is off';
  }
}

function Round({ local, device }: { local: LocalMedia; device: Device }) {
  const { on, track } = local[device];
  const live = on && track !== null;
  const [On, Off] = device === 'microphone' ? [Mic, MicOff] : [VideoIcon, VideoOff];
  return (
    <button
      type="button"
      className="round"
      data-off={!live || undefined}
      aria-label={`Turn ${device} ${live ? 'off' : 'on'}`}
      onClick={() => local.toggle(device)}
    >
      {live ? <On aria-hidden /> : <Off aria-hidden />}
    </button>
  );
}

const BARS = [0.35, 0.6, 0.95, 0.7, 0.85, 0.5, 0.3, 0.25, 0.2];

/** How loud one is, drawn as a wave. */
function Meter({ track }: { track: MediaStreamTrack | null }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!track) return;
    const meter = new LevelMeter(track);
    let frame = 0;
    const draw = () => {
      const level = meter.read();
      for (const [index, bar] of [...(box.current?.children ?? [])].entries()) {
        const lit = index / BARS.length < level;
        (bar as HTMLElement).dataset['lit'] = String(lit);
        (bar as HTMLElement).style.blockSize = `${lit ? 8 + 36 * (BARS[index] ?? 0) * level : 6}px`;
      }
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => {
      cancelAnimationFrame(frame);
      meter.close();
    };
  }, [track]);
  return (
    <div className="meter" ref={box} aria-hidden="true">
      {BARS.map((height) => (
        <i key={height} />
      ))}
    </div>
  );
}

function Pickers({ local }: { local: LocalMedia }) {
  const options = (choices: readonly MediaDeviceInfo[], name: string) =>
    choices.map((choice, index) => ({
      id: choice.deviceId,
      text: choice.label || `${name} ${index + 1}`,
    }));
  const { microphone, camera, speakers } = local;
  return (
    <div className="pickers" data-count={speakers.length > 0 ? 3 : 2}>
      <Select
        label="Microphone"
        icon={<Mic aria-hidden />}
        options={options(microphone.choices, 'Microphone')}
        value={microphone.track?.getSettings().deviceId ?? null}
        onChange={(id) => void local.open('microphone', id)}
        disabled={microphone.choices.length === 0}
      />
      <Select
        label="Camera"
        icon={<VideoIcon aria-hidden />}
        options={options(camera.choices, 'Camera')}
        value={camera.track?.getSettings().deviceId ?? null}
        onChange={(id) => void local.open('camera', id)}
        disabled={camera.choices.length === 0}
      />
      {speakers.length > 0 && (
        <div className="picker-speaker">
          <Select
            label="Speaker"
            icon={<Volume2 aria-hidden />}
            options={options(speakers, 'Speaker')}
            value={local.speaker ?? speakers[0]?.deviceId ?? null}
            onChange={local.chooseSpeaker}
          />
          <Button onClick={() => void chime(local.speaker)}>Test</Button>
        </div>
      )}
    </div>
  );
}

/** Plays two soft notes, so that one knows where sound comes from. */
async function chime(speaker: string | null): Promise<void> {
  const context = new AudioContext() as AudioContext & {
    setSinkId?: (id: string) => Promise<void>;
  };
  if (speaker) await context.setSinkId?.(speaker);
  for (const [index, frequency] of [523.25, 659.25].entries()) {
    const note = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    const at = context.currentTime + index * 0.22;
    gain.gain.setTargetAtTime(0.2, at, 0.02);
    gain.gain.setTargetAtTime(0, at + 0.25, 0.12);
    note.connect(gain).connect(context.destination);
    note.start(at);
    note.stop(at + 1);
    if (index === 1) note.onended = () => void context.close();
  }
}

function Begins({ lesson }: { lesson: Session }) {
  const { me } = useLectern();
  const now = useNow();
  const other = otherPerson(lesson, me.id);
  const present = useInRoom(lesson.id, true).includes(other.id);
  const until = Date.parse(lesson.scheduledAt) - now;
  const left = Date.parse(lesson.endsAt) - now;
  return (
    <section className="begins" aria-label="When it begins">
      <div>
        <p className="begins-time l-time">{countdown(until > 0 ? until : left)}</p>
        <p>{until > 0 ? 'until it begins' : left > 0 ? 'until it ends' : 'time is up'}</p>
      </div>
      <div className="begins-person">
        <span className="begins-face" data-here={present || undefined}>
          <Avatar id={other.id} name={other.name} />
        </span>
        <p>
          {firstName(other.name)} is {present ? 'already here' : 'not here yet'}
        </p>
      </div>
    </section>
  );
}

function Checks({ local }: { local: LocalMedia }) {
  const heard = useHeard(local.microphone.track);
  const trip = useRoundTrip();
  return (
    <ul className="l-card checks">
      <Check
        state={local.microphone.fault ? 'bad' : heard ? 'good' : 'waiting'}
        text={
          local.microphone.fault
            ? deviceWords('Microphone', local.microphone.fault)
            : heard
              ? 'Microphone hears you'
              : 'Say something to try the microphone'
        }
      />
      <Check
        state={local.camera.fault ? 'bad' : local.camera.track ? 'good' : 'waiting'}
        text={
          local.camera.fault
            ? deviceWords('Camera', local.camera.fault)
            : local.camera.track
              ? 'Camera is working'
              : 'Camera is off'
        }
      />
      <Check
        state={trip === null ? 'waiting' : trip < 0 ? 'bad' : 'good'}
        text={
          trip === null
            ? 'Trying the connection'
            : trip < 0
              ? 'The server does not answer'
              : trip < 250
                ? 'Connection is good'
                : 'Connection is slow'
        }
        note={trip !== null && trip >= 0 ? `${trip} ms` : undefined}
      />
    </ul>
  );
}

function deviceWords(name: string, fault: DeviceFault): string {
  if (fault === 'refused') return `${name} is kept off by the browser`;
  return fault === 'busy' ? `${name} is in use elsewhere` : `${name} was not found`;
}

interface CheckProps {
  state: 'good' | 'bad' | 'waiting';
  text: string;
  note?: string | undefined;
}

function Check({ state, text, note }: CheckProps) {
  const Icon = { good: CircleCheck, bad: CircleAlert, waiting: CircleDashed }[state];
  return (
    <li data-state={state}>
      <Icon aria-hidden />
      <span>{text}</span>
      {note && <span className="l-time l-muted">{note}</span>}
    </li>
  );
}

/** Whether the microphone has heard anything yet. */
function useHeard(track: MediaStreamTrack | null): boolean {
  const [heard, setHeard] = useState<MediaStreamTrack | null>(null);
  useEffect(() => {
    if (!track) return;
    const meter = new LevelMeter(track);
    const timer = setInterval(() => {
      if (meter.read() > 0.2) setHeard(track);
    }, 200);
    return () => {
      clearInterval(timer);
      meter.close();
    };
  }, [track]);
  return track !== null && heard === track;
}

/** Milliseconds to the server and back; -1 when it does not answer. */
function useRoundTrip(): number | null {
  const [trip, setTrip] = useState<number | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const measure = async () => {
      // The first request opens the connection; the second one is measured.
      for (let turn = 0; turn < 2; turn += 1) {
        const start = performance.now();
        await fetch('/livez', { cache: 'no-store', signal: stop.signal });
        setTrip(Math.max(1, Math.round(performance.now() - start)));
      }
    };
    measure().catch(() => !stop.signal.aborted && setTrip(-1));
    return () => stop.abort();
  }, []);
  return trip;
}
