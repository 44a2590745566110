import { Move, MicOff } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { Video } from './Media.tsx';
import { Curtain } from './Tile.tsx';

type Corner = { block: 'start' | 'end'; inline: 'start' | 'end' };

interface SelfViewProps {
  id: string;
  name: string;
  camera: MediaStreamTrack | null;
  muted: boolean;
  /** In a strip it stays where it is. */
  fixed?: boolean;
}

/** Oneself, mirrored; dragged to a corner, or moved there with the arrow keys. */
export function SelfView({ id, name, camera, muted, fixed }: SelfViewProps) {
  const [corner, setCorner] = useState<Corner>({ block: 'end', inline: 'end' });
  const box = useRef<HTMLDivElement>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const stream = useMemo(() => (camera ? new MediaStream([camera]) : null), [camera]);

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!start.current || !box.current) return;
    const { x, y } = start.current;
    box.current.style.transform = `translate(${event.clientX - x}px, ${event.clientY - y}px)`;
  };
  const drop = () => {
    if (!start.current || !box.current) return;
    const mine = box.current.getBoundingClientRect();
    const stage = box.current.parentElement?.getBoundingClientRect();
    start.current = null;
    box.current.style.transform = '';
    box.current.removeAttribute('data-dragged');
    if (!stage) return;
    const left = mine.x + mine.width / 2 < stage.x + stage.width / 2;
    const rtl = getComputedStyle(box.current).direction === 'rtl';
    setCorner({
      block: mine.y + mine.height / 2 < stage.y + stage.height / 2 ? 'start' : 'end',
      inline: left === rtl ? 'end' : 'start',
    });
  };
  const move = (event: KeyboardEvent) => {
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl';
    const before = rtl ? 'ArrowRight' : 'ArrowLeft';
    const after = rtl ? 'ArrowLeft' : 'ArrowRight';
    if (event.key === 'ArrowUp') setCorner((now) => ({ ...now, block: 'start' }));
    else if (event.key === 'ArrowDown') setCorner((now) => ({ ...now, block: 'end' }));
    else if (event.key === before) setCorner((now) => ({ ...now, inline: 'start' }));
    else if (event.key === after) setCorner((now) => ({ ...now, inline: 'end' }));
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={box}
      className={fixed ? 'l-tile' : 'l-tile l-self'}
      data-block={corner.block}
      data-inline={corner.inline}
      onPointerDown={(event) => {
        if (fixed || event.button !== 0) return;
        start.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset['dragged'] = '';
      }}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      {stream ? (
        <Video stream={stream} label="Your camera" mirrored />
      ) : (
        <Curtain id={id} name={name} />
      )}
      <div className="l-plate l-plate--small">
        {muted && <MicOff aria-label="Your microphone is off" />}
        <span>You</span>
      </div>
      {!fixed && (
        <button
          type="button"
          className="l-self-move"
          aria-label="Move your picture with the arrow keys"
          onKeyDown={move}
        >
          <Move aria-hidden />
        </button>
      )}
    </div>
  );
}
