import { isLive, type Room, type RoomState, type ScreenShare } from '@lectern/client';
import { MonitorUp } from 'lucide-react';
import { useMemo } from 'react';
import { useLectern } from '../../hooks/context.ts';
import type { LocalMedia } from '../../hooks/useLocalMedia.ts';
import { firstName } from '../../text/format.ts';
import { Video } from './Media.tsx';
import { SelfView } from './SelfView.tsx';
import { Curtain, Tile } from './Tile.tsx';

interface StageProps {
  state: RoomState;
  room: Room;
  local: LocalMedia;
  /** What we show of our own screen. */
  screen: ScreenShare | null;
  selfHidden: boolean;
  waitingFor: { id: string; name: string };
}

/** Who and what is seen, and how large. */
export function Stage({ state, room, local, screen, selfHidden, waitingFor }: StageProps) {
  const { me } = useLectern();
  const presenter = state.others.find(
    (person) => isLive(person, 'screen') && person.media.screen !== undefined,
  );
  const mine = useMemo(() => (screen ? new MediaStream([screen.video]) : null), [screen]);
  const shown = presenter?.media.screen ?? mine;
  const strip = shown !== null && shown !== undefined;
  const tiles = state.others.map((person) => (
    <Tile
      key={person.participant}
      person={person}
      name={strip ? firstName(person.name) : person.name}
      ring={strip || state.others.length > 1}
      onHeight={(height) => room.view(person.participant, 'camera', height)}
    />
  ));
  const self = !selfHidden && (
    <SelfView
      id={me.id}
      name={me.name}
      camera={local.camera.on ? local.camera.track : null}
      muted={!local.microphone.on}
      fixed={strip}
    />
  );
  return (
    <main
      className="l-stage"
      data-strip={strip || undefined}
      data-people={state.others.length}
      data-dimmed={state.phase === 'reconnecting' || undefined}
    >
      {state.phase === 'reconnecting' && <Reconnecting />}
      {strip ? (
        <>
          <div className="l-screen">
            <p className="l-screen-plate">
              <MonitorUp aria-hidden />
              {presenter
                ? `${firstName(presenter.name)} is showing a screen`
                : 'You are showing your screen'}
            </p>
            <Video
              stream={shown}
              label={presenter ? `${presenter.name}’s screen` : 'Your screen'}
              fit="contain"
              onHeight={(height) => presenter && room.view(presenter.participant, 'screen', height)}
            />
          </div>
          <div className="l-strip">
            {tiles}
            {self}
          </div>
        </>
      ) : (
        <>
          {tiles.length > 0 ? (
            <div className="l-tiles">{tiles}</div>
          ) : (
            <Waiting {...waitingFor} connecting={state.phase === 'connecting'} />
          )}
          {self}
        </>
      )}
    </main>
  );
}

function Reconnecting() {
  return (
    <div className="l-reconnecting" role="status">
      <span className="l-spinner" aria-hidden="true" />
      <div>
        <strong>Reconnecting you</strong>
        <p>The picture is the last one we got. Your seat is kept.</p>
      </div>
    </div>
  );
}

interface WaitingProps {
  id: string;
  name: string;
  connecting: boolean;
}

function Waiting({ id, name, connecting }: WaitingProps) {
  return (
    <div className="l-tiles">
      <div className="l-tile l-waiting">
        <Curtain id={id} name={name} />
        <p role="status">
          {connecting
            ? 'Opening the room'
            : `${firstName(name)} is not here yet. You are in the right place.`}
        </p>
      </div>
    </div>
  );
}
