import type { LucideIcon } from 'lucide-react';
import { Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Lamp } from './Lamp.tsx';

export interface StateViewProps {
  title: string;
  /** The page's heading when the state is all there is. */
  level?: 1 | 2;
  lit?: boolean;
  icon?: LucideIcon;
  tone?: 'now' | 'bad' | 'info';
  children?: ReactNode;
  steps?: string[];
  actions?: ReactNode;
  /** The server's id of what went wrong. */
  reference?: string | null;
}

/** What a page says when it has nothing else to show. */
export function StateView(props: StateViewProps) {
  const Heading = props.level === 1 ? 'h1' : 'h2';
  return (
    <div className="l-state">
      <Lamp
        lit={props.lit ?? false}
        {...(props.icon && { icon: props.icon })}
        {...(props.tone && { tone: props.tone })}
      />
      <Heading>{props.title}</Heading>
      {props.children}
      {props.steps && (
        <ol className="l-state-steps">
          {props.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {props.actions && <div className="l-state-actions">{props.actions}</div>}
      {props.reference && <Reference id={props.reference} />}
    </div>
  );
}

function Reference({ id }: { id: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(id).then(() => setCopied(true));
  return (
    <button type="button" className="l-reference" onClick={copy} aria-label={`Copy ${id}`}>
      <Copy aria-hidden /> {copied ? 'Copied' : id}
    </button>
  );
}
