import { Download } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLectern } from '../hooks/context.ts';
import { Button, type ButtonLook } from './Button.tsx';

interface SaveFileProps extends Pick<ButtonLook, 'kind' | 'size'> {
  /** What the file is called. */
  name: string;
  type: string;
  load: () => Promise<string>;
  className?: string;
  /** What readers hear, where the words alone do not tell one from another. */
  label?: string;
  children: ReactNode;
}

/** A button that fetches a file and hands it over. */
export function SaveFile({ name, type, load, label, children, ...look }: SaveFileProps) {
  const { toast } = useLectern();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([await load()], { type }));
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch {
      toast('The file could not be made. Try again in a moment');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button {...look} aria-label={label} busy={busy} onClick={() => void save()}>
      <Download aria-hidden /> <span>{children}</span>
    </Button>
  );
}
