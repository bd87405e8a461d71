import type { ReactNode } from 'react';

/** What a machine said, as it said it. It scrolls by itself, and so must be in reach of the keyboard. */
export function RawText({ label, text }: { label: string; text: string }): ReactNode {
  return (
    <section aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard (axe: scrollable-region-focusable) */}
      <pre className="raw-text" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
