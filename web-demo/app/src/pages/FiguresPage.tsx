import { Insight } from '@lectern/react';
import { Shell } from '../shell/Shell.tsx';

/** What the caller's own lessons come to. */
export default function FiguresPage() {
  return (
    <Shell title="Your figures">
      <Insight of="mine" title="Your figures" />
    </Shell>
  );
}
