import type { CalendarOptions } from '@fullcalendar/react';

/** The grid in our classes: FullCalendar draws the skeleton and we the rest. */
export const CALENDAR_LOOK: CalendarOptions = {
  viewClass: 'l-grid-view',
  tableHeaderClass: 'l-grid-head',
  dayHeaderRowClass: 'l-grid-line',
  dayHeaderClass: (info) => (info.isToday ? 'l-grid-day l-grid-day--today' : 'l-grid-day'),
  dayHeaderAlign: 'start',
  dayHeaderInnerClass: 'l-grid-day-inner',
  dayHeaderContent: (info) => (
    <>
      <span>{info.weekdayText}</span>
      {info.dayNumberText && <b>{info.dayNumberText}</b>}
    </>
  ),
  dayHeaderDividerClass: 'l-grid-divider',
  dayLaneClass: (info) => (info.isToday ? 'l-grid-lane l-grid-lane--today' : 'l-grid-lane'),
  dayLaneInnerClass: 'l-grid-lane-inner',
  slotLaneClass: 'l-grid-slot',
  slotHeaderClass: 'l-grid-hour',
  slotHeaderInnerClass: 'l-grid-hour-inner l-time',
  slotHeaderFormat: { hour: '2-digit', minute: '2-digit', hour12: false },
  slotHeaderRowClass: 'l-grid-slot',
  slotHeaderDividerClass: 'l-grid-hours',
  dayRowClass: 'l-grid-row',
  dayCellClass: (info) =>
    ['l-grid-cell', info.isOther && 'l-grid-cell--other', info.isToday && 'l-grid-cell--today']
      .filter(Boolean)
      .join(' '),
  dayCellTopClass: 'l-grid-cell-top',
  dayCellTopInnerClass: 'l-grid-cell-number',
  fillerClass: 'l-grid-filler',
  columnEventClass: 'l-event--column',
  columnEventInnerClass: (info) =>
    info.isShort ? 'l-event-inner l-event-inner--short' : 'l-event-inner',
  rowEventClass: 'l-event--row',
  rowEventInnerClass: 'l-event-inner l-event-inner--row',
  listItemEventClass: 'l-event--row',
  listItemEventInnerClass: 'l-event-inner l-event-inner--row',
  backgroundEventClass: 'l-grid-closed',
  nowIndicatorLineClass: 'l-grid-now',
  nowIndicatorDotClass: 'l-grid-now-dot',
  eventDisplay: 'block',
};
