import { useId } from 'react';
import { Bust } from './Bust.tsx';
import type { Look } from './people.ts';

/** A face for an avatar: close, before the person's hue. */
export function Face({ look }: { look: Look }) {
  const id = useId();
  return (
    <svg viewBox="0 0 400 400" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id={id} x1="0" x2="1" y2="1">
          <stop offset="0" stopColor={look.backdrop.from} />
          <stop offset="1" stopColor={look.backdrop.to} />
        </linearGradient>
      </defs>
      <rect width="400" height="400" fill={`url(#${id})`} />
      <g transform="translate(0 14) scale(1)">
        <Bust look={look} />
      </g>
    </svg>
  );
}

/** A person at their desk, as a camera sees them. */
export function Scene({ look }: { look: Look }) {
  const id = useId();
  const lamp = look.room === 'lamp';
  return (
    <svg
      viewBox="0 0 1280 800"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <filter id={`${id}far`} x="-5%" y="-5%" width="110%" height="110%">
          <feGaussianBlur stdDeviation="11" />
        </filter>
        <radialGradient id={`${id}light`} cx={lamp ? '.68' : '.62'} cy=".34" r=".75">
          <stop offset="0" stopColor={lamp ? '#b58a55' : '#d3dde0'} />
          <stop offset=".5" stopColor={lamp ? '#75583f' : '#b3c1c6'} />
          <stop offset="1" stopColor={lamp ? '#46372d' : '#8b9b9f'} />
        </radialGradient>
        <radialGradient id={`${id}edge`} r=".75">
          <stop offset=".6" stopColor="#000" stopOpacity="0" />
          <stop offset="1" stopColor="#000" stopOpacity=".38" />
        </radialGradient>
      </defs>
      <rect width="1280" height="800" fill={`url(#${id}light)`} />
      <g filter={`url(#${id}far)`}>{lamp ? <LampRoom /> : <WindowRoom />}</g>
      <g transform="translate(284 96) scale(1.78)">
        <Bust look={look} />
      </g>
      <rect width="1280" height="800" fill={`url(#${id}edge)`} />
    </svg>
  );
}

const BOOKS = ['#7a3f36', '#48655d', '#b08a4c', '#cdbb98', '#7c3f4a', '#54627d', '#3f6a5f'];

function Shelf({ y, seed }: { y: number; seed: number }) {
  return (
    <g>
      {Array.from({ length: 11 }, (_, index) => {
        const height = 72 + ((index * 7 + seed * 13) % 5) * 9;
        return (
          <rect
            key={index}
            x={26 + index * 33}
            y={y - height}
            width="27"
            height={height}
            rx="3"
            fill={BOOKS[(index * 3 + seed) % BOOKS.length]}
          />
        );
      })}
      <rect x="0" y={y} width="400" height="14" fill="#4d3a2c" opacity=".7" />
    </g>
  );
}

function LampRoom() {
  return (
    <g>
      <Shelf y={190} seed={1} />
      <Shelf y={345} seed={4} />
      <Shelf y={500} seed={2} />
      <rect x="770" y="70" width="130" height="180" fill="#d8cdb5" />
      <rect x="792" y="96" width="86" height="128" fill="#e9e1cf" />
      <path d="M800 210l30-44 22 24 16-18 10 38z" fill="#7f9b84" />
      <rect x="1014" y="370" width="16" height="430" fill="#59452f" />
      <path d="M966 196h112l44 160H922z" fill="#ffd995" />
      <circle cx="1022" cy="280" r="190" fill="#ffcf7d" opacity=".22" />
    </g>
  );
}

function WindowRoom() {
  return (
    <g>
      <path d="M930 60h300l120 380h-300z" fill="#f7fcfd" opacity=".92" />
      <path d="M1074 60l118 380M980 250h300" stroke="#b5c4c8" strokeWidth="16" />
      <path d="M0 0h520L220 800H0z" fill="#fff" opacity=".12" />
      <rect x="92" y="104" width="180" height="220" fill="#e5d9c6" />
      <circle cx="182" cy="190" r="50" fill="#e0953f" />
      <path d="M112 304c40-60 100-60 140 0z" fill="#5e88a0" />
      <rect x="10" y="508" width="380" height="14" fill="#7c5a49" />
      {Array.from({ length: 7 }, (_, index) => (
        <rect
          key={index}
          x={150 + index * 32}
          y={430 - (index % 3) * 14}
          width="26"
          height={78 + (index % 3) * 14}
          fill={BOOKS[(index * 2) % BOOKS.length]}
        />
      ))}
      <circle cx="76" cy="462" r="46" fill="#c77a4d" />
      <path d="M76 440c-30-40-20-80-6-90 8 30 18 50 6 90z" fill="#6d8f5f" />
    </g>
  );
}
