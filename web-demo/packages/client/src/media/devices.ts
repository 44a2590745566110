/** What is wrong with a device, as far as a person can do something about it. */
export type DeviceFault = 'refused' | 'missing' | 'busy' | 'insecure' | 'failed';

/** A device could not be opened. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly fault: DeviceFault;

  constructor(fault: DeviceFault, cause: unknown) {
    super(`The device could not be opened: ${fault}.`, { cause });
    this.fault = fault;
  }
}

/** Opens a microphone: the one named, or the system's choice. */
export async function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
  const audio = { ...chosen(deviceId), echoCancellation: true, noiseSuppression: true };
  return open({ audio });
}

/** Opens a camera at 720p where it can. */
export async function openCamera(deviceId?: string): Promise<MediaStreamTrack> {
  const video = { ...chosen(deviceId), width: { ideal: 1280 }, height: { ideal: 720 } };
  return open({ video });
}

/** What the person chose to share. */
export interface ScreenShare {
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
}

/** Lets the person choose a screen. Resolves to null when they change their mind. */
export async function openScreen(): Promise<ScreenShare | null> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
    const [video] = stream.getVideoTracks();
    if (!video) return null;
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') return null;
    throw new DeviceError(faultOf(error), error);
  }
}

/** The devices of one kind. Names are empty until one has been opened. */
export async function listDevices(kind: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === kind && device.deviceId !== '');
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw new DeviceError('insecure', null);
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    const [track] = stream.getTracks();
    if (!track) throw new DeviceError('missing', null);
    return track;
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(faultOf(error), error);
  }
}

function chosen(deviceId: string | undefined): MediaTrackConstraints {
  return deviceId ? { deviceId: { exact: deviceId } } : {};
}

function faultOf(error: unknown): DeviceFault {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
