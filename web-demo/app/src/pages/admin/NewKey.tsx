import { type ApiKeyScope, type CreatedApiKey, ProblemError } from '@lectern/client';
import { Button, Dialog, Refusal, Select, TextField, useLectern } from '@lectern/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, CheckboxGroup } from 'react-aria-components';

const LONGEST_NAME = 200;

const SCOPES: readonly { id: ApiKeyScope; text: string }[] = [
  { id: 'sessions:read', text: 'Read everybody’s lessons' },
  { id: 'sessions:write', text: 'Book lessons for students' },
  { id: 'users:read', text: 'Read people’s records, and teachers’ hours and rules' },
  { id: 'users:write', text: 'Write and erase people’s records, set teachers’ hours and rules' },
  { id: 'matches:write', text: 'Hand in matches of students and teachers' },
  { id: 'reviews:read', text: 'Read reviews' },
  { id: 'analytics:read', text: 'Read the platform’s figures, and people’s' },
  { id: 'sign-in:write', text: 'Sign people in, admins among them' },
];

const DAYS = [30, 90, 365, 730] as const;

/** Makes a key, and shows it this once. */
export function NewKey({ onDone }: { onDone: () => void }) {
  const [made, setMade] = useState<CreatedApiKey | null>(null);
  return (
    <Dialog title={made ? `The key for ${made.name}` : 'A new key'} onClose={onDone}>
      {made ? (
        <Secret secret={made.key} onDone={onDone} />
      ) : (
        <Choices onMade={setMade} onDone={onDone} />
      )}
    </Dialog>
  );
}

interface ChoicesProps {
  onMade: (made: CreatedApiKey) => void;
  onDone: () => void;
}

function Choices({ onMade, onDone }: ChoicesProps) {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [days, setDays] = useState(365);
  const [missing, setMissing] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      lectern.makeApiKey({
        name: name.trim(),
        scopes: SCOPES.map(({ id }) => id).filter((id) => scopes.includes(id)),
        expiresInDays: days,
      }),
    onSuccess: onMade,
    onSettled: () => queries.invalidateQueries({ queryKey: ['api-keys'] }),
  });
  return (
    <form
      className="l-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '' || scopes.length === 0) setMissing(true);
        else make.mutate();
      }}
    >
      <TextField
        label="What it is for"
        placeholder="The server that uses it"
        value={name}
        maxLength={LONGEST_NAME}
        error={missing && name.trim() === '' ? 'Give it a name that you will know again.' : null}
        onChange={(event) => setName(event.target.value)}
      />
      <CheckboxGroup
        className="new-key-scopes"
        aria-label="What it may do"
        value={[...scopes]}
        onChange={setScopes}
      >
        <span className="l-label" aria-hidden="true">
          What it may do
        </span>
        {SCOPES.map(({ id, text }) => (
          <Checkbox key={id} value={id} className="l-check">
            {({ isSelected }) => (
              <>
                <i aria-hidden="true">{isSelected && <Check />}</i>
                <span>{text}</span>
              </>
            )}
          </Checkbox>
        ))}
      </CheckboxGroup>
      {missing && scopes.length === 0 && (
        <p className="l-field-error" role="alert">
          Choose at least one.
        </p>
      )}
      <Select
        label="Good for"
        options={DAYS.map((each) => ({ id: String(each), text: `${each} days` }))}
        value={String(days)}
        onChange={(id) => setDays(Number(id))}
      />
      {make.isError && (
        <Refusal
          error={make.error}
          lead="There is no key."
          why={make.error instanceof ProblemError ? make.error.problem.detail : undefined}
        />
      )}
      <div className="l-dialog-actions">
        <Button size="large" onClick={onDone}>
          Not now
        </Button>
        <Button size="large" kind="primary" type="submit" busy={make.isPending}>
          Make key
        </Button>
      </div>
    </form>
  );
}

interface SecretProps {
  secret: string;
  onDone: () => void;
}

function Secret({ secret, onDone }: SecretProps) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p>Copy it now. It is not shown again, to anybody.</p>
      <code className="new-key" aria-label="The key">
        {secret}
      </code>
      <div className="l-dialog-actions">
        <Button
          size="large"
          onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}
        >
          <Copy aria-hidden /> {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button size="large" kind="primary" onClick={onDone}>
          I have kept it
        </Button>
      </div>
    </>
  );
}
