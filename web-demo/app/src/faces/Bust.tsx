import { useId } from 'react';
import { HairBack, HairFront } from './Hair.tsx';
import type { Look } from './people.ts';

/** Head and shoulders in a box of 400 by 400. */
export function Bust({ look }: { look: Look }) {
  const id = useId();
  const ref = (name: string) => `url(#${id}${name})`;
  return (
    <g>
      <defs>
        <linearGradient id={`${id}skin`} x1="0" x2="1">
          <stop offset="0" stopColor={look.skin.light} />
          <stop offset=".55" stopColor={look.skin.base} />
          <stop offset="1" stopColor={look.skin.shade} />
        </linearGradient>
        <linearGradient id={`${id}top`} x1="0" x2="1" y2="1">
          <stop offset="0" stopColor={look.top.base} />
          <stop offset="1" stopColor={look.top.shade} />
        </linearGradient>
        <linearGradient id={`${id}neck`} x1="0" x2="0" y1="0" y2="1">
          <stop offset=".2" stopColor={look.skin.shade} />
          <stop offset="1" stopColor={look.skin.base} />
        </linearGradient>
        <radialGradient id={`${id}cheek`}>
          <stop offset="0" stopColor={look.lips} stopOpacity=".17" />
          <stop offset="1" stopColor={look.lips} stopOpacity="0" />
        </radialGradient>
      </defs>
      <HairBack look={look} />
      <path
        d="M26 400c4-58 30-92 84-108 28-8 44-14 52-20h76c8 6 24 12 52 20 54 16 80 50 84 108z"
        fill={ref('top')}
      />
      <path
        d="M92 400c2-22 4-38 8-52M308 400c-2-22-4-38-8-52"
        fill="none"
        stroke={look.top.shade}
        strokeWidth="4"
        strokeLinecap="round"
        opacity=".7"
      />
      <path d="M150 268c14 36 86 36 100 0l12 12c-16 48-108 48-124 0z" fill={look.top.shade} />
      <path d="M163 214v62c10 26 64 26 74 0v-62z" fill={ref('neck')} />
      {look.style !== 'long' && look.style !== 'curly' && (
        <>
          <ellipse cx="127" cy="168" rx="12" ry="20" fill={look.skin.base} />
          <ellipse cx="273" cy="168" rx="12" ry="20" fill={look.skin.shade} />
        </>
      )}
      <path
        d="M129 144c0-54 30-82 71-82s71 28 71 82c0 46-15 76-35 96-12 12-24 17-36 17s-24-5-36-17c-20-20-35-50-35-96z"
        fill={ref('skin')}
      />
      <circle cx="156" cy="194" r="22" fill={ref('cheek')} />
      <circle cx="244" cy="194" r="22" fill={ref('cheek')} />
      {look.beard && <Beard look={look} />}
      {look.freckles && <Freckles look={look} />}
      <Eye x={171} />
      <Eye x={229} />
      <path
        d="M155 144c7-8 22-10 32-4M213 140c10-6 25-4 32 4"
        fill="none"
        stroke={look.hair.base}
        strokeWidth="5.4"
        strokeLinecap="round"
        opacity={look.style === 'bun' ? 0.75 : 1}
      />
      <path
        d="M203 162c3 12 8 22 7 27-2 5-11 6-17 3"
        fill="none"
        stroke={look.skin.shade}
        strokeWidth="3.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <Smile lips={look.lips} />
      {look.glasses && <Glasses dark={look.style !== 'bun'} />}
      <HairFront look={look} />
      {look.headset && <Headset />}
    </g>
  );
}

function Eye({ x }: { x: number }) {
  return (
    <g>
      <path d={`M${x - 13} 164c4-10 22-10 26 0-4 8-22 8-26 0z`} fill="#fff" />
      <circle cx={x} cy="163" r="6.6" fill="#4a3124" />
      <circle cx={x} cy="163" r="3.6" fill="#140d0b" />
      <circle cx={x + 2.2} cy="160.8" r="1.8" fill="#fff" />
      <path
        d={`M${x - 14} 163c5-10 23-10 28 0`}
        fill="none"
        stroke="#26170f"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </g>
  );
}

function Smile({ lips }: { lips: string }) {
  return (
    <g>
      <path d="M173 211c18 7 37 6 54-2-5 15-15 21-27 21s-23-6-27-19z" fill="#8d3a33" />
      <path d="M177 214c15 5 31 4 46-2-5 10-13 13-23 13s-18-4-23-11z" fill="#fff" />
      <path
        d="M172 210c18 8 38 7 56-2-5 17-15 24-28 24s-24-7-28-22z"
        fill="none"
        stroke={lips}
        strokeWidth="3.6"
        strokeLinejoin="round"
      />
    </g>
  );
}

function Beard({ look }: { look: Look }) {
  return (
    <path
      d="M129 152c5 22 10 38 22 46 14-8 32-8 49-4 17-4 35-4 49 4 12-8 17-24 22-46 3 44-9 76-32 96-12 10-25 14-39 14s-27-4-39-14c-23-20-35-52-32-96z"
      fill={look.hair.base}
    />
  );
}

function Glasses({ dark }: { dark: boolean }) {
  return (
    <g fill="none" stroke={dark ? '#1c1512' : '#7a6a5e'} strokeWidth="4.2">
      <rect x="147" y="144" width="48" height="38" rx="17" />
      <rect x="205" y="144" width="48" height="38" rx="17" />
      <path d="M195 158c3-4 7-4 10 0M147 156l-18-4M253 156l18-4" strokeLinecap="round" />
    </g>
  );
}

function Freckles({ look }: { look: Look }) {
  const spots = [
    [150, 188],
    [160, 193],
    [168, 186],
    [176, 193],
    [226, 193],
    [234, 186],
    [242, 193],
    [251, 188],
  ];
  return (
    <g fill={look.skin.shade} opacity=".7">
      {spots.map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="2" />
      ))}
    </g>
  );
}

function Headset() {
  return (
    <g>
      <path d="M118 166C110 20 290 20 282 166" fill="none" stroke="#1f272b" strokeWidth="11" />
      <rect x="106" y="146" width="25" height="54" rx="11" fill="#1f272b" />
      <rect x="269" y="146" width="25" height="54" rx="11" fill="#151c1f" />
      <path
        d="M118 198c0 34 20 42 48 42"
        fill="none"
        stroke="#1f272b"
        strokeWidth="4.5"
        strokeLinecap="round"
      />
      <circle cx="168" cy="240" r="6.5" fill="#12181b" />
    </g>
  );
}
