import { type Appearance, hueOf } from '@lectern/react';
import { Face, Scene } from './Face.tsx';
import { LOOKS } from './people.ts';

/** The demo's people have faces of their own; anybody else has initials. */
export const appearance: Appearance = {
  face: (id) => {
    const look = LOOKS[id];
    return look ? <Face look={look} /> : null;
  },
  scene: (id) => {
    const look = LOOKS[id];
    return look ? <Scene look={look} /> : null;
  },
  hue: (id) => LOOKS[id]?.hue ?? hueOf(id),
};
