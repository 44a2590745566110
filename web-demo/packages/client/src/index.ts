export type * from './generated/protocol.ts';
export * from './media/devices.ts';
export { LevelMeter } from './media/meter.ts';
export {
  Lectern,
  type LecternOptions,
  type FiguresOf,
  type FiguresQuery,
  type LessonFilter,
  type SessionFilter,
  type Tagged,
} from './rest/lectern.ts';
export type { NoticeWatcher } from './rest/notices.ts';
export { OfflineError, ProblemError } from './rest/problem.ts';
export type * from './rest/types.ts';
export { DEFAULT_SEATS, MAX_SEATS } from './room/limits.ts';
export type { LocalTracks } from './room/peer.ts';
export type { Quality } from './room/quality.ts';
export { Room, type RoomOptions } from './room/room.ts';
export { isLive, type RoomPerson, type RoomState } from './room/state.ts';
export type { EndReason } from './signaling/machine.ts';
export * from './time/zones.ts';
