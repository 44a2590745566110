import type { Look } from './people.ts';

/** What of the hair is behind the head. */
export function HairBack({ look }: { look: Look }) {
  const { base, light } = look.hair;
  switch (look.style) {
    case 'long':
      return (
        <path
          d="M200 36c-66 0-92 46-94 112-2 70-8 130-18 190-4 22 34 26 46 6h132c12 20 50 16 46-6-10-60-16-120-18-190-2-66-28-112-94-112z"
          fill={base}
        />
      );
    case 'curly':
      return (
        <g fill={base}>
          {CURLS.map(([x, y, r]) => (
            <circle key={`${x} ${y}`} cx={x} cy={y} r={r} />
          ))}
        </g>
      );
    case 'bun':
      return (
        <g>
          <circle cx="200" cy="36" r="34" fill={base} />
          <path
            d="M174 32c8-16 44-16 52 0M180 22c10-8 30-8 40 0"
            fill="none"
            stroke={light}
            strokeWidth="5"
            strokeLinecap="round"
          />
          <path d="M120 170c-10-80 30-120 80-120s90 40 80 120z" fill={base} />
        </g>
      );
    default:
      return null;
  }
}

/** What of the hair falls over the forehead. */
export function HairFront({ look }: { look: Look }) {
  const { base, light } = look.hair;
  switch (look.style) {
    case 'long':
      return (
        <g>
          <path
            d="M222 62c-18 42-60 58-82 70-10 8-14 34-15 68-12-24-15-68-5-98 13-40 44-62 80-62 48 0 84 36 87 92 1 30-1 50-7 72-2-46-16-104-58-142z"
            fill={base}
          />
          <path
            d="M222 66c-26 22-58 32-82 56M148 84c14-18 36-28 58-28"
            fill="none"
            stroke={light}
            strokeWidth="5"
            strokeLinecap="round"
            opacity=".7"
          />
        </g>
      );
    case 'short':
      return (
        <g>
          <path
            d="M122 152c-8-62 22-106 78-106s88 42 78 106c-4-22-8-32-14-44-10 2-40 4-66-6-22 12-48 12-60 8-8 10-13 22-16 42z"
            fill={base}
          />
          <path
            d="M136 104c12-30 40-44 74-42M158 96c20 2 40-2 54-12"
            fill="none"
            stroke={light}
            strokeWidth="6"
            strokeLinecap="round"
            opacity=".8"
          />
        </g>
      );
    case 'cropped':
      return (
        <g>
          <path
            d="M124 160c-8-70 22-112 76-112s84 42 76 112c-4-20-6-34-14-50-34-14-90-14-124 0-8 16-10 30-14 50z"
            fill={base}
          />
          <path
            d="M148 84c24-20 80-20 104 0"
            fill="none"
            stroke={light}
            strokeWidth="7"
            strokeLinecap="round"
            opacity=".6"
          />
        </g>
      );
    case 'curly':
      return (
        <g fill={base}>
          <path d="M124 150c-2-50 26-86 76-86s78 36 76 86c-12-20-22-36-34-46-28 14-66 14-90 4-14 10-22 24-28 42z" />
          {FRINGE.map(([x, y, r]) => (
            <circle key={`${x} ${y}`} cx={x} cy={y} r={r} />
          ))}
          <path
            d="M138 78c8-12 20-18 32-20M216 56c14 2 26 10 34 20M112 128c-4 14-4 28 0 42"
            fill="none"
            stroke={light}
            strokeWidth="5"
            strokeLinecap="round"
          />
        </g>
      );
    case 'wavy':
      return (
        <g>
          <path
            d="M120 156c-14-34-4-66 14-80 4-24 34-40 62-34 26-12 62 0 70 24 24 12 28 52 14 90-4-18-8-30-14-40-8-4-16-12-20-22-14 14-36 18-52 8-14 14-38 18-54 10-10 8-16 22-20 44z"
            fill={base}
          />
          <path
            d="M142 92c6-20 24-32 44-32M204 62c18-4 36 2 44 16"
            fill="none"
            stroke={light}
            strokeWidth="6"
            strokeLinecap="round"
          />
        </g>
      );
    case 'bun':
      return (
        <g>
          <path
            d="M124 156c-6-64 24-104 76-104s82 40 76 104c-8-34-30-62-66-76-38 10-72 36-86 76z"
            fill={base}
          />
          <path
            d="M204 62c-34 10-58 32-70 60M216 64c24 12 42 32 52 58"
            fill="none"
            stroke={light}
            strokeWidth="5"
            strokeLinecap="round"
          />
        </g>
      );
  }
}

const CURLS = [
  [128, 84, 38],
  [166, 54, 36],
  [208, 46, 36],
  [250, 62, 36],
  [282, 98, 36],
  [296, 142, 34],
  [298, 190, 32],
  [288, 234, 30],
  [104, 122, 36],
  [98, 168, 34],
  [104, 212, 32],
  [118, 248, 28],
  [274, 262, 24],
  [132, 270, 20],
] as const;

const FRINGE = [
  [146, 96, 22],
  [176, 82, 24],
  [210, 80, 24],
  [242, 94, 22],
  [262, 116, 16],
  [132, 120, 16],
] as const;
