import { useCallback, useEffect, useRef, useState } from 'react';

interface Toast {
  id: number;
  text: string;
  undo?: (() => void) | undefined;
}

/** How long a toast stays, unless somebody is about to press it. */
const STAY = 8_000;
const MOST = 3;

export function useToasts() {
  const [list, setList] = useState<Toast[]>([]);
  const count = useRef(0);
  const toast = useCallback((text: string, undo?: () => void) => {
    const id = ++count.current;
    setList((all) => [...all, { id, text, undo }].slice(-MOST));
  }, []);
  const remove = useCallback((id: number) => {
    setList((all) => all.filter((each) => each.id !== id));
  }, []);
  const toasts = (
    <div className="l-toasts" role="status" aria-live="polite">
      {list.map((each) => (
        <ToastView key={each.id} toast={each} remove={remove} />
      ))}
    </div>
  );
  return { toast, toasts };
}

function ToastView({ toast, remove }: { toast: Toast; remove: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => remove(toast.id), STAY);
    return () => clearTimeout(timer);
  }, [held, toast.id, remove]);
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) };
  return (
    <div className="l-toast" {...hold} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <span>{toast.text}</span>
      {toast.undo && (
        <button
          type="button"
          onClick={() => {
            remove(toast.id);
            toast.undo?.();
          }}
        >
          Undo
        </button>
      )}
    </div>
  );
}
