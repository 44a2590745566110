import type { Hue } from '@lectern/react';

/** How a face is drawn: colours, and which parts it has. */
export interface Look {
  hue: Hue;
  skin: { light: string; base: string; shade: string };
  hair: { base: string; light: string };
  top: { base: string; shade: string };
  backdrop: { from: string; to: string };
  style: 'long' | 'short' | 'cropped' | 'curly' | 'wavy' | 'bun';
  room: 'lamp' | 'window';
  beard?: boolean;
  glasses?: boolean;
  headset?: boolean;
  freckles?: boolean;
  lips: string;
}

/** The people of the demo, by id. */
export const LOOKS: Readonly<Record<string, Look>> = {
  ines: {
    hue: 'clay',
    skin: { light: '#dfa582', base: '#d19571', shade: '#b06f4f' },
    hair: { base: '#3b211d', light: '#5d3629' },
    top: { base: '#bf5a34', shade: '#98431f' },
    backdrop: { from: '#f2b594', to: '#e8a27d' },
    style: 'long',
    room: 'lamp',
    lips: '#a5452f',
  },
  daniel: {
    hue: 'iris',
    skin: { light: '#8a5a3f', base: '#774a32', shade: '#57331f' },
    hair: { base: '#191514', light: '#322826' },
    top: { base: '#4b44a0', shade: '#37317c' },
    backdrop: { from: '#b9b3f0', to: '#9c95e2' },
    style: 'cropped',
    room: 'window',
    beard: true,
    glasses: true,
    lips: '#6d3a2c',
  },
  jonas: {
    hue: 'sky',
    skin: { light: '#f1c6a6', base: '#e8b592', shade: '#c98c68' },
    hair: { base: '#a5733a', light: '#c9995a' },
    top: { base: '#2b688f', shade: '#1f4f70' },
    backdrop: { from: '#a9d3e8', to: '#86bfdc' },
    style: 'short',
    room: 'window',
    headset: true,
    lips: '#b5604c',
  },
  mira: {
    hue: 'rose',
    skin: { light: '#d9a47c', base: '#c98f66', shade: '#a36b46' },
    hair: { base: '#231616', light: '#432a26' },
    top: { base: '#a8395f', shade: '#812746' },
    backdrop: { from: '#f0b4c6', to: '#e196af' },
    style: 'curly',
    room: 'lamp',
    lips: '#a33f47',
  },
  tom: {
    hue: 'fern',
    skin: { light: '#f3cdb3', base: '#eabc9f', shade: '#cb9273' },
    hair: { base: '#8a4020', light: '#b1602f' },
    top: { base: '#4c7f3f', shade: '#37622c' },
    backdrop: { from: '#b7dba8', to: '#99c888' },
    style: 'wavy',
    room: 'window',
    freckles: true,
    lips: '#b3594a',
  },
  ada: {
    hue: 'slate',
    skin: { light: '#f2d3bf', base: '#e6bfa7', shade: '#c6967c' },
    hair: { base: '#b9b6b0', light: '#dedbd5' },
    top: { base: '#41525c', shade: '#2d3b43' },
    backdrop: { from: '#c3cfd4', to: '#a7b6bd' },
    style: 'bun',
    room: 'lamp',
    glasses: true,
    lips: '#b0625a',
  },
};
