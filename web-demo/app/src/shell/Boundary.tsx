import { Button, StateView } from '@lectern/react';
import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';

/** What is shown in place of a page that broke. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="alone">
        <StateView
          level={1}
          title="This page broke"
          icon={TriangleAlert}
          tone="bad"
          actions={
            <Button kind="primary" onClick={() => location.reload()}>
              Load it again
            </Button>
          }
        >
          <p>The fault is ours and your lessons are safe. Sorry.</p>
        </StateView>
      </main>
    );
  }
}
