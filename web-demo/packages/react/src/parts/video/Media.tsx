import { type Ref, useEffect, useRef } from 'react';

interface VideoProps {
  stream: MediaStream;
  label: string;
  mirrored?: boolean;
  fit?: 'cover' | 'contain';
  /** Told how high the picture is shown, in physical pixels; 0 when it goes. */
  onHeight?: (height: number) => void;
}

/** A picture without sound: sound is played by `Sound`. */
export function Video({ stream, label, mirrored, fit = 'cover', onHeight }: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const told = useRef(onHeight);
  told.current = onHeight;
  useEffect(() => {
    if (ref.current && ref.current.srcObject !== stream) ref.current.srcObject = stream;
  }, [stream]);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) told.current?.(entry.contentRect.height * devicePixelRatio);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      told.current?.(0);
    };
  }, []);
  return (
    <video
      ref={ref}
      className="l-video"
      data-mirrored={mirrored || undefined}
      data-fit={fit}
      aria-label={label}
      autoPlay
      playsInline
      muted
    />
  );
}

type SinkElement = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

/** Plays a voice, or the sound of a screen, on the chosen speaker. */
export function Sound({ stream, speaker }: { stream: MediaStream; speaker: string | null }) {
  const ref = useRef<SinkElement>(null);
  useEffect(() => {
    if (ref.current && ref.current.srcObject !== stream) ref.current.srcObject = stream;
  }, [stream]);
  useEffect(() => {
    if (speaker) void ref.current?.setSinkId?.(speaker);
  }, [speaker]);
  return <audio ref={ref as Ref<HTMLAudioElement>} autoPlay />;
}
