import { addDays, type Analytics, type FiguresOf, wallClock } from '@lectern/client';
import { type ReactNode, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useAnalytics } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { Failure } from '../../kit/Failure.tsx';
import { Plot } from '../../kit/Plot.tsx';
import { SaveFile } from '../../kit/SaveFile.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { StateView } from '../../kit/StateView.tsx';
import { longDate, monthYear, shortDayMonth, shortMonth } from '../../text/format.ts';
import { Busiest } from './Busiest.tsx';
import { CalledOff } from './CalledOff.tsx';
import { ComeBack } from './ComeBack.tsx';
import { headlines, hours, percent, shareOf } from './figures.ts';

const SPANS = [
  { id: '7', text: '7 days' },
  { id: '30', text: '30 days' },
  { id: '365', text: 'Year' },
] as const;

/** From so many days on, figures are drawn by the month. */
const LONG = 100;

interface InsightProps {
  of: FiguresOf;
  title: string;
  children?: ReactNode;
}

/** What lessons come to: figures beside the time before, and plots. */
export function Insight({ of, title, children }: InsightProps) {
  const { lectern, zone } = useLectern();
  const now = useNow(60_000);
  const [chosen, setChosen] = useState('30');
  const days = Number(chosen);
  const to = addDays(wallClock(now, zone).date, 1);
  const from = addDays(to, -days);
  const by = days > LONG ? ('month' as const) : ('day' as const);
  const figures = useAnalytics(of, { from, to, by });
  const before = useAnalytics(of, { from: addDays(from, -days), to: from, by });
  return (
    <div className="l-insight">
      <header>
        <div>
          <h1>{title}</h1>
          {children}
        </div>
        <div className="l-insight-choice">
          <Segmented label="Which time" options={SPANS} value={chosen} onChange={setChosen} />
          <SaveFile
            name="figures.csv"
            type="text/csv"
            load={() => lectern.analyticsCsv(of, { from, to, by, timeZone: zone })}
          >
            Export CSV
          </SaveFile>
        </div>
      </header>
      {figures.isPending && (
        <div className="l-insight-wait" role="status" aria-label="Loading">
          <Skeleton height={112} />
          <Skeleton height={300} />
          <Skeleton height={280} />
        </div>
      )}
      {figures.isError && !figures.data && (
        <div className="l-card">
          <Failure error={figures.error} what="The figures" retry={() => void figures.refetch()} />
        </div>
      )}
      {figures.data && figures.data.totals.booked === 0 && (
        <div className="l-card">
          <StateView title="No lessons in this time" lit>
            <p>Choose a longer time, or come back after the next lesson.</p>
          </StateView>
        </div>
      )}
      {figures.data && figures.data.totals.booked > 0 && (
        <Drawn now={figures.data} before={before.data ?? null} />
      )}
    </div>
  );
}

function Drawn({ now, before }: { now: Analytics; before: Analytics | null }) {
  const names = now.series.map(({ date, startsAt, endsAt }) => {
    const month = Date.parse(endsAt) - Date.parse(startsAt) > 8 * 86_400_000;
    return month
      ? { short: shortMonth(date), long: monthYear(date) }
      : { short: shortDayMonth(date), long: longDate(date) };
  });
  const figures = now.series.map((part) => part.figures);
  const share = (part: Parameters<typeof shareOf>[1]) =>
    figures.map((each) => (shareOf(each, part) ?? 0) * 100);
  return (
    <>
      <dl className="l-card l-headlines">
        {headlines(now.totals, before && before.totals).map(({ label, value, change, tone }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <b>{value}</b>
              <span data-tone={tone}>{change}</span>
            </dd>
          </div>
        ))}
      </dl>
      <Plot
        title="Hours together"
        kind="stack"
        names={names}
        series={[
          {
            label: 'One to one',
            color: '--accent',
            values: figures.map(({ minutes, minutesInGroups }) => (minutes - minutesInGroups) / 60),
          },
          {
            label: 'Groups',
            color: '--iris',
            values: figures.map(({ minutesInGroups }) => minutesInGroups / 60),
          },
        ]}
        format={hours}
        height={240}
      />
      <div className="l-insight-pair">
        <Plot
          title="Sound and picture lost"
          kind="line"
          names={names}
          series={[
            {
              label: 'Lost',
              color: '--sky',
              values: figures.map(({ quality }) =>
                quality.lossRate === null ? null : quality.lossRate,
              ),
            },
          ]}
          format={percent}
          nothing={now.totals.quality.lossRate === null && 'No call was measured.'}
        />
        <Plot
          title="How lessons ended"
          kind="stack"
          names={names}
          series={[
            { label: 'Held', color: '--good', values: share(({ completed }) => completed) },
            {
              label: 'Cancelled',
              color: '--line-control',
              values: share(({ cancelled }) => cancelled.total),
            },
            { label: 'No-show', color: '--bad', values: share(({ noShows }) => noShows.total) },
          ]}
          format={(value) => `${Math.round(value)} %`}
          max={100}
        />
      </div>
      <CalledOff totals={now.totals} />
      <ComeBack figures={now} names={names} />
      <Busiest hours={now.busiest} />
    </>
  );
}
