/* The messages of `lectern.v1`. Generated from crates/protocol: see its tests. */

/**
 * What somebody is in a room. It comes from the booking, never from the client.
 */
export type Role = "teacher" | "student" | "observer" | "service";

/**
 * What a participant sends: the unit that is published, muted and watched.
 */
export type Source = "microphone" | "camera" | "screen" | "screenAudio";

/**
 * The two kinds of media section (RFC 8866, `m=`).
 */
export type MediaKind = "audio" | "video";

/**
 * Why something was not done. Clients branch on these; the text beside them
 * is for people and may change.
 */
export type ErrorCode = "bad_message" | "too_large" | "rate_limited" | "invalid_token" | "token_revoked" | "not_joined" | "already_joined" | "bad_offer" | "not_found" | "forbidden" | "session_cancelled" | "lesson_over" | "full" | "resume_failed" | "unavailable";

/**
 * Why a room was left.
 */
export type CloseReason = "left" | "ended" | "cancelled" | "replaced" | "removed" | "media_lost" | "shutdown";

/**
 * Names the source that a send section carries.
 */
export type SourceSection = {
/**
 * The section's `a=mid`.
 */
mid: string,
/**
 * What is sent there.
 */
source: Source, };

/**
 * How one slot is shown. It replaces what was said of the slot before.
 */
export type SlotView = {
/**
 * The slot's section.
 */
mid: string,
/**
 * Pins the slot's seat to a participant; without it the server chooses.
 */
participant?: string,
/**
 * Height in physical pixels at which it is shown; 0 while hidden.
 */
height?: number,
/**
 * True while nothing shall be sent into the slot.
 */
paused: boolean, };

/**
 * A message from a client. The first one is `join` or `resume`.
 */
export type ClientMessage = { "type": "join",
/**
 * The room token that `POST /api/sessions/:id/join` gave.
 */
token: string,
/**
 * The SDP offer (RFC 8866), complete: there is no trickling.
 */
offer: string,
/**
 * Which send section is which source. Without it the first audio
 * section is the microphone and the first video section the camera.
 */
sources?: Array<SourceSection>, } | { "type": "resume",
/**
 * The `resume` of `joined`.
 */
resume: string,
/**
 * The `seq` of the last message that arrived.
 */
seq: number, } | { "type": "offer",
/**
 * The SDP offer.
 */
offer: string,
/**
 * As in `join`.
 */
sources?: Array<SourceSection>, } | { "type": "media",
/**
 * Which of the sender's sources.
 */
source: Source,
/**
 * True while nothing is sent.
 */
muted: boolean, } | { "type": "view",
/**
 * The slots that changed.
 */
slots: Array<SlotView>, } | { "type": "chat",
/**
 * The client's own id of the message, echoed in `chat`.
 */
id: string,
/**
 * 1 to 4,000 characters.
 */
text: string, } | { "type": "hand",
/**
 * True while raised.
 */
raised: boolean, } | { "type": "leave", } | { "type": "ping",
/**
 * Echoed.
 */
id: number, };

/**
 * A source of a participant.
 */
export type SourceState = {
/**
 * Which.
 */
source: Source,
/**
 * Heard or seen.
 */
kind: MediaKind,
/**
 * True while nothing is sent.
 */
muted: boolean, };

/**
 * A participant as others see it.
 */
export type RosterEntry = {
/**
 * The presence.
 */
participant: string,
/**
 * The platform's user.
 */
user: string,
/**
 * The name to show.
 */
name: string,
/**
 * What they are in the lesson.
 */
role: Role,
/**
 * What they send.
 */
sources: Array<SourceState>,
/**
 * True while the hand is raised.
 */
hand: boolean, };

/**
 * What a receive section carries.
 */
export type Slot = {
/**
 * The section.
 */
mid: string,
/**
 * Whose media; null: nothing.
 */
participant: string | null,
/**
 * Which of their sources; null: nothing.
 */
source: Source | null,
/**
 * Rises with each change of the section's seat.
 */
epoch: number, };

/**
 * A chat message as it is kept.
 */
export type ChatMessage = {
/**
 * The sender's own id of the message.
 */
id: string,
/**
 * Who wrote it.
 */
user: string,
/**
 * The name at that time.
 */
name: string,
/**
 * What was written.
 */
text: string,
/**
 * When, RFC 3339.
 */
sentAt: string, };

/**
 * A message from the server.
 */
export type ServerMessage = { "type": "joined",
/**
 * The client's own participant.
 */
participant: string,
/**
 * The SDP answer.
 */
answer: string,
/**
 * Everybody in the room, the client included.
 */
roster: Array<RosterEntry>,
/**
 * What each receive section carries.
 */
slots: Array<Slot>,
/**
 * The token that `resume` takes.
 */
resume: string,
/**
 * The latest of the chat so far, oldest first.
 */
chat: Array<ChatMessage>,
/**
 * When the lesson ends, RFC 3339.
 */
endsAt: string, } | { "type": "resumed", } | { "type": "answer",
/**
 * The SDP answer.
 */
answer: string,
/**
 * What each receive section carries.
 */
slots: Array<Slot>, } | { "type": "participant",
/**
 * Who, as they are now.
 */
participant: RosterEntry,
/**
 * Whether they are still there.
 */
present: boolean, } | { "type": "slots",
/**
 * The sections.
 */
slots: Array<Slot>, } | { "type": "chat",
/**
 * The message.
 */
message: ChatMessage, } | { "type": "speaking",
/**
 * The participants.
 */
participants: Array<string>, } | { "type": "ending",
/**
 * When the room closes, RFC 3339.
 */
closesAt: string, } | { "type": "closed",
/**
 * Why.
 */
reason: CloseReason, } | { "type": "error",
/**
 * Stable; clients branch on it.
 */
code: ErrorCode,
/**
 * For people.
 */
message: string,
/**
 * True when the connection ends with it.
 */
fatal: boolean, } | { "type": "pong",
/**
 * The id of the `ping`.
 */
id: number, };

/**
 * A message to a client, with its place in the order of messages.
 */
export type Numbered = {
/**
 * Rises by one with each message from `joined` on, which is 1. Absent on
 * what concerns the connection alone: `resumed`, `error` and `pong`.
 */
seq?: number, } & ServerMessage;
