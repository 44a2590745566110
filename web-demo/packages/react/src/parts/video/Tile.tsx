import { isLive, type RoomPerson } from '@lectern/client';
import { Hand, MicOff } from 'lucide-react';
import { useAppearance } from '../../hooks/appearance.ts';
import { Avatar } from '../../kit/Avatar.tsx';
import { Video } from './Media.tsx';

interface TileProps {
  person: RoomPerson;
  name: string;
  /** Draws a ring round who speaks: only where several are shown. */
  ring?: boolean;
  onHeight: (height: number) => void;
}

/** Somebody in the room: their picture, or their face while the camera is off. */
export function Tile({ person, name, ring, onHeight }: TileProps) {
  const camera = isLive(person, 'camera') ? person.media.camera : undefined;
  const muted = !isLive(person, 'microphone');
  return (
    <div className="l-tile" data-speaking={(ring && person.speaking) || undefined}>
      {camera ? (
        <Video stream={camera} label={`${person.name}’s camera`} onHeight={onHeight} />
      ) : (
        <Curtain id={person.user} name={person.name} />
      )}
      <div className="l-plate">
        {muted ? <MicOff aria-label="Microphone off" /> : person.speaking && <SpeakingBars />}
        <span>{name}</span>
        {person.hand && <Hand aria-label="Hand raised" className="l-plate-hand" />}
      </div>
    </div>
  );
}

/** What stands in for a picture. */
export function Curtain({ id, name }: { id: string; name: string }) {
  const { hue } = useAppearance();
  return (
    <div className={`l-curtain hue-${hue(id)}`}>
      <Avatar id={id} name={name} size={96} />
    </div>
  );
}

export function SpeakingBars() {
  return (
    <span className="l-speaking" role="img" aria-label="Speaking">
      <i />
      <i />
      <i />
    </span>
  );
}
