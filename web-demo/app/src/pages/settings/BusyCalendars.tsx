import {
  type BusyCalendar,
  type CalendarFeeds,
  type FeedProblem,
  ProblemError,
  type Tagged,
} from '@lectern/client';
import {
  ago,
  Button,
  Chip,
  counted,
  Failure,
  Refusal,
  SkeletonRows,
  TextField,
  useCalendarFeeds,
  useCalendarFeedsChange,
  useLectern,
  useNow,
} from '@lectern/react';
import { CalendarSync, Check, Hourglass, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';

/** Why a calendar cannot be read, and what can be done. */
const WHY: Record<FeedProblem, string> = {
  unreachable: 'Nobody answers at this address.',
  timeout: 'It takes too long to answer.',
  blocked: 'It leads to a place that we do not ask.',
  too_many_redirects: 'It leads from one address to the next without an end.',
  forbidden: 'It is not open to us: share it by its secret address.',
  not_found: 'It is no longer there. Copy its address anew.',
  bad_status: 'Its server answers with a fault.',
  too_large: 'It is larger than we read.',
  not_a_calendar: 'What is there is no calendar.',
  too_many_events: 'It has more events than we read.',
};

/** Calendars elsewhere: while something stands in them, nobody can book. */
export function BusyCalendars() {
  const feeds = useCalendarFeeds();
  return (
    <section className="l-card busy" aria-labelledby="busy">
      <header>
        <h2 id="busy">Calendars that count as busy</h2>
        <p className="l-muted">
          While something stands in one of them, that time is not offered. We read when you are busy
          and nothing else.
        </p>
      </header>
      {feeds.isPending && <SkeletonRows rows={2} />}
      {feeds.isError && !feeds.data && (
        <Failure error={feeds.error} what="Your calendars" retry={() => void feeds.refetch()} />
      )}
      {feeds.data && <List feeds={feeds.data} />}
    </section>
  );
}

function List({ feeds }: { feeds: Tagged<CalendarFeeds> }) {
  const { toast } = useLectern();
  const change = useCalendarFeedsChange();
  const { busy } = feeds.value;
  const named = busy.map(({ url, name }) => ({ url, ...(name && { name }) }));
  const remove = (calendar: BusyCalendar) =>
    change.mutate(
      {
        change: { busy: named.filter(({ url }) => url !== calendar.url) },
        etag: feeds.etag,
      },
      {
        onSuccess: ({ etag }) =>
          toast(`${nameOf(calendar)} no longer counts`, () =>
            change.mutate({ change: { busy: named }, etag }),
          ),
      },
    );
  const add = (added: { url: string; name?: string }, onAdded: () => void) =>
    change.mutate(
      { change: { busy: [...named, added] }, etag: feeds.etag },
      {
        onSuccess: () => {
          toast('It is read within a minute');
          onAdded();
        },
      },
    );
  return (
    <>
      {busy.length === 0 && (
        <p className="busy-none l-muted">
          None yet. Add the address of a calendar that your other appointments are in.
        </p>
      )}
      <ul className="l-rows">
        {busy.map((each) => (
          <Row key={each.id} calendar={each} onRemove={() => remove(each)} />
        ))}
      </ul>
      {change.isError && (
        <div className="busy-refused">
          <Refusal error={change.error} lead="Nothing is changed." why={whyNot(change.error)} />
        </div>
      )}
      <Add taken={named.map(({ url }) => url)} busy={change.isPending} onAdd={add} />
    </>
  );
}

function Row({ calendar, onRemove }: { calendar: BusyCalendar; onRemove: () => void }) {
  const { zone } = useLectern();
  const now = useNow(30_000);
  const read = calendar.fetchedAt && ago(calendar.fetchedAt, now, zone);
  return (
    <li className="busy-row">
      <CalendarSync aria-hidden />
      <div>
        <b dir="auto">{nameOf(calendar)}</b>
        {calendar.name && (
          <p className="l-muted" dir="ltr">
            {hostOf(calendar.url)}
          </p>
        )}
        {calendar.state === 'failing' && (
          <p className="busy-problem">
            {WHY[calendar.problem ?? 'bad_status']}{' '}
            {read ? 'What was read before still counts.' : 'Nothing of it counts yet.'}
          </p>
        )}
      </div>
      <span className="busy-state">
        {calendar.state === 'pending' && (
          <Chip tone="now">
            <Hourglass aria-hidden /> Not read yet
          </Chip>
        )}
        {calendar.state === 'ok' && (
          <Chip tone="good">
            <Check aria-hidden /> {counted(calendar.events, 'event')}
          </Chip>
        )}
        {calendar.state === 'failing' && (
          <Chip tone="bad">
            <TriangleAlert aria-hidden /> Cannot be read
          </Chip>
        )}
        {read && <span className="l-muted">Read {inSentence(read)}</span>}
      </span>
      <Button kind="ghost" icon aria-label={`Remove ${nameOf(calendar)}`} onClick={onRemove}>
        <Trash2 aria-hidden />
      </Button>
    </li>
  );
}

interface AddProps {
  taken: readonly string[];
  busy: boolean;
  onAdd: (calendar: { url: string; name?: string }, onAdded: () => void) => void;
}

const LONGEST_URL = 2_048;
const LONGEST_NAME = 100;

function Add({ taken, busy, onAdd }: AddProps) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const send = () => {
    const fault = faultOf(url.trim(), taken);
    setWrong(fault);
    if (fault !== null) return;
    onAdd({ url: url.trim(), ...(name.trim() && { name: name.trim() }) }, () => {
      setUrl('');
      setName('');
    });
  };
  return (
    <form
      className="busy-add"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextField
        label="Address of the calendar"
        type="url"
        inputMode="url"
        dir="ltr"
        placeholder="https://…/basic.ics"
        value={url}
        maxLength={LONGEST_URL}
        error={wrong}
        onChange={(event) => {
          setUrl(event.target.value);
          setWrong(null);
        }}
      />
      <TextField
        label="Name"
        hint="optional"
        placeholder="Family"
        value={name}
        maxLength={LONGEST_NAME}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" kind="primary" busy={busy}>
        Add calendar
      </Button>
    </form>
  );
}

/** What is wrong with an address, in a sentence; null when nothing is. */
function faultOf(url: string, taken: readonly string[]): string | null {
  if (url === '') return 'Paste the address that your calendar gives for sharing.';
  if (!URL.canParse(url) || !/^(https|webcal):/.test(url)) return 'It should begin with https://';
  return taken.includes(url) ? 'It stands here already.' : null;
}

function nameOf(calendar: BusyCalendar): string {
  return calendar.name || hostOf(calendar.url);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** `8 minutes ago`, `today, 09:10`, `Saturday`: only days keep their capital. */
function inSentence(moment: string): string {
  return /^(Just|Today|Yesterday)/.test(moment)
    ? moment.slice(0, 1).toLowerCase() + moment.slice(1)
    : moment;
}

function whyNot(error: unknown): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  if (error.code === 'version_conflict') return 'It was changed in another place a moment ago.';
  if (error.code !== 'validation_failed') return undefined;
  return error.problem.errors?.map(({ detail }) => detail).join('; ');
}
