import { type ChatMessage, wallClock } from '@lectern/client';
import { Send, X } from 'lucide-react';
import { Fragment, useEffect, useRef, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { firstName } from '../../text/format.ts';

/** The protocol's own bound. */
const LONGEST = 4_000;

interface ChatProps {
  messages: readonly ChatMessage[];
  /** How many had been read when the panel was opened. */
  readBefore: number;
  /** Who reads it. */
  to: string;
  onSend: (text: string) => void;
  onClose: () => void;
}

/** What is said in writing; it stays with the lesson. */
export function Chat({ messages, readBefore, to, onSend, onClose }: ChatProps) {
  const end = useRef<HTMLDivElement>(null);
  const [divider] = useState(readBefore);
  const fresh = messages.length - divider;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [messages.length]);
  return (
    <aside className="l-chat" aria-label="Chat">
      <header>
        <h2>Chat</h2>
        <button type="button" className="l-chat-close" aria-label="Close chat" onClick={onClose}>
          <X aria-hidden />
        </button>
      </header>
      <div className="l-chat-log" role="log" tabIndex={0} aria-label="Messages">
        {messages.length === 0 && (
          <p className="l-chat-empty">What you write here stays with the lesson.</p>
        )}
        {messages.map((message, index) => (
          <Fragment key={`${message.user} ${message.id}`}>
            {index === divider && divider > 0 && fresh > 0 && (
              <p className="l-chat-new">
                <span>{fresh} new</span>
              </p>
            )}
            <Message message={message} before={messages[index - 1]} />
          </Fragment>
        ))}
        <div ref={end} />
      </div>
      <Composer to={to} onSend={onSend} />
    </aside>
  );
}

interface MessageProps {
  message: ChatMessage;
  before: ChatMessage | undefined;
}

function Message({ message, before }: MessageProps) {
  const { me, zone } = useLectern();
  const mine = message.user === me.id;
  const { time } = wallClock(message.sentAt, zone);
  const follows = before?.user === message.user && wallClock(before.sentAt, zone).time === time;
  return (
    <div className="l-message" data-mine={mine || undefined}>
      {!follows && (
        <p className="l-message-head">
          {!mine && <b>{firstName(message.name)} </b>}
          <span className="l-time">{time}</span>
        </p>
      )}
      <p className="l-bubble" dir="auto">
        {message.text}
      </p>
    </div>
  );
}

function Composer({ to, onSend }: { to: string; onSend: (text: string) => void }) {
  const [text, setText] = useState('');
  const send = () => {
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
  };
  return (
    <form
      className="l-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        rows={1}
        dir="auto"
        aria-label={`Write to ${to}`}
        placeholder={`Write to ${to}`}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" aria-label="Send" disabled={text.trim() === ''}>
        <Send aria-hidden />
      </button>
    </form>
  );
}
