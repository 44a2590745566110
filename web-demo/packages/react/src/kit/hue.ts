export const HUES = ['clay', 'iris', 'sky', 'rose', 'fern', 'slate'] as const;

/** The colour that follows a person through calendar, lanes and chat. */
export type Hue = (typeof HUES)[number];

/** A hue for somebody who has none of their own: always the same one. */
export function hueOf(id: string): Hue {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 'slate';
}
