import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogProps {
  title: string;
  /** Said to everybody, shown to nobody: the dialog draws its own heading. */
  plain?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog in the middle; on phones a sheet from below. Focus returns. */
export function Dialog({ title, plain, onClose, children }: DialogProps) {
  return (
    <ModalOverlay
      className="l-scrim"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="l-dialog">
        <AriaDialog>
          <Heading slot="title" className={plain ? 'l-hidden' : ''} level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
