import { type DisputeFile, wallClock } from '@lectern/client';
import { firstName, shortDayMonth, useLectern } from '@lectern/react';
import { LogIn, LogOut, type LucideIcon, MessageSquare, WifiOff } from 'lucide-react';
import { actionOf } from './actions.ts';

interface Moment {
  key: string;
  /** Milliseconds since the epoch. */
  at: number;
  icon: LucideIcon;
  text: string;
  bad?: boolean;
}

/** How a stay ends when somebody wanted it to. */
const MEANT = new Set(['left', 'ended', 'removed', 'cancelled']);

/** Everything that is known of a lesson, in the order in which it happened. */
export function MinuteByMinute({ file }: { file: DisputeFile }) {
  const { zone } = useLectern();
  const day = wallClock(file.session.scheduledAt, zone).date;
  const moments = momentsOf(file);
  return (
    <section className="l-card l-card--pad dispute-minutes">
      <h2>Minute by minute</h2>
      {moments.length === 0 && <p className="l-muted">Nothing was recorded.</p>}
      <ol className="l-rows">
        {moments.map(({ key, at, icon: Icon, text, bad }) => {
          const { date, time } = wallClock(at, zone);
          return (
            <li key={key} data-bad={bad || undefined}>
              <span className="l-time">
                {date === day
                  ? `${time}:${String(Math.floor(at / 1_000) % 60).padStart(2, '0')}`
                  : shortDayMonth(date)}
              </span>
              <Icon aria-hidden />
              <span dir="auto">{text}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function momentsOf({ session, evidence }: DisputeFile): Moment[] {
  const name = (id: string | null) => {
    if (id === null) return 'The system';
    const person = session.participants.find((each) => each.id === id);
    return person ? firstName(person.name) : id;
  };
  const stays = evidence.attendance.flatMap((stay): Moment[] => {
    const came: Moment = {
      key: `${stay.participant} came`,
      at: Date.parse(stay.connectedAt ?? stay.joinedAt),
      icon: LogIn,
      text: stay.connectedAt
        ? `${name(stay.user)} came in.`
        : `${name(stay.user)} came in without sound or picture.`,
    };
    if (stay.leftAt === null) return [came];
    const meant = stay.leftReason === null || MEANT.has(stay.leftReason);
    return [
      came,
      {
        key: `${stay.participant} went`,
        at: Date.parse(stay.leftAt),
        icon: meant ? LogOut : WifiOff,
        text: meant
          ? `${name(stay.user)} left.`
          : `${name(stay.user)}’s connection went silent, without pressing Leave.`,
        bad: !meant,
      },
    ];
  });
  const chat = evidence.chat.map((line, index): Moment => ({
    key: `chat ${index}`,
    at: Date.parse(line.sentAt),
    icon: MessageSquare,
    text: line.text
      ? `${name(line.user)} wrote: “${line.text}”`
      : `${name(line.user)} wrote in the chat.`,
  }));
  const events = evidence.events.map((event): Moment => {
    const { icon, text } = actionOf(event.action);
    return {
      key: event.id,
      at: Date.parse(event.at),
      icon,
      text: `${name(event.actor)} ${text}.`,
    };
  });
  return [...stays, ...chat, ...events].sort((a, b) => a.at - b.at);
}
