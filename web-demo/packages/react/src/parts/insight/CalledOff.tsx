import type { Figures } from '@lectern/client';
import { Plot } from '../../kit/Plot.tsx';
import { leadTime, number } from './figures.ts';

/** What was called off, and seats that were given back: by how late and by whom. */
export function CalledOff({ totals }: { totals: Figures }) {
  const { cancelled, seatsGivenBack } = totals;
  const stacks = (of: (withdrawn: Figures['cancelled']) => number[]) => [
    { label: 'Lessons', color: '--line-control', values: of(cancelled) },
    { label: 'Seats in groups', color: '--iris', values: of(seatsGivenBack) },
  ];
  const nothing = cancelled.total + seatsGivenBack.total === 0 && 'Nothing was called off.';
  return (
    <div className="l-insight-pair">
      <Plot
        title="Called off, by how late"
        kind="stack"
        heading="How long before"
        names={cancelled.leadTimes.map(leadTime)}
        series={stacks(({ leadTimes }) => leadTimes.map(({ count }) => count))}
        format={number}
        nothing={nothing}
      />
      <Plot
        title="Called off, by whom"
        kind="stack"
        heading="By"
        names={['Teacher', 'Student', 'Others'].map((name) => ({ short: name, long: name }))}
        series={stacks(({ byTeacher, byStudent, byOthers }) => [byTeacher, byStudent, byOthers])}
        format={number}
        nothing={nothing}
      />
    </div>
  );
}
