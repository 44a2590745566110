import type { components } from '../generated/openapi.ts';

type Schemas = components['schemas'];

/** A lesson. */
export type Session = Schemas['Session'];
export type SessionStatus = Schemas['Status'];
/** What `book` takes: `scheduledAt`, or `localStart` with `timeZone`. */
export type NewSession = Schemas['NewSession'];
export type SessionEdit = Schemas['SessionEdit'];
/** Where and with what to enter a lesson's room. */
export type JoinGrant = Schemas['Join'];
export type Me = Schemas['Me'];
export type Person = Schemas['Person'];
export type Teacher = Schemas['Teacher'];
export type Review = Schemas['Review'];
export type ReviewAggregate = Schemas['Aggregate'];
export type Notice = Schemas['Notice'];
export type ChatLine = Schemas['ChatLine'];
/** One stay of one person in a room. */
export type Presence = Schemas['Presence'];
export type DemoPerson = Schemas['DemoPerson'];
export type SignedIn = Schemas['SignedIn'];
export type Problem = Schemas['Problem'];

/** One page of a list; `nextCursor` fetches the next. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
