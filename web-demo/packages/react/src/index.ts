export { type Appearance, useAppearance } from './hooks/appearance.ts';
export { useLectern } from './hooks/context.ts';
export { LecternProvider } from './hooks/LecternProvider.tsx';
export * from './hooks/queries.ts';
export { useNow } from './hooks/time.ts';
export {
  type Device,
  type LocalDevice,
  type LocalMedia,
  useLocalMedia,
} from './hooks/useLocalMedia.ts';
export { PHONE, useMedia } from './hooks/useMedia.ts';
export { useDraft } from './hooks/useDraft.ts';
export { useRoom } from './hooks/useRoom.ts';
export { Avatar } from './kit/Avatar.tsx';
export { Button, buttonClass } from './kit/Button.tsx';
export { Chip } from './kit/Chip.tsx';
export { DayField, HourField } from './kit/DateFields.tsx';
export { Dialog } from './kit/Dialog.tsx';
export { Failure } from './kit/Failure.tsx';
export { TextArea, TextField } from './kit/Field.tsx';
export { Refusal } from './kit/Refusal.tsx';
export { type Hue, hueOf } from './kit/hue.ts';
export { Lamp } from './kit/Lamp.tsx';
export { Menu, type MenuAction } from './kit/Menu.tsx';
export { Ribbon, type RibbonBlock } from './kit/Ribbon.tsx';
export { Segmented } from './kit/Segmented.tsx';
export { type Option, Select } from './kit/Select.tsx';
export { SaveFile } from './kit/SaveFile.tsx';
export { SignalBars } from './kit/SignalBars.tsx';
export { Skeleton, SkeletonRows } from './kit/Skeleton.tsx';
export { Stars } from './kit/Stars.tsx';
export { StateView } from './kit/StateView.tsx';
export { Switch } from './kit/Switch.tsx';
export { SessionBooking } from './parts/booking/SessionBooking.tsx';
export { type CalendarView, SessionCalendar } from './parts/calendar/SessionCalendar.tsx';
export { Subscribe } from './parts/calendar/Subscribe.tsx';
export { AvailabilityEditor } from './parts/hours/AvailabilityEditor.tsx';
export { Insight } from './parts/insight/Insight.tsx';
export { PresenceLanes } from './parts/history/PresenceLanes.tsx';
export { LessonRecord } from './parts/history/LessonRecord.tsx';
export { qualityOf } from './parts/history/quality.ts';
export { SessionHistory } from './parts/history/SessionHistory.tsx';
export { RatingInput, ReviewForm } from './parts/reviews/ReviewForm.tsx';
export { ReviewsOf } from './parts/reviews/ReviewsOf.tsx';
export { SessionNotifications, useUnread } from './parts/SessionNotifications.tsx';
export { Video } from './parts/video/Media.tsx';
export { VideoSession } from './parts/video/VideoSession.tsx';
export * from './text/format.ts';
export * from './text/lesson.ts';
