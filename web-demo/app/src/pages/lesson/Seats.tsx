import { ProblemError, type Session, wallClock } from '@lectern/client';
import {
  Button,
  counted,
  plural,
  Refusal,
  useLectern,
  useLessonChanges,
  useNow,
} from '@lectern/react';

/** The seats of a group lesson, and where the caller stands with them. */
export function Seats({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const { seat } = useLessonChanges();
  const now = useNow(30_000);
  const { capacity, seats } = lesson;
  const free = Math.max(0, capacity - seats.taken);
  const ahead = lesson.status === 'scheduled' && now < Date.parse(lesson.scheduledAt);
  const offer = seats.offerExpiresAt && wallClock(seats.offerExpiresAt, zone);
  const student = lesson.teacher !== me.id && me.role !== 'admin';
  const act = (take: boolean) => seat.mutate({ id: lesson.id, take });
  return (
    <section className="l-card l-card--pad seats" aria-labelledby="seats">
      <h2 id="seats">Seats</h2>
      <p
        className="seats-row"
        role="img"
        aria-label={`${seats.taken} of ${capacity} seats are taken`}
      >
        {Array.from({ length: capacity }, (_, index) => (
          <i key={index} data-taken={index < seats.taken || undefined} />
        ))}
      </p>
      <p className="l-muted">
        {ahead ? freeSeats(free) : `${seats.taken} of ${capacity} seats were taken.`}
        {ahead && seats.waiting > 0 && ` ${counted(seats.waiting, 'person', 'people')} in line.`}
      </p>
      {seat.isError && (
        <Refusal error={seat.error} lead="Nothing is changed." why={whyNot(seat.error)} />
      )}
      {ahead && student && (
        <div className="seats-mine">
          {seats.mine === 'none' && (
            <Button kind="primary" busy={seat.isPending} onClick={() => act(true)}>
              {free > 0 ? 'Take a seat' : 'Wait for a seat'}
            </Button>
          )}
          {seats.mine === 'waiting' && (
            <>
              <p>
                {seats.position === 1
                  ? 'You are next in line.'
                  : `You are number ${seats.position} in line.`}
              </p>
              <Button busy={seat.isPending} onClick={() => act(false)}>
                Leave the line
              </Button>
            </>
          )}
          {seats.mine === 'offered' && (
            <>
              <p>
                <b>A seat is kept for you</b>
                {offer && (
                  <>
                    {' '}
                    until <span className="l-time">{offer.time}</span>
                  </>
                )}
                .
              </p>
              <Button kind="primary" busy={seat.isPending} onClick={() => act(true)}>
                Take it
              </Button>
              <Button onClick={() => act(false)}>Let it go</Button>
            </>
          )}
          {seats.mine === 'taken' && (
            <>
              <p>You have a seat.</p>
              <Button busy={seat.isPending} onClick={() => act(false)}>
                Give it back
              </Button>
            </>
          )}
        </div>
      )}
    </section>
  );
}

function whyNot(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'slot_taken':
      return 'You have another lesson then.';
    case 'waitlist_full':
      return 'So many wait already that nobody else is put in line.';
    case 'invalid_transition':
      return 'It has begun, or was called off.';
    default:
      return undefined;
  }
}

function freeSeats(free: number): string {
  if (free === 0) return 'Every seat is taken.';
  return `${counted(free, 'seat')} ${plural(free, 'is', 'are')} free.`;
}
