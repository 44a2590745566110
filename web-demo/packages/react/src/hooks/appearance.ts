import { createContext, type ReactNode, useContext } from 'react';
import { type Hue, hueOf } from '../kit/hue.ts';

/** How people look here; a platform gives its own photos. */
export interface Appearance {
  /** A face for a circle, or null for initials. */
  face: (id: string) => ReactNode | null;
  /** A person at their desk, filling a wide box, or null. */
  scene: (id: string) => ReactNode | null;
  hue: (id: string) => Hue;
}

export const AppearanceContext = createContext<Appearance>({
  face: () => null,
  scene: () => null,
  hue: hueOf,
});

export function useAppearance(): Appearance {
  return useContext(AppearanceContext);
}
