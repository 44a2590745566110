import { useAppearance } from '../hooks/appearance.ts';

interface AvatarProps {
  id: string;
  name: string;
  size?: 24 | 32 | 40 | 56 | 96;
}

/** Somebody's face, or their initials on their hue. The name stands beside it. */
export function Avatar({ id, name, size = 40 }: AvatarProps) {
  const appearance = useAppearance();
  return (
    <span className={`l-avatar hue-${appearance.hue(id)}`} data-size={size} aria-hidden="true">
      {appearance.face(id) ?? initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
