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
  value: CalendarDate;
  onChange: (value: CalendarDate) => void;
}

/** A day, typed or picked from a month. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <DatePicker
      className="l-field"
      value={value}
      firstDayOfWeek="mon"
      onChange={(next) => next && onChange(next)}
    >
      <Label className="l-label">{label}</Label>
      <Group className="l-input date-input">
        <DateInput>{(segment) => <DateSegment segment={segment} />}</DateInput>
        <Button aria-label="Choose a day">
          <CalendarDays aria-hidden />
        </Button>
      </Group>
      <Popover className="l-popover date-popover">
        <Dialog>
          <Calendar>
            <header>
              <Button slot="previous" className="l-button l-button--ghost l-button--icon">
                <ChevronLeft aria-hidden className="flip" />
              </Button>
              <Heading level={3} />
              <Button slot="next" className="l-button l-button--ghost l-button--icon">
                <ChevronRight aria-hidden className="flip" />
              </Button>
            </header>
            <CalendarGrid weekdayStyle="short">
              {(date) => <CalendarCell date={date} className="date-cell" />}
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}

interface HourFieldProps {
  label: string;
  value: Time;
  onChange: (value: Time) => void;
}

/** A time of the day, on 24 hours. */
export function HourField({ label, value, onChange }: HourFieldProps) {
  return (
    <TimeField
      className="l-field"
      value={value}
      hourCycle={24}
      onChange={(next) => next && onChange(next)}
    >
      <Label className="l-label">{label}</Label>
      <DateInput className="l-input date-input time-input">
        {(segment) => <DateSegment segment={segment} />}
      </DateInput>
    </TimeField>
  );
}
