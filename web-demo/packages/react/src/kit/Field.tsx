import {
  type ReactNode,
  type TextareaHTMLAttributes,
  type InputHTMLAttributes,
  useId,
} from 'react';

interface FieldProps {
  label: string;
  /** Said after the label, quietly. */
  hint?: string;
  error?: string | null | undefined;
  note?: ReactNode;
}

type TextFieldProps = FieldProps & InputHTMLAttributes<HTMLInputElement>;

export function TextField({ label, hint, error, note, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} {...{ label, hint, error, note }}>
      <input
        className="l-input"
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || note ? `${id}-note` : undefined}
        {...input}
      />
    </FieldFrame>
  );
}

type TextAreaProps = FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>;

export function TextArea({ label, hint, error, note, ...input }: TextAreaProps) {
  const id = useId();
  return (
    <FieldFrame id={id} {...{ label, hint, error, note }}>
      <textarea
        className="l-input"
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || note ? `${id}-note` : undefined}
        {...input}
      />
    </FieldFrame>
  );
}

interface FrameProps {
  id: string;
  label: string;
  hint: string | undefined;
  error: string | null | undefined;
  note: ReactNode;
  children: ReactNode;
}

function FieldFrame({ id, label, hint, error, note, children }: FrameProps) {
  return (
    <div className="l-field" data-invalid={error ? true : undefined}>
      <label className="l-label" htmlFor={id}>
        {label} {hint && <span className="l-faint">{hint}</span>}
      </label>
      {children}
      {error ? (
        <p className="l-field-error" id={`${id}-note`}>
          {error}
        </p>
      ) : (
        note && (
          <div className="l-field-note" id={`${id}-note`}>
            {note}
          </div>
        )
      )}
    </div>
  );
}
