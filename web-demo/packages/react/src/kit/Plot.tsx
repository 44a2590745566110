import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import { Button } from './Button.tsx';

export interface PlotSeries {
  label: string;
  /** A role of the design: `--accent`. */
  color: string;
  values: readonly (number | null)[];
}

/** What stands under a value, and what it is called in full. */
export interface PlotName {
  short: string;
  long: string;
}

interface PlotProps {
  title: string;
  names: readonly PlotName[];
  /** What the names are, over their column. */
  heading?: string;
  /** From the lowest part of a stack to the highest. */
  series: readonly PlotSeries[];
  kind: 'stack' | 'line';
  /** A value with its unit: `165 h`. */
  format: (value: number) => string;
  /** The top of the scale, where it is known beforehand. */
  max?: number;
  height?: number;
  /** What is said where there is nothing to draw. */
  nothing?: string | false;
}

interface Pointed {
  index: number;
  left: number;
}

/** Room for the scale at the start, in pixels. */
const SCALE_WIDTH = 52;
/** Names under the plot stand at least so far apart, in pixels. */
const NAME_SPACE = 64;

/** Figures side by side: a picture for eyes and pointers, and the same as a table. */
export function Plot({ nothing = false, ...drawn }: PlotProps) {
  const id = useId();
  if (nothing === false) return <Drawn {...drawn} />;
  return (
    <section className="l-card l-plot" aria-labelledby={id}>
      <header>
        <h2 id={id}>{drawn.title}</h2>
      </header>
      <p className="l-plot-nothing">{nothing}</p>
    </section>
  );
}

type DrawnProps = Omit<PlotProps, 'nothing'>;

function Drawn(props: DrawnProps) {
  const { title, names, heading = 'When', series, format } = props;
  const [listed, setListed] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  useEffect(
    () => (box.current ? draw(box.current, props, setPointed) : undefined),
    [props, listed],
  );
  return (
    <section className="l-card l-plot" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {series.length > 1 && !listed && <Legend series={series} />}
        <Button
          kind="ghost"
          size="small"
          onClick={() => {
            setPointed(null);
            setListed(!listed);
          }}
        >
          <span className="l-hidden">{title} </span>
          {listed ? 'As a plot' : 'As a table'}
        </Button>
      </header>
      {!listed && (
        <div className="l-plot-box">
          <div ref={box} aria-hidden="true" />
          {pointed && <Tip pointed={pointed} {...props} />}
        </div>
      )}
      {/* Longer than the plot is high, the table scrolls, by arrow keys too. */}
      <div
        className={listed ? 'l-plot-table' : 'l-hidden'}
        {...(listed && { role: 'region', 'aria-label': `${title}, value by value`, tabIndex: 0 })}
      >
        <table>
          <caption className="l-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{heading}</th>
              {series.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map(({ long }, index) => (
              <tr key={long}>
                <th scope="row">{long}</th>
                {series.map(({ label, values }) => (
                  <td key={label}>{said(values[index], format)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Legend({ series }: { series: readonly PlotSeries[] }): ReactNode {
  return (
    <ul className="l-plot-legend" aria-hidden="true">
      {series.map(({ label, color }) => (
        <li key={label}>
          <i style={{ background: `var(${color})` }} />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Tip({ pointed, names, series, format }: DrawnProps & { pointed: Pointed }) {
  return (
    <p className="l-plot-tip" style={{ left: pointed.left }} aria-hidden="true">
      <b>{names[pointed.index]?.long}</b>
      {series.map(({ label, values }) => (
        <span key={label}>
          {series.length > 1 && `${label}: `}
          {said(values[pointed.index], format)}
        </span>
      ))}
    </p>
  );
}

function said(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? 'none' : format(value);
}

/** Draws into a box, and again when its width or the theme changes. */
function draw(
  box: HTMLElement,
  { names, series, kind, format, max, height = 220 }: DrawnProps,
  onPoint: (pointed: Pointed | null) => void,
): () => void {
  const grown = kind === 'stack' ? stacked(series) : series;
  const bars = uPlot.paths.bars?.({ size: [0.66, 48], radius: 0.12 });
  const axis = { font: '12px Figtree Variable, sans-serif', ticks: { show: false } };
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height,
      padding: [8, 24, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: [-0.6, names.length - 0.4] },
        y: { range: (_, __, top) => [0, kind === 'line' ? room(max ?? top) : (max ?? room(top))] },
      },
      axes: [
        {
          ...axis,
          stroke: resolved(box, '--ink-2'),
          grid: { show: false },
          size: 28,
          splits: (self) => every(names.length, self.width - SCALE_WIDTH),
          values: (_, splits) => splits.map((split) => names[split]?.short ?? ''),
        },
        {
          ...axis,
          stroke: resolved(box, '--ink-2'),
          size: SCALE_WIDTH,
          space: 48,
          grid: { stroke: resolved(box, '--line'), width: 1 },
          values: (_, splits) => splits.map(format),
        },
      ],
      series: [
        {},
        ...grown.toReversed().map((each) => ({
          label: each.label,
          ...(kind === 'stack'
            ? {
                fill: resolved(box, each.color),
                width: 0,
                points: { show: false },
                ...(bars && { paths: bars }),
              }
            : {
                stroke: resolved(box, each.color),
                width: 2,
                points: {
                  show: true,
                  size: 7,
                  width: 0,
                  fill: resolved(box, each.color),
                  filter: alone(each.values),
                },
              }),
        })),
      ],
      cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === 'line' } },
      hooks: {
        setCursor: [
          (self) => {
            const { idx, left } = self.cursor;
            const out = idx === null || idx === undefined || left === undefined || left < 0;
            onPoint(out ? null : { index: idx, left: SCALE_WIDTH + self.valToPos(idx, 'x') });
          },
        ],
      },
    },
    [names.map((_, index) => index), ...grown.toReversed().map(({ values }) => [...values])],
    box,
  );
  const resize = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
  resize.observe(box);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const repaint = () => plot.redraw(false);
  dark.addEventListener('change', repaint);
  const themes = new MutationObserver(repaint);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    resize.disconnect();
    themes.disconnect();
    dark.removeEventListener('change', repaint);
    plot.destroy();
  };
}

/** A little more than the highest value, so that what is drawn there is seen whole. */
function room(top: number): number {
  return top > 0 ? top * 1.08 : 1;
}

/** Where a value has none beside it to draw a line to. */
export function alone(values: readonly (number | null)[]): number[] {
  const known = (place: number) => typeof values[place] === 'number';
  return [...values.keys()].filter(
    (place) => known(place) && !known(place - 1) && !known(place + 1),
  );
}

/** A role's colour as a canvas takes it, in the theme that is on. */
function resolved(box: HTMLElement, role: string): () => string {
  return () => {
    const probe = document.createElement('i');
    probe.style.color = `var(${role})`;
    box.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** Each series on top of those before it. */
function stacked(series: readonly PlotSeries[]): PlotSeries[] {
  const sums: number[] = [];
  return series.map((each) => ({
    ...each,
    values: each.values.map((value, index) => (sums[index] = (sums[index] ?? 0) + (value ?? 0))),
  }));
}

/** As many of so many places as there is room to name, the last among them. */
function every(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((count * NAME_SPACE) / Math.max(width, NAME_SPACE)));
  const last = count - 1;
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => last - index * step)
    .filter((place) => place >= 0)
    .toReversed();
}
