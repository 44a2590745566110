import type { EndReason, Session } from '@lectern/client';
import {
  Button,
  canJoin,
  Dialog,
  mayReview,
  ReviewForm,
  StateView,
  useLectern,
  useNow,
} from '@lectern/react';
import { CloudOff, Copy, DoorClosed, DoorOpen, KeyRound, Lock, UserX } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { Cancelled } from './NotNow.tsx';

interface Words {
  title: string;
  text: string;
  icon: LucideIcon;
  tone: 'now' | 'bad' | 'info';
}

const LEFT: Words = {
  title: 'You have left the lesson',
  text: 'What was said in the chat is kept with it.',
  icon: DoorOpen,
  tone: 'info',
};

const OVER: Words = {
  title: 'That was the lesson',
  text: 'Time is up and the room has closed. What was said in the chat is kept.',
  icon: DoorClosed,
  tone: 'info',
};

const LOST: Words = {
  title: 'We lost you',
  text: 'The connection did not come back. Your lesson is safe and your seat is free; try again.',
  icon: CloudOff,
  tone: 'now',
};

const WORDS: Partial<Record<EndReason, Words>> = {
  left: LEFT,
  ended: OVER,
  lesson_over: OVER,
  replaced: {
    title: 'You joined in another place',
    text: 'The lesson goes on there. You can take it back here.',
    icon: Copy,
    tone: 'info',
  },
  removed: {
    title: 'You were asked to leave',
    text: 'If this was a mistake, speak to those who run the place.',
    icon: UserX,
    tone: 'bad',
  },
  forbidden: {
    title: 'This lesson is for others',
    text: 'Only its teacher and student can come in.',
    icon: Lock,
    tone: 'info',
  },
  invalid_token: {
    title: 'You have been away a while',
    text: 'Sign in again and you are back in this lesson.',
    icon: KeyRound,
    tone: 'info',
  },
  full: {
    title: 'The room is full',
    text: 'Everybody who fits is in already. Try again in a moment.',
    icon: Lock,
    tone: 'now',
  },
};

interface AfterwardsProps {
  lesson: Session;
  reason: EndReason;
  onAgain: () => void;
}

/** What is said when one is out of the room, and what can be done. */
export function Afterwards({ lesson, reason, onAgain }: AfterwardsProps) {
  const { me } = useLectern();
  const now = useNow();
  const [later, setLater] = useState(false);
  if (reason === 'cancelled' || lesson.status === 'cancelled') {
    return <Cancelled lesson={{ ...lesson, status: 'cancelled' }} />;
  }
  const words = WORDS[reason] ?? LOST;
  const reviewable = mayReview(lesson, me.id);
  const again = reason !== 'removed' && reason !== 'forbidden' && canJoin(lesson, now);
  return (
    <main className="alone">
      <StateView
        level={1}
        title={words.title}
        icon={words.icon}
        tone={words.tone}
        lit={again}
        actions={
          <>
            {again && (
              <Button kind={reason === 'left' ? 'quiet' : 'primary'} onClick={onAgain}>
                Go back in
              </Button>
            )}
            {reviewable && later && (
              <Button kind="primary" onClick={() => setLater(false)}>
                Review the lesson
              </Button>
            )}
            <Link href="/" className="l-button">
              Go to today
            </Link>
          </>
        }
      >
        <p>{words.text}</p>
      </StateView>
      {reviewable && !later && (
        <Dialog plain title={`How was ${lesson.title}?`} onClose={() => setLater(true)}>
          <ReviewForm
            session={lesson}
            onDone={() => setLater(true)}
            onLater={() => setLater(true)}
          />
        </Dialog>
      )}
    </main>
  );
}
