import {
  DeviceError,
  type DeviceFault,
  listDevices,
  openCamera,
  openMicrophone,
} from '@lectern/client';
import { useCallback, useEffect, useRef, useState } from 'react';

export type Device = 'microphone' | 'camera';

/** One of our own devices. */
export interface LocalDevice {
  /** Open, and sent unless `on` is false. */
  track: MediaStreamTrack | null;
  on: boolean;
  opening: boolean;
  fault: DeviceFault | null;
  choices: readonly MediaDeviceInfo[];
}

export interface LocalMedia {
  microphone: LocalDevice;
  camera: LocalDevice;
  speakers: readonly MediaDeviceInfo[];
  speaker: string | null;
  /** Opens a device, or another one of its kind. */
  open: (device: Device, deviceId?: string) => Promise<void>;
  /** Turns a device on or off. The camera is closed, so that its light goes out. */
  toggle: (device: Device) => void;
  chooseSpeaker: (deviceId: string) => void;
}

const CLOSED: LocalDevice = { track: null, on: false, opening: false, fault: null, choices: [] };

/** Opens the microphone and camera, and closes them when the part goes. */
export function useLocalMedia(): LocalMedia {
  const [devices, setDevices] = useState({ microphone: CLOSED, camera: CLOSED });
  const [speakers, setSpeakers] = useState<readonly MediaDeviceInfo[]>([]);
  const [speaker, setSpeaker] = useState<string | null>(null);
  const tracks = useRef<Partial<Record<Device, MediaStreamTrack>>>({});
  const gone = useRef(false);

  const change = useCallback((device: Device, next: Partial<LocalDevice>) => {
    setDevices((all) => ({ ...all, [device]: { ...all[device], ...next } }));
  }, []);

  const close = useCallback(
    (device: Device) => {
      tracks.current[device]?.stop();
      delete tracks.current[device];
      change(device, { track: null, on: false });
    },
    [change],
  );

  const list = useCallback(async () => {
    if (!navigator.mediaDevices) return;
    const [microphones, cameras, outputs] = await Promise.all([
      listDevices('audioinput'),
      listDevices('videoinput'),
      listDevices('audiooutput'),
    ]);
    change('microphone', { choices: microphones });
    change('camera', { choices: cameras });
    setSpeakers(outputs);
  }, [change]);

  const open = useCallback(
    async (device: Device, deviceId?: string) => {
      change(device, { opening: true, fault: null });
      try {
        const track = await (device === 'camera' ? openCamera : openMicrophone)(deviceId);
        if (gone.current) return track.stop();
        tracks.current[device]?.stop();
        tracks.current[device] = track;
        track.addEventListener('ended', () => {
          if (tracks.current[device] !== track) return;
          close(device);
          change(device, { fault: 'missing' });
        });
        change(device, { track, on: true, opening: false });
      } catch (error) {
        const fault = error instanceof DeviceError ? error.fault : 'failed';
        change(device, { opening: false, fault });
      }
      await list();
    },
    [change, close, list],
  );

  const toggle = useCallback(
    (device: Device) => {
      const { track, on } = devices[device];
      if (!track) void open(device);
      else if (device === 'camera') close('camera');
      else change(device, { on: !on });
    },
    [devices, open, close, change],
  );

  useEffect(() => {
    gone.current = false;
    void open('microphone').then(() => open('camera'));
    navigator.mediaDevices?.addEventListener('devicechange', list);
    return () => {
      gone.current = true;
      navigator.mediaDevices?.removeEventListener('devicechange', list);
      for (const track of Object.values(tracks.current)) track.stop();
      tracks.current = {};
    };
  }, [open, list]);

  return { ...devices, speakers, speaker, open, toggle, chooseSpeaker: setSpeaker };
}
