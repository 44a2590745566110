import type { Analytics } from '@lectern/client';
import { Plot, type PlotName } from '../../kit/Plot.tsx';
import { monthYear, shortMonth } from '../../text/format.ts';
import { percent } from './figures.ts';

interface ComeBackProps {
  figures: Analytics;
  /** What the parts of the time are called. */
  names: readonly PlotName[];
}

/** What people thought of their lessons, and which pairs met again. */
export function ComeBack({ figures: { series, totals, retention }, names }: ComeBackProps) {
  const { cohorts } = retention;
  return (
    <div className="l-insight-pair">
      <Plot
        title="Rating"
        kind="line"
        names={names}
        series={[
          {
            label: 'Stars',
            color: '--accent',
            values: series.map(({ figures }) => figures.ratings.average),
          },
        ]}
        format={(stars) => stars.toFixed(1)}
        max={5}
        nothing={totals.ratings.count === 0 && 'No review was published.'}
      />
      <Plot
        title="Met again"
        kind="stack"
        heading="Met first in"
        names={cohorts.map(({ month }) => ({ short: shortMonth(month), long: monthYear(month) }))}
        series={[
          {
            label: 'Within 30 days',
            color: '--accent',
            values: cohorts.map(({ completeAfter30Days, within30Days, pairs }) =>
              completeAfter30Days && pairs > 0 ? within30Days / pairs : null,
            ),
          },
          {
            label: '31 to 90 days',
            color: '--sky',
            values: cohorts.map(({ completeAfter90Days, within30Days, within90Days, pairs }) =>
              completeAfter90Days && pairs > 0 ? (within90Days - within30Days) / pairs : null,
            ),
          },
        ]}
        format={percent}
        max={1}
        nothing={
          !cohorts.some(({ completeAfter30Days, pairs }) => completeAfter30Days && pairs > 0) &&
          'A month is counted here when 30 days have passed for all who met in it.'
        }
      />
    </div>
  );
}
