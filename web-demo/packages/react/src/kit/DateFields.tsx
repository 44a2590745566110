import type { CalendarDate, Time } from '@internationalized/date';
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
  TimeField,
} from 'react-aria-components';

interface DayFieldProps {
  label: string;
  /** The label is for readers only. */
  labelHidden?: boolean;
  value: CalendarDate;
  onChange: (value: CalendarDate) => void;
}

/** A day, typed or picked from a month. */
export function DayField({ label, labelHidden, value, onChange }: DayFieldProps) {
  return (
    <DatePicker
      className="l-field"
      value={value}
      firstDayOfWeek="mon"
      onChange={(next) => next && onChange(next)}
    >
      <Label className={labelHidden ? 'l-hidden' : 'l-label'}>{label}</Label>
      <Group className="l-input l-date-input">
        <DateInput>{(segment) => <DateSegment segment={segment} />}</DateInput>
        <Button aria-label="Choose a day">
          <CalendarDays aria-hidden />
        </Button>
      </Group>
      <Popover className="l-popover l-date-popover">
        <Dialog>
          <Calendar>
            <header>
              <Button slot="previous" className="l-button l-button--ghost l-button--icon">
                <ChevronLeft aria-hidden className="l-flip" />
              </Button>
              <Heading level={3} />
              <Button slot="next" className="l-button l-button--ghost l-button--icon">
                <ChevronRight aria-hidden className="l-flip" />
              </Button>
            </header>
            <CalendarGrid weekdayStyle="short">
              {(date) => <CalendarCell date={date} className="l-date-cell" />}
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}

interface HourFieldProps {
  label: string;
  labelHidden?: boolean;
  value: Time;
  onChange: (value: Time) => void;
}

/** A time of the day, on 24 hours. */
export function HourField({ label, labelHidden, value, onChange }: HourFieldProps) {
  return (
    <TimeField
      className="l-field"
      value={value}
      hourCycle={24}
      shouldForceLeadingZeros
      onChange={(next) => next && onChange(next)}
    >
      <Label className={labelHidden ? 'l-hidden' : 'l-label'}>{label}</Label>
      <DateInput className="l-input l-date-input l-time-input">
        {(segment) => <DateSegment segment={segment} />}
      </DateInput>
    </TimeField>
  );
}
