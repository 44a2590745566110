import { Room, type RoomOptions, type RoomState } from '@lectern/client';
import { useEffect, useRef, useState } from 'react';

/** Joins a room while the part is shown, and leaves it afterwards. */
export function useRoom(options: RoomOptions): { room: Room | null; state: RoomState | null } {
  const [held, setHeld] = useState<{ room: Room; state: RoomState } | null>(null);
  const first = useRef(options);
  useEffect(() => {
    const room = new Room(first.current);
    const stop = room.subscribe(() => setHeld({ room, state: room.state }));
    setHeld({ room, state: room.state });
    return () => {
      stop();
      room.leave();
    };
  }, []);
  return { room: held?.room ?? null, state: held?.state ?? null };
}
